"""Residual vector quantisers: a vector is the sum of one entry from each of several tables, the coarse ones first.

Source: Zeghidour et al. 2021, arXiv:2107.03312. Tables are kept as kyutai's training leaves them, a sum and a count an
entry: Défossez et al. 2024, arXiv:2410.00037 (Mimi), whose split into a semantic and an acoustic quantiser is here too.
"""

from collections.abc import Sequence

import mlx.core as mx

from engine.errors import GenerationError
from engine.nn.parts import Parts

LEAST_USE = 1e-5
"""What an entry that was never used is divided by."""


def codebook(embedding_sum: mx.array, cluster_usage: mx.array) -> mx.array:
    """A table from its running sums [entries, channels] and counts [entries], float32."""
    use = mx.maximum(cluster_usage.astype(mx.float32), LEAST_USE)
    return embedding_sum.astype(mx.float32) / use[:, None]


class ResidualQuantiser:
    """Tables one after the other, each for what those before it have left.

    Args:
        tables: [entries, channels] each, float32.
        project_in: [channels, in], what a vector goes through before the search; None leaves it.
        project_out: [out, channels], what a sum goes through; None leaves it.
    """

    def __init__(
        self, tables: Sequence[mx.array], project_in: mx.array | None = None, project_out: mx.array | None = None
    ) -> None:
        self._tables = list(tables)
        self._in = None if project_in is None else mx.contiguous(project_in.astype(mx.float32).T)
        self._out = None if project_out is None else mx.contiguous(project_out.astype(mx.float32).T)
        # The nearest entry e to x is that with the least |e|^2 / 2 - x.e
        self._half_squares = [mx.sum(mx.square(table), axis=-1) / 2 for table in self._tables]
        mx.eval(self._tables, self._half_squares, [one for one in (self._in, self._out) if one is not None])

    @classmethod
    def read(cls, parts: Parts, name: str) -> "ResidualQuantiser":
        """From a checkpoint in kyutai's names: `vq.layers.N._codebook`, `input_proj` and `output_proj`.

        Raises:
            WeightsError: it has no such quantiser.
        """
        tables: list[mx.array] = []
        while not tables or parts.has(f"{name}.vq.layers.{len(tables)}._codebook.embedding_sum"):
            prefix = f"{name}.vq.layers.{len(tables)}._codebook"
            tables.append(codebook(parts.array(f"{prefix}.embedding_sum"), parts.array(f"{prefix}.cluster_usage")))
        return cls(tables, _projection(parts, f"{name}.input_proj"), _projection(parts, f"{name}.output_proj"))

    @property
    def count(self) -> int:
        """How many tables."""
        return len(self._tables)

    @property
    def entries(self) -> int:
        """Entries of a table."""
        return self._tables[0].shape[0]

    def encode(self, x: mx.array, count: int | None = None) -> mx.array:
        """Vectors -> the entries nearest to them.

        Args:
            x: [batch, time, in].
            count: how many tables, from the first; None is all.

        Returns:
            int [batch, count, time].
        """
        residual = x.astype(mx.float32)
        if self._in is not None:
            residual = residual @ self._in
        codes: list[mx.array] = []
        for table, half_square in zip(self._tables[:count], self._half_squares[:count], strict=True):
            nearest = mx.argmin(half_square - residual @ table.T, axis=-1)
            codes.append(nearest)
            residual = residual - table[nearest]
        return mx.stack(codes, axis=1)

    def decode(self, codes: mx.array) -> mx.array:
        """Entries -> their sums.

        Args:
            codes: int [batch, some tables from the first, time], each from 0 to `entries` - 1.

        Returns:
            [batch, time, out].

        Raises:
            GenerationError: more tables than there are.
        """
        if codes.shape[1] > self.count:
            raise GenerationError(f"The codec has {self.count} codebooks, and {codes.shape[1]} were given.")
        total = self._tables[0][codes[:, 0]]
        for index in range(1, codes.shape[1]):
            total = total + self._tables[index][codes[:, index]]
        return total if self._out is None else total @ self._out


class SplitQuantiser:
    """Two residual quantisers of the same vector, whose results are added: the first code carries what is said.

    The second does not see what the first has left: both encode the vector itself.
    """

    def __init__(self, semantic: ResidualQuantiser, acoustic: ResidualQuantiser) -> None:
        self._semantic, self._acoustic = semantic, acoustic

    @classmethod
    def read(cls, parts: Parts, name: str) -> "SplitQuantiser":
        """From a checkpoint in kyutai's names: `rvq_first` and `rvq_rest`."""
        return cls(
            ResidualQuantiser.read(parts, f"{name}.rvq_first"), ResidualQuantiser.read(parts, f"{name}.rvq_rest")
        )

    @property
    def count(self) -> int:
        """How many tables, of both."""
        return self._semantic.count + self._acoustic.count

    @property
    def entries(self) -> int:
        """Entries of a table."""
        return self._acoustic.entries

    def encode(self, x: mx.array, count: int | None = None) -> mx.array:
        """[batch, time, in] -> int [batch, count, time], the semantic codes first; see `ResidualQuantiser.encode`."""
        first = self._semantic.count
        wanted = self.count if count is None else count
        semantic = self._semantic.encode(x, min(first, wanted))
        if wanted <= first:
            return semantic
        return mx.concatenate([semantic, self._acoustic.encode(x, wanted - first)], axis=1)

    def decode(self, codes: mx.array) -> mx.array:
        """int [batch, some from the first, time] -> [batch, time, out]. Raises GenerationError for too many."""
        first = self._semantic.count
        total = self._semantic.decode(codes[:, :first])
        if codes.shape[1] <= first:
            return total
        return total + self._acoustic.decode(codes[:, first:])


def _projection(parts: Parts, name: str) -> mx.array | None:
    """A convolution of one frame as a matrix [out, in]."""
    if not parts.has(f"{name}.weight"):
        return None
    weight = parts.array(f"{name}.weight")
    return weight[:, :, 0] if weight.ndim == 3 else weight
