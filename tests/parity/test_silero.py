"""Silero's network says what Silero's own says, however many steps it is given at once. From make_silero.py."""

from pathlib import Path

import numpy as np
import pytest

from engine.stt.silero import STEP, SileroNetwork
from engine.types import Samples

FIXTURE = Path(__file__).parent / "fixtures" / "silero.npz"


@pytest.fixture(scope="module")
def sound() -> Samples:
    with np.load(FIXTURE) as file:
        return file["sound"].astype(np.float32) / 32768


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    with np.load(FIXTURE) as file:
        return file["probabilities"]


@pytest.mark.parametrize("at_once", [1, 3, 31, 10_000])
def test_probabilities_equal_the_reference(sound: Samples, expected: np.ndarray, at_once: int) -> None:
    network = SileroNetwork()
    size = at_once * STEP
    found = np.concatenate([network.probabilities(sound[at : at + size]) for at in range(0, len(sound), size)])
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 1e-4
    # It tells speech from the rest: the fixture has both.
    assert (expected > 0.9).any()
    assert (expected < 0.05).any()


def test_streams_do_not_know_of_one_another(sound: Samples, expected: np.ndarray) -> None:
    one, other = SileroNetwork(), SileroNetwork()
    for at in range(0, 40 * STEP, STEP):
        found = one.probabilities(sound[at : at + STEP])
        other.probabilities(np.zeros(STEP, dtype=np.float32))
        assert abs(float(found[0]) - float(expected[at // STEP])) < 1e-4
    assert one.probabilities(sound[:0]).shape == (0,)
