"""Residual quantisers: nearest entries, sums of them, and two quantisers of one vector."""

import mlx.core as mx
import numpy as np
import pytest

from engine.errors import GenerationError, WeightsError
from engine.nn.parts import Parts
from engine.nn.rvq import ResidualQuantiser, SplitQuantiser, codebook

ENTRIES, CHANNELS, WIDTH = 11, 4, 6


def _weights(random: np.random.Generator, name: str, count: int) -> dict[str, mx.array]:
    found = {
        f"{name}.input_proj.weight": random.normal(size=(CHANNELS, WIDTH, 1)),
        f"{name}.output_proj.weight": random.normal(size=(WIDTH, CHANNELS, 1)),
    }
    for layer in range(count):
        prefix = f"{name}.vq.layers.{layer}._codebook"
        found[f"{prefix}.embedding_sum"] = random.normal(size=(ENTRIES, CHANNELS))
        found[f"{prefix}.cluster_usage"] = random.uniform(0.5, 2, size=ENTRIES)
    return {key: mx.array(array.astype(np.float32)) for key, array in found.items()}


def _slowly(weights: dict[str, mx.array], name: str, count: int, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and their sum, by the definition."""
    read = {key: np.array(array).astype(np.float64) for key, array in weights.items()}
    left = x @ read[f"{name}.input_proj.weight"][:, :, 0].T
    total, codes = np.zeros_like(left), []
    for layer in range(count):
        prefix = f"{name}.vq.layers.{layer}._codebook"
        table = read[f"{prefix}.embedding_sum"] / read[f"{prefix}.cluster_usage"][:, None]
        codes.append(np.linalg.norm(left[..., None, :] - table, axis=-1).argmin(axis=-1))
        total, left = total + table[codes[-1]], left - table[codes[-1]]
    return np.stack(codes, axis=1), total @ read[f"{name}.output_proj.weight"][:, :, 0].T


def test_codes_and_sums_are_those_of_the_definition() -> None:
    random = np.random.default_rng(0)
    weights = _weights(random, "q", 3)
    quantiser = ResidualQuantiser.read(Parts(weights, "test"), "q")
    x = random.normal(size=(2, 7, WIDTH))
    codes, total = _slowly(weights, "q", 3, x)
    found = quantiser.encode(mx.array(x.astype(np.float32)))
    assert (quantiser.count, quantiser.entries) == (3, ENTRIES)
    assert (np.array(found) == codes).all()
    assert np.abs(np.array(quantiser.decode(found)) - total).max() < 1e-5
    assert (np.array(quantiser.encode(mx.array(x.astype(np.float32)), 2)) == codes[:, :2]).all()


@pytest.mark.parametrize("count", [1, 2, 4])
def test_both_quantisers_take_the_vector_itself(count: int) -> None:
    random = np.random.default_rng(1)
    weights = _weights(random, "q.rvq_first", 1) | _weights(random, "q.rvq_rest", 3)
    quantiser = SplitQuantiser.read(Parts(weights, "test"), "q")
    x = random.normal(size=(1, 5, WIDTH))
    first, total = _slowly(weights, "q.rvq_first", 1, x)
    if count > 1:
        rest, more = _slowly(weights, "q.rvq_rest", count - 1, x)
        first, total = np.concatenate([first, rest], axis=1), total + more
    codes = quantiser.encode(mx.array(x.astype(np.float32)), count)
    assert quantiser.count == 4
    assert (np.array(codes) == first).all()
    assert np.abs(np.array(quantiser.decode(codes)) - total).max() < 1e-5


def test_an_entry_that_was_never_used_stays_finite() -> None:
    assert np.isfinite(np.array(codebook(mx.ones((2, 3)), mx.array([0.0, 2.0])))).all()


def test_more_codebooks_than_there_are_is_an_error() -> None:
    quantiser = ResidualQuantiser([mx.zeros((4, 2))])
    with pytest.raises(GenerationError, match="1 codebooks, and 2"):
        quantiser.decode(mx.zeros((1, 2, 3), dtype=mx.int32))


def test_a_checkpoint_without_one_says_so() -> None:
    with pytest.raises(WeightsError, match=r"q\.vq\.layers\.0"):
        ResidualQuantiser.read(Parts({}, "test"), "q")
