"""Several people and one neural voice: their pieces take turns, and who leaves is not spoken to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.pool import ModelPool
from engine.types import SpeechRequest
from tests.engine.tts.kokoro.checkpoints import hexgrad

LONG = "One, two. Three, four. Five, six. Seven, eight. Nine, ten. No, then. Six, men. Yes, Ben. So, when. Be, zen."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hexgrad(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def pool() -> Iterator[ModelPool]:
    with ModelPool() as pool:
        yield pool


def watched(pool: ModelPool, model_id: str) -> list[str]:
    """The voices of all pieces in the order in which the model made them."""
    made: list[str] = []

    def watch(model: Any) -> None:
        synthesize = model.synthesize

        def noting(segment: Any, request: SpeechRequest) -> Iterator[Any]:
            for piece in synthesize(segment, request):
                made.append(request.voice)
                yield piece

        model.synthesize = noting

    pool.call(model_id, watch)
    return made


def test_two_listeners_of_one_kokoro_take_turns_and_each_hears_what_one_alone_would(
    pool: ModelPool, folder: Path
) -> None:
    made = watched(pool, str(folder))
    text = "One, two. Three, four. Five, six."
    alone = [[c.samples for c in pool.speak(str(folder), SpeechRequest(text, v))] for v in ("af_heart", "am_michael")]
    made.clear()
    first = pool.speak(str(folder), SpeechRequest(LONG, "af_heart"))
    next(first)
    before = len(made)
    second = pool.speak(str(folder), SpeechRequest(text, "am_michael"))
    next(second)
    # The piece that was being made when the second came, and one more that may have begun meanwhile.
    assert made[before:].index("am_michael") <= 2
    rest = list(second)
    between = made[before : len(made) - made[::-1].index("am_michael")]
    assert "af_heart" in between, "the first waited for all of the second"
    first.close()
    again = [c.samples for c in pool.speak(str(folder), SpeechRequest(text, "am_michael"))]
    assert sum(map(len, again)) == sum(map(len, alone[1]))
    assert np.array_equal(np.concatenate(again[1:]), np.concatenate([c.samples for c in rest]))


def test_a_listener_who_leaves_frees_kokoro_within_one_piece(pool: ModelPool, folder: Path) -> None:
    made = watched(pool, str(folder))
    leaving = pool.speak(str(folder), SpeechRequest(LONG, "af_heart"))
    next(leaving)
    leaving.close()
    at_close = len(made)
    pool.call(str(folder), lambda model: None)
    assert len(made) <= at_close + 1
    left = len(made)
    assert list(pool.speak(str(folder), SpeechRequest("Still here.", "am_michael")))
    assert made[left:].count("af_heart") == 0
    assert [model.streams for model in pool.loaded()] == [0]
