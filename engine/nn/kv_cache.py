"""Keys and values a decoder has already computed. One cache a layer, owned by a stream and never by a model."""

import mlx.core as mx

STEP = 256


class KVCache:
    """Grows in steps of 256 positions, or as many as it is told, so that most tokens are written in place."""

    def __init__(self, step: int = STEP) -> None:
        self.offset = 0
        """Positions filled so far."""
        self._step = step
        self._keys: mx.array | None = None
        self._values: mx.array | None = None

    def update(self, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        """Append and return everything so far.

        Args:
            keys: [batch, heads, n, head_dim], the new positions.
            values: the same shape.

        Returns:
            keys and values of all positions, [batch, heads, offset, head_dim].
        """
        n = keys.shape[2]
        end = self.offset + n
        self._keys, self._values = self._room_for(self._keys, keys, end), self._room_for(self._values, values, end)
        self._keys[:, :, self.offset : end] = keys
        self._values[:, :, self.offset : end] = values
        self.offset = end
        return self._keys[:, :, :end], self._values[:, :, :end]

    def shorten(self, count: int) -> None:
        """Forget the last `count` positions; their room is written again."""
        self.offset -= count

    def copy(self) -> "KVCache":
        """The same content, to be continued independently: requests share the prompt they have in common."""
        twin = KVCache(self._step)
        twin.offset = self.offset
        if self._keys is not None and self._values is not None:
            twin._keys = self._keys[:, :, : self.offset]
            twin._values = self._values[:, :, : self.offset]
        return twin

    def rows(self, index: mx.array) -> None:
        """Keep only these rows of the batch (or repeat one), in this order."""
        if self._keys is not None and self._values is not None:
            self._keys, self._values = self._keys[index], self._values[index]

    def held(self) -> list[mx.array]:
        """The arrays, for evaluation."""
        return [array for array in (self._keys, self._values) if array is not None]

    def _room_for(self, kept: mx.array | None, new: mx.array, end: int) -> mx.array:
        if kept is not None and kept.shape[2] >= end:
            return kept
        batch, heads, _, head_dim = new.shape
        room = -(-end // self._step) * self._step - (self.offset if kept is not None else 0)
        fresh = mx.zeros((batch, heads, room, head_dim), dtype=new.dtype)
        return fresh if kept is None else mx.concatenate([kept[:, :, : self.offset], fresh], axis=2)
