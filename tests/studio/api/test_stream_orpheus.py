"""A small Orpheus (random weights, the real layout) through /ws/orpheus: however a stream is cut, it is the same."""

import numpy as np
import pytest

from tests.engine.tts.orpheus.checkpoints import make
from tests.studio.api.conftest import Studio
from tests.studio.api.test_stream_socket import Heard, refusal, socket_to, start, until_over

TEXT = "Well <laugh> look at that."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make(tmp_path_factory.mktemp("orpheus")))


def spoken(studio: Studio, tiny: str, **fields: object) -> Heard:
    with socket_to(studio) as connection:
        start(connection, TEXT, model=tiny, **({"voice": "tara", "seed": 5, "max_tokens": 140} | fields))
        return until_over(connection)


def test_every_chunk_size_gives_the_same_samples(studio: Studio, tiny: str) -> None:
    whole = spoken(studio, tiny, frames_per_chunk=500, first_frames_per_chunk=500)
    small = spoken(studio, tiny, chunk_tokens=7)
    early = spoken(studio, tiny, ultra_low_latency=True)
    ended = whole.events[-1]
    assert ended["tokens"] > 0
    assert ended["tokens_per_second"] > 0
    assert ended["notices"] == [] or "<laugh>" not in " ".join(ended["notices"])
    assert whole.rates == {24000}
    for other in (small, early):
        assert len(other.samples) == len(whole.samples)
        assert np.abs(other.samples - whole.samples).max() <= 1e-5
        assert other.events[-1]["tokens"] == ended["tokens"]
    assert small.events[-1]["chunks"] > early.events[-1]["chunks"] >= ended["chunks"]
    smooth = spoken(studio, tiny, mode="smooth", chunk_tokens=35)
    assert len(smooth.samples) == len(whole.samples)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"chunk_tokens": 10}, "multiple of 7"),
        ({"chunk_tokens": 28, "frames_per_chunk": 4}, "same thing"),
        ({"voice": "en-us"}, "en-us"),
        ({"speed": 1.5}, "speed"),
        ({"max_tokens": 3}, "max_tokens"),
        ({"frames_per_chunk": 0}, "frames_per_chunk"),
    ],
)
def test_what_orpheus_cannot_do_is_one_sentence(
    studio: Studio, tiny: str, fields: dict[str, object], part: str
) -> None:
    with socket_to(studio) as connection:
        start(connection, TEXT, model=tiny, **({"voice": "tara"} | fields))
        assert part in refusal(connection)


def test_a_cancelled_stream_does_not_disturb_the_next(studio: Studio, tiny: str) -> None:
    before = spoken(studio, tiny)
    with socket_to(studio) as connection:
        start(connection, TEXT * 20, model=tiny, voice="tara", chunk_tokens=7)
        connection.recv(timeout=30)
        connection.send('{"type": "cancel"}')
        assert until_over(connection).events[-1]["cancelled"] is True
        assert studio.becomes_idle()
    assert np.array_equal(spoken(studio, tiny).samples, before.samples)
