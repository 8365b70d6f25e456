"""What is heard once more at the end: the newest sound, as a whole, no longer than the model takes."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.stt.agreement import AgreedUtterance
from engine.stt.base import Recognizer, UtteranceDecoder, last
from engine.stt.live import LiveSession
from engine.stt.once_more import Stretches
from engine.types import Samples, Segment, TranscriptEvent, Word

RATE = 16000


class Wiser(Recognizer):
    """Hears "so" in whatever is short, and what was really said in what is long: a word for each second."""

    sample_rate = RATE
    languages = ("en",)
    max_region_s = 30.0
    pause_s = 2.0
    hears_better_whole = True

    def __init__(self) -> None:
        self.regions: list[list[float]] = []
        self.before: list[str] = []

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        return [self._heard(sound, ["so"] * 100) for sound in regions]

    def recognize_steps(self, regions: Sequence[Samples], language: str) -> Generator[None, None, list[Segment]]:
        self.regions.append([len(sound) / RATE for sound in regions])
        yield
        return [self._heard(sound, [f"w{n}" for n in range(100)]) for sound in regions]

    def _heard(self, sound: Samples, names: list[str]) -> Segment:
        words = tuple(Word(names[n], float(n), n + 0.9) for n in range(len(sound) // RATE))
        return Segment(" ".join(word.text for word in words), 0.0, len(sound) / RATE, words)

    def following(self, words: Sequence[Word]) -> "Wiser":
        self.before = [word.text for word in words]
        return self

    def utterance(self, language: str) -> UtteranceDecoder:
        return AgreedUtterance(self, language, clock=lambda: 0.0)


def heard(model: Recognizer, sound: Samples) -> list[TranscriptEvent]:
    session = LiveSession(model, "en", RATE)
    events = [event for at in range(0, len(sound), 1600) for event in session.add_audio(sound[at : at + 1600])]
    return [*events, *session.finish()]


def test_the_end_is_better_than_what_was_told_and_takes_nothing_back(said: Any) -> None:
    sound = said("The children were playing in the garden.", "Please call me tomorrow morning.", pause_s=0.9)
    model = Wiser()
    events = heard(model, sound)
    told = [word.text for event in events for word in event.stable]
    final = events[-1]
    assert set(told[:-1]) == {"so"}, "what was told stays as it was told"
    assert final.corrected is not None
    assert [word.text for word in final.corrected] == [f"w{n}" for n in range(len(final.corrected))]
    assert len(model.regions) == 1 and len(model.regions[0]) == 1, "one stretch, its pause in it"
    assert final.corrects == len(told)


def test_a_turn_that_was_decided_from_all_of_its_sound_is_not_heard_twice(said: Any) -> None:
    model = Wiser()
    sound = said("Please call me.", pause_s=2.0)
    session = LiveSession(model, "en", RATE, partial_interval_s=None)
    model.utterance = lambda language: AgreedUtterance(model, language, clock=iter(range(0, 10**9, 100)).__next__)  # type: ignore[method-assign]
    events = [*session.add_audio(sound), *session.finish()]
    assert [word.text for event in events for word in event.stable]
    assert model.regions == []
    assert events[-1].corrected is None


def stretches(model: Wiser, **changes: float) -> Stretches:
    for name, value in changes.items():
        setattr(model, name, value)
    return Stretches(model, "en")


def second(number: int) -> Word:
    return Word(f"t{number}", float(number), number + 0.9)


def test_a_long_talk_keeps_the_newest_half_minute_and_the_words_before_it() -> None:
    model = Wiser()
    kept = stretches(model)
    kept.begin_turn(0)
    for number in range(100):
        kept.hear(number * RATE, np.ones(RATE, np.float32))
        kept.tell([second(number)])
    again = last(kept.once_more())
    assert again is not None
    assert model.regions == [[pytest.approx(again.corrects, abs=0.2)]]
    assert 20 <= again.corrects <= 30
    assert model.before[-1] == f"t{99 - again.corrects}"
    assert again.words[0].start_s == pytest.approx(100 - again.corrects, abs=0.2)


def test_a_long_pause_parts_what_is_heard_and_an_empty_answer_leaves_what_was_told() -> None:
    model = Wiser()
    kept = stretches(model)
    for begin in (0, 10):
        kept.begin_turn(begin * RATE)
        kept.hear(begin * RATE, np.ones(3 * RATE, np.float32))
        kept.tell([replace(second(begin), text="told"), second(begin + 1)])
        kept.end_turn(is_decided=False)
    real = model._heard  # pyright: ignore[reportPrivateUsage]
    model._heard = lambda sound, names: Segment("", 0, 0) if len(model.regions) and names.pop() else real(sound, names)  # type: ignore[method-assign]
    again = last(kept.once_more())
    assert again is not None
    assert model.regions == [[3.0, 3.0]]
    assert [word.text for word in again.words] == ["told", "t1", "told", "t11"]
    assert again.last is None


def test_sound_without_a_word_for_long_is_let_go_and_what_follows_counts() -> None:
    model = Wiser()
    kept = stretches(model)
    kept.begin_turn(0)
    kept.hear(0, np.ones(31 * RATE, np.float32))
    assert last(kept.once_more()) is None
    kept.begin_turn(32 * RATE)
    kept.hear(32 * RATE, np.ones(2 * RATE, np.float32))
    kept.tell([second(32)])
    again = last(kept.once_more())
    assert again is not None
    assert again.corrects == 1
    kept.forget()
    assert last(kept.once_more()) is None


def test_what_waits_at_the_end_is_decided_with_it_and_nothing_is_asked_meanwhile(said: Any) -> None:
    sound = said("The children were playing in the garden.", "Please call me tomorrow morning.", pause_s=0.9)
    half = len(sound) // 3
    model = Wiser()
    asked: list[int] = []
    recognize = model.recognize
    model.recognize = lambda regions, language: (asked.append(len(regions)), recognize(regions, language))[1]  # type: ignore[method-assign]
    session = LiveSession(model, "en", RATE)
    events = session.add_audio(sound[:half])
    before = len(asked)
    session.hurry((len(sound) - half) / RATE)
    events += session.add_audio(sound[half:])
    events += session.finish()
    assert len(asked) == before, "the end is asked once, about all of it"
    told = [word for event in events for word in event.stable]
    corrected = events[-1].corrected
    assert corrected is not None
    assert events[-1].corrects == len(told) == len(corrected)
    assert told[-1].end_s == pytest.approx(corrected[-1].end_s)


def test_a_hurried_end_that_finds_nothing_is_decided_as_always(said: Any) -> None:
    sound = said("The children were playing in the garden.", pause_s=0.9)
    model = Wiser()
    usual = heard(model, sound)
    session = LiveSession(model, "en", RATE)
    events = session.add_audio(sound[: len(sound) // 2])
    session.hurry(len(sound) / RATE)

    def silent(regions: Sequence[Samples], language: str) -> Generator[None, None, list[Segment]]:
        yield
        return [Segment("", 0.0, 0.0) for _ in regions]

    model.recognize_steps = silent  # type: ignore[method-assign]
    events += [*session.add_audio(sound[len(sound) // 2 :]), *session.finish()]
    told = [word for event in events for word in event.stable]
    assert len(told) == len([word for event in usual for word in event.stable])


def test_more_than_fits_is_heard_as_it_comes(said: Any) -> None:
    session = LiveSession(Wiser(), "en", RATE)
    session.add_audio(said("Please call me tomorrow morning.")[: 2 * RATE])
    session.hurry(29.0)
    assert not session._is_hurried  # pyright: ignore[reportPrivateUsage]
    session.hurry(5.0)
    assert session._is_hurried  # pyright: ignore[reportPrivateUsage]
