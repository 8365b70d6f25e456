"""Keys and values of a decoder that looks back over so many positions and no further. One a layer, owned by a stream.

What a call sees does not depend on how the positions were cut into calls: the keys of a call are put behind those from
before it, and nothing that a query of the call still sees is overwritten. Memory and work per position are constant.
"""

import mlx.core as mx


class WindowedCache:
    """The last `window` - 1 positions before a call, and then the call's own.

    Args:
        window: how many positions a query sees, itself among them.
    """

    def __init__(self, window: int) -> None:
        if window < 1:
            raise ValueError(f"a query sees itself at least, got a window of {window}")
        self.window = window
        self.offset = 0
        """Positions so far: the absolute position of the next one."""
        self._keys: mx.array | None = None
        self._values: mx.array | None = None

    @property
    def kept(self) -> int:
        """How many positions from before are held: at most `window` - 1."""
        return min(self.offset, self.window - 1)

    def mask(self, n: int) -> mx.array | None:
        """Which keys the next n queries see: booleans [n, kept + n], or None where they see all. Ask before `update`.

        Query at position p sees the keys at positions k with 0 <= p - k < window.
        """
        if n == 1:
            return None  # what is held is within its window
        kept = self.kept
        back = mx.arange(kept, kept + n)[:, None] - mx.arange(kept + n)[None, :]
        return (back >= 0) & (back < self.window)

    def update(self, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        """Append the call's positions.

        Args:
            keys: [batch, heads, n, head_dim], already rotated to their absolute positions.
            values: the same shape.

        Returns:
            keys and values that the call may see, oldest first: [batch, heads, kept + n, head_dim].
        """
        if self._keys is not None and self._values is not None:
            keys = mx.concatenate([self._keys, keys], axis=2)
            values = mx.concatenate([self._values, values], axis=2)
        self.offset += keys.shape[2] - (0 if self._keys is None else self._keys.shape[2])
        beyond = keys.shape[2] - self.kept
        self._keys, self._values = keys[:, :, beyond:], values[:, :, beyond:]
        return keys, values

    def copy(self) -> "WindowedCache":
        """The same content, to be continued independently."""
        twin = WindowedCache(self.window)
        twin.offset, twin._keys, twin._values = self.offset, self._keys, self._values
        return twin

    def rows(self, index: mx.array) -> None:
        """Keep only these rows of the batch (or repeat one), in this order."""
        if self._keys is not None and self._values is not None:
            self._keys, self._values = self._keys[index], self._values[index]

    def held(self) -> list[mx.array]:
        """The arrays, for evaluation."""
        return [array for array in (self._keys, self._values) if array is not None]
