"""Live words by agreement: nothing is taken back, nothing is lost, no answer grows dearer, packets do not matter."""

import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import OptionError
from engine.stt.agreement import AgreedUtterance, AgreementOptions
from engine.stt.base import Hypothesis, Recognizer
from engine.stt.live import LiveSession
from engine.stt.pocketsphinx.model import PocketSphinx
from engine.types import Samples, Segment, Word

RATE = 1000  # of the scripted recogniser: it needs no sound, only its length
SHORT, LONG = 0.15, 0.7


def spoken(count: int, seed: int = 0, names: int = 10_000) -> tuple[Samples, list[str]]:
    """Sound that says numbers: of a word every sample is its number, and between words there is nothing."""
    chance = np.random.default_rng(seed)
    sound: list[Samples] = [np.zeros(100, np.float32)]
    said: list[str] = []
    for at in range(count):
        number = at % names + 1
        length = round(chance.uniform(SHORT, LONG) * RATE)
        sound.append(np.full(length, number, np.float32))
        sound.append(np.zeros(round(chance.uniform(0.02, 0.25) * RATE), np.float32))
        said.append(f"w{number}")
    return np.concatenate(sound), said


@dataclass
class Reader(Recognizer):
    """A recogniser that reads such sound, and is as unsure as real ones: half a word is another word, and of the
    same word it says another time when it hears it in other company."""

    jitter_s: float = 0.06
    max_region_s: float = 30.0
    sample_rate: int = RATE
    languages: tuple[str, ...] = ("en",)
    heard: list[int] = field(default_factory=list)

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        return [self._read(region) for region in regions]

    def utterance(self, language: str) -> AgreedUtterance:
        return AgreedUtterance(self, language)

    def close(self) -> None: ...

    def _read(self, region: Samples) -> Segment:
        assert len(region) <= self.max_region_s * RATE
        self.heard.append(len(region))
        edges = np.flatnonzero(np.diff(region)) + 1
        words: list[Word] = []
        for begin, end in zip([0, *edges], [*edges, len(region)], strict=True):
            number = int(region[begin])
            if number == 0:
                continue
            is_whole = begin > 0 and end < len(region)
            if not is_whole and end - begin < 0.5 * LONG * RATE:
                if end - begin > 0.05 * RATE:
                    words.append(self._word(f"um{number}", begin, end, len(region)))
                continue
            words.append(self._word(f"w{number}", begin, end, len(region)))
        return Segment(" ".join(word.text for word in words), 0.0, len(region) / RATE, tuple(words))

    def _word(self, text: str, begin: int, end: int, length: int) -> Word:
        off = (zlib.crc32(f"{text} {length}".encode()) % 101 / 50 - 1) * self.jitter_s
        start = min(max(0.0, begin / RATE + off), length / RATE)
        return Word(text, start, max(start, min(end / RATE + off, length / RATE)), 0.9)


def quick(**options: Any) -> AgreementOptions:
    return AgreementOptions(**options)


def listened(
    model: Any, sound: Samples, packet: int, options: AgreementOptions | None = None
) -> tuple[list[Hypothesis], tuple[Word, ...]]:
    utterance = AgreedUtterance(model, "", options, clock=lambda: 0.0)
    answers = [utterance.add(sound[at : at + packet]) for at in range(0, len(sound), packet)]
    return answers, utterance.finish()


def texts(words: Any) -> list[str]:
    return [word.text for word in words]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("jitter_s", [0.0, 0.06, 0.12])
def test_a_long_speech_without_a_pause_loses_no_word_and_says_none_twice(seed: int, jitter_s: float) -> None:
    sound, said = spoken(120, seed)
    assert len(sound) > 45 * RATE
    answers, final = listened(Reader(jitter_s), sound, 32)
    assert texts(final) == said
    assert texts(answers[-1].stable) == said[: len(answers[-1].stable)]
    assert len(answers[-1].stable) > len(said) - 8


@given(
    count=st.integers(0, 40),
    seed=st.integers(0, 1000),
    names=st.sampled_from([1, 2, 3, 10_000]),
    interval=st.sampled_from([200, 600, 1000]),
)
@settings(max_examples=60, deadline=None)
def test_what_is_stable_is_never_taken_back(count: int, seed: int, names: int, interval: int) -> None:
    sound, said = spoken(count, seed, names)
    answers, final = listened(Reader(), sound, 50, quick(partial_interval_ms=interval))
    before: tuple[Word, ...] = ()
    for answer in answers:
        assert answer.stable[: len(before)] == before
        before = answer.stable
    assert final[: len(before)] == before
    if names > 3:
        assert texts(final) == said


@given(packets=st.lists(st.integers(1, 4000), min_size=1, max_size=12), seed=st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_packets_of_any_size_lead_to_the_same_words(packets: list[int], seed: int) -> None:
    sound, _ = spoken(30, seed)
    steady, final = listened(Reader(), sound, 1)
    utterance = AgreedUtterance(Reader(), "", clock=lambda: 0.0)
    at, turn = 0, 0
    while at < len(sound):
        size = packets[turn % len(packets)]
        answer = utterance.add(sound[at : at + size])
        at, turn = min(len(sound), at + size), turn + 1
        assert answer == steady[at - 1]
    assert utterance.finish() == final


def test_a_word_said_again_and_again_is_counted_right() -> None:
    sound, said = spoken(60, 3, names=1)
    _, final = listened(Reader(jitter_s=0.0), sound, 100)
    assert texts(final) == said


def test_minute_sixty_costs_what_minute_one_does() -> None:
    sound, _ = spoken(400, 1)
    minute = sound[: 60 * RATE]
    model = Reader()
    utterance = AgreedUtterance(model, "", clock=lambda: 0.0)
    costs: list[tuple[int, int]] = []
    held: list[float] = []
    for _ in range(60):
        asked = len(model.heard)
        utterance.add(minute)
        costs.append((len(model.heard) - asked, sum(model.heard[asked:])))
        held.append(utterance.held_s)
    assert costs[0][0] == 100  # 600 ms
    assert {count for count, _ in costs[1:]} == {100}
    assert max(sound for _, sound in costs[40:]) <= 1.1 * max(sound for _, sound in costs[1:10])
    assert max(held) < 10


def test_passes_for_45_seconds() -> None:
    sound, said = spoken(200, 2)
    sound = sound[: 45 * RATE]
    model = Reader()
    _, final = listened(model, sound, 100)
    assert len(model.heard) == 75 + 1
    assert texts(final)[:-1] == said[: len(final) - 1]
    # Every answer is about the words that are not certain and a little before them.
    assert np.mean(model.heard) < 7 * RATE


def test_a_flush_decides_and_lets_the_sound_go_and_the_speech_goes_on() -> None:
    sound, said = spoken(40, 5)
    model = Reader()
    utterance = AgreedUtterance(model, "", clock=lambda: 0.0)
    middle = int(np.flatnonzero(sound == 20)[-1]) + 10
    utterance.add(sound[:middle])
    assert texts(utterance.flush()) == said[:20]
    assert utterance.held_s == 0
    assert utterance.add(sound[middle : middle + 10]).draft == ()
    utterance.add(sound[middle + 10 :])
    assert texts(utterance.finish()) == said


def test_a_flush_of_nothing_asks_nobody() -> None:
    model = Reader()
    utterance = AgreedUtterance(model, "")
    assert utterance.flush() == ()
    assert utterance.finish() == ()
    assert model.heard == []


def test_a_cancelled_utterance_asks_no_more() -> None:
    sound, _ = spoken(10, 4)
    model = Reader()
    utterance = AgreedUtterance(model, "", clock=lambda: 0.0)
    utterance.add(sound)
    asked = len(model.heard)
    stable = utterance.add(sound[:0]).stable
    utterance.cancel()
    assert utterance.finish() == stable
    assert len(model.heard) == asked
    with pytest.raises(OptionError):
        utterance.add(sound)


def test_a_machine_that_cannot_keep_up_is_asked_less_often_and_loses_nothing() -> None:
    sound, said = spoken(60, 6)
    model = Reader()
    seconds = iter(np.arange(0, 10_000, 1.5))  # every answer takes one and a half seconds
    utterance = AgreedUtterance(model, "", clock=lambda: float(next(seconds)))
    utterance.add(sound)
    assert len(model.heard) <= len(sound) / RATE / 1.8 + 2
    assert texts(utterance.finish()) == said


def test_noise_without_a_word_is_let_go() -> None:
    model = Reader()
    utterance = AgreedUtterance(model, "", clock=lambda: 0.0)
    for _ in range(120):
        utterance.add(np.zeros(RATE, np.float32))
        assert utterance.held_s <= 30
    sound, said = spoken(12, 8)
    utterance.add(sound)
    assert texts(utterance.finish()) == said


def test_answers_that_never_agree_do_not_pile_up() -> None:
    chance = np.random.default_rng(0)

    class Babbler(Reader):
        def _read(self, region: Samples) -> Segment:
            self.heard.append(len(region))
            times = np.arange(0, len(region) / RATE - 0.3, 0.3)
            words = tuple(Word(f"b{chance.integers(10**9)}", t, t + 0.3) for t in times.tolist())
            return Segment("", 0.0, 0.0, words)

    model = Babbler()
    utterance = AgreedUtterance(model, "", clock=lambda: 0.0)
    sound = np.ones(120 * RATE, np.float32)
    for at in range(0, len(sound), RATE):
        utterance.add(sound[at : at + RATE])
        assert utterance.held_s <= 30
    words = utterance.finish()
    assert len(words) > 200
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)


def test_a_real_recogniser_hears_live_what_it_hears_offline(ears: PocketSphinx, said: Any) -> None:
    sound = said("Please call me tomorrow morning and bring the books.", pause_s=0.3)
    offline = ears.recognize((sound,), "")[0].text.split()
    utterance = AgreedUtterance(ears, "", quick(partial_interval_ms=1200), clock=lambda: 0.0)
    for at in range(0, len(sound), 1600):
        utterance.add(sound[at : at + 1600])
    live = texts(utterance.finish())
    assert len(set(live) & set(offline)) >= 0.7 * len(set(offline))


@pytest.mark.parametrize("wrong", [0, 99, 10_001, -600, float("nan")])
def test_an_interval_out_of_range_is_refused(wrong: int) -> None:
    with pytest.raises(OptionError):
        AgreementOptions(partial_interval_ms=wrong)


class Deaf(Reader):
    """Hears nothing, and counts the utterances."""

    def __init__(self) -> None:
        super().__init__(max_region_s=3.0, sample_rate=16000)
        self.opened: list[AgreedUtterance] = []

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        return [Segment("", 0.0, 0.0) for _ in regions]

    def utterance(self, language: str) -> AgreedUtterance:
        self.opened.append(AgreedUtterance(self, language, AgreementOptions(max_uncertain_s=2.0)))
        return self.opened[-1]


def test_a_session_does_not_cut_an_utterance_that_lets_go_by_itself(said: Any) -> None:
    sound = np.concatenate([said("The children were playing in the garden and the river was high.", pause_s=0.0)] * 2)
    # No breath is quiet enough to part it, as in a room with a fan.
    sound += 0.02 * np.random.default_rng(0).standard_normal(len(sound)).astype(np.float32)
    assert len(sound) > 6 * 16000
    model = Deaf()
    session = LiveSession(model, "", 16000)
    for at in range(0, len(sound), 800):
        session.add_audio(sound[at : at + 800])
        assert all(utterance.held_s <= 3.0 for utterance in model.opened)
    session.finish()
    assert len(model.opened) == 1


@dataclass
class Polyglot(Reader):
    """Names the language it hears when none is named; as a real one, another one now and then."""

    is_translating: bool = False
    told: list[str] = field(default_factory=list)
    detected: int = 0

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        self.told.append(language)
        spoken = language or ("de" if len(self.told) < 8 else "nl")
        return [replace(self._read(region), language="en" if self.is_translating else spoken) for region in regions]

    def detect_language(self, samples: Samples) -> str:
        self.detected += 1
        return "de"


@pytest.mark.parametrize("is_translating", [False, True])
def test_the_language_is_found_once_in_an_utterance_and_kept(is_translating: bool) -> None:
    sound, _ = spoken(20)
    model = Polyglot(is_translating=is_translating)
    utterance = model.utterance("")
    utterance.add(sound)
    utterance.finish()
    open_ones = model.told.index("de")
    assert 1 <= open_ones <= 5, "two seconds are enough to tell"
    assert set(model.told[:open_ones]) == {""}
    assert set(model.told[open_ones:]) == {"de"}
    assert model.detected == int(is_translating)


def test_a_language_that_was_named_stays_and_a_new_utterance_asks_anew() -> None:
    sound, _ = spoken(20)
    model = Polyglot()
    named = model.utterance("fr")
    named.add(sound)
    assert set(model.told) == {"fr"}
    first, second = model.utterance(""), model.utterance("")
    first.add(sound)
    second.add(sound[:1000])
    assert model.told[-1] == ""


@dataclass
class Doubting(Reader):
    """Finds words in noise too, and is not sure of them: noise is what is louder than any word."""

    def recognize_draft(self, regions: Any, language: str) -> list[Segment]:
        return [replace(self._read(region), is_sure=not (region > 50_000).any()) for region in regions]

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        drafts = self.recognize_draft(regions, language)
        return [draft if draft.is_sure else Segment("", 0.0, 0.0) for draft in drafts]


def test_what_may_be_no_speech_is_shown_and_never_certain() -> None:
    noise = np.full(2 * RATE, 60_000, np.float32)
    noise[::500] = 0
    answers, final = listened(Doubting(), noise, 100)
    assert any(answer.draft for answer in answers)
    assert not any(answer.stable for answer in answers)
    assert final == ()


def test_speech_behind_a_noise_is_certain_once_the_noise_is_over() -> None:
    model = Doubting()
    utterance = AgreedUtterance(model, "", clock=lambda: 0.0)
    sound, said = spoken(12)
    utterance.add(np.full(RATE, 60_000, np.float32))
    assert utterance.flush() == ()
    utterance.add(sound)
    assert texts(utterance.finish()) == said


@dataclass
class Remembering(Reader):
    """Notes what it is told was said before."""

    told: list[tuple[list[str], list[str]]] = field(default_factory=list)

    def expecting(self, words: Any, language: str, before: Any = ()) -> "Remembering":
        self.told.append((texts(words), texts(before)))
        return self

    def following(self, words: Any) -> "Remembering":
        self.told.append(([], texts(words)))
        return self


def test_words_whose_sound_is_gone_are_told_as_said_before() -> None:
    model = Remembering(jitter_s=0.0)
    sound, said = spoken(60)
    utterance = AgreedUtterance(model, "", clock=lambda: 0.0)
    utterance.add(sound)
    assert texts(utterance.finish()) == said
    ahead, before = model.told[-1]
    assert before == said[said.index(before[0]) :][: len(before)]
    assert len(before) > 10
    # What is heard again follows what is gone.
    assert said.index(ahead[0]) == said.index(before[-1]) + 1


def test_a_turn_is_told_what_was_said_in_the_turns_before(said: Any) -> None:
    class Ear(Deaf):
        def __init__(self) -> None:
            super().__init__()
            self.told: list[list[str]] = []

        def recognize(self, regions: Any, language: str) -> list[Segment]:
            words = (Word("yes", 0.0, 0.1),)
            return [Segment("yes", 0.0, 0.1, words if len(region) else ()) for region in regions]

        def following(self, words: Any) -> "Ear":
            self.told.append(texts(words))
            return self

    model = Ear()
    session = LiveSession(model, "", 16000)
    sound = said("One.", "Two.", "Three.", pause_s=1.0)
    for at in range(0, len(sound), 800):
        session.add_audio(sound[at : at + 800])
    session.finish()
    assert model.told == [["yes"] * n for n in range(1, len(model.opened))]
    assert len(model.opened) == 3
