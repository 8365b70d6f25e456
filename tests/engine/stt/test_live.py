"""A microphone's words: stable ones stay, packets of any size say the same, all that was heard is decided."""

import time
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.audio.resample import resample
from engine.errors import AudioFormatError, OptionError
from engine.stt.agreement import AgreedUtterance, AgreementOptions
from engine.stt.base import Guidance, Hypothesis, Recognizer, UtteranceDecoder
from engine.stt.live import LiveSession
from engine.stt.pocketsphinx.model import PocketSphinx
from engine.stt.transcribe import transcribe
from engine.types import Samples, Segment, TranscriptEvent, Word

RATE = 16000
SENTENCES = ("The children were playing in the garden.", "Please call me tomorrow morning and bring the books.")


def listened(model: Any, sound: Samples, packet: int, rate: int = RATE, **options: Any) -> list[TranscriptEvent]:
    session = LiveSession(model, "", rate, **options)
    events = [
        event for begin in range(0, len(sound), packet) for event in session.add_audio(sound[begin : begin + packet])
    ]
    return [*events, *session.finish()]


def stable_words(events: list[TranscriptEvent]) -> list[Word]:
    return [word for event in events for word in event.stable]


class Ruler(Recognizer):
    """Not an ear but a ruler: one word for each tenth of a second of an utterance, the last three still drafts."""

    sample_rate = RATE
    languages = ("en-us",)
    max_region_s = 4.0

    def __init__(self) -> None:
        self.open = 0
        self.longest = 0

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        return [Segment("", 0.0, 0.0) for _ in regions]

    def utterance(self, language: str) -> "RuledUtterance":
        self.open += 1
        return RuledUtterance(self)

    def close(self) -> None: ...


class RuledUtterance(UtteranceDecoder):
    def __init__(self, model: Ruler) -> None:
        self._model = model
        self._samples = 0

    def _words(self) -> tuple[Word, ...]:
        return tuple(Word(str(n), n / 10, (n + 1) / 10) for n in range(self._samples // 1600))

    def add(self, samples: Samples) -> Hypothesis:
        self._samples += len(samples)
        self._model.longest = max(self._model.longest, self._samples)
        words = self._words()
        return Hypothesis(words[:-3], words[-3:])

    def finish(self) -> tuple[Word, ...]:
        self._model.open -= 1
        return self._words()

    def close(self) -> None:
        self._model.open -= 1


def test_words_arrive_while_somebody_speaks(ears: PocketSphinx, said: Any) -> None:
    sound = resample(said(*SENTENCES), RATE, 48000)
    events = listened(ears, sound, 4800, rate=48000)
    text = " ".join(word.text for word in stable_words(events))
    assert "garden" in text
    assert "tomorrow morning" in text
    drafts = [event for event in events if event.draft]
    assert len(drafts) > 3
    assert drafts[0].audio_s < 2.5
    assert drafts[0].speech
    assert events[-1].is_final
    assert events[-1].draft == ()
    assert events[-1].audio_s == pytest.approx(len(sound) / 48000)
    assert [event.is_final for event in events].count(True) == 1
    # A sentence is decided soon after it ends, not when the microphone is switched off.
    garden = next(event for event in events for word in event.stable if word.text == "garden")
    assert garden.audio_s < 5.0


def test_live_words_are_those_of_the_recording(ears: PocketSphinx, said: Any) -> None:
    """Offline knows the room from the whole region, live from its first moments: most words are the same."""
    sound = said(*SENTENCES)
    live = [word.text for word in stable_words(listened(ears, sound, 1600))]
    offline = [word.text for segment in transcribe(ears, [sound]) for word in segment.words]
    assert len(set(live) & set(offline)) >= 0.6 * len(set(offline))


def test_real_words_do_not_depend_on_the_packets(ears: PocketSphinx, said: Any) -> None:
    sound = resample(said(SENTENCES[1]), RATE, 44100)
    assert stable_words(listened(ears, sound, 441, 44100)) == stable_words(listened(ears, sound, 10**9, 44100))


@pytest.mark.parametrize("packet", [7, 512, 5000, 10**9])
def test_the_size_of_the_packets_changes_nothing(said: Any, packet: int) -> None:
    sound = said(*SENTENCES, pause_s=0.6)[: round(2.2 * RATE)]
    assert stable_words(listened(Ruler(), sound, packet)) == stable_words(listened(Ruler(), sound, 1600))


def test_stable_words_come_in_order_and_once(said: Any) -> None:
    words = stable_words(listened(Ruler(), said(*SENTENCES), 1000))
    starts = [word.start_s for word in words]
    assert starts == sorted(set(starts))


def test_all_speech_is_decided_when_the_microphone_goes_off_in_mid_word(said: Any) -> None:
    sound = said(SENTENCES[0])[: round(1.9 * RATE)]
    events = listened(Ruler(), sound, 1600)
    assert stable_words(events)[-1].end_s == pytest.approx(1.9, abs=0.15)


def test_somebody_who_never_pauses_gets_new_utterances_and_loses_nothing(said: Any) -> None:
    sound = np.concatenate([said(SENTENCES[1], pause_s=0.03)] * 3)
    model = Ruler()
    words = stable_words(listened(model, sound, 1600))
    assert model.longest <= 4.1 * RATE
    spoken_s = len(sound) / RATE
    assert len(words) > 10 * spoken_s - 12
    assert all(after.start_s - before.start_s < 0.35 for before, after in pairwise(words))


def test_silence_costs_nothing_and_says_nothing(not_speech: dict[str, Samples]) -> None:
    model = Ruler()
    events = listened(model, np.concatenate(list(not_speech.values())), 1600)
    assert stable_words(events) == []
    assert model.longest == 0
    assert [event.is_final for event in events] == [True]


def test_the_speech_flag_follows_the_speaker(said: Any) -> None:
    events = listened(Ruler(), said(*SENTENCES), 320)
    flags = [event.speech for event in events]
    changes = [flag for n, flag in enumerate(flags) if n == 0 or flag != flags[n - 1]]
    assert changes == [True, False, True, False]


def test_closing_drops_the_utterance_in_hand(said: Any) -> None:
    model = Ruler()
    session = LiveSession(model, "", RATE)
    session.add_audio(said(SENTENCES[0])[: 2 * RATE])
    assert model.open == 1
    session.close()
    session.close()
    assert model.open == 0
    assert session.finish() == []
    with pytest.raises(OptionError, match="over"):
        session.add_audio(np.zeros(100, np.float32))


def test_what_cannot_be_heard_is_refused(ears: PocketSphinx) -> None:
    with pytest.raises(OptionError):
        LiveSession(ears, "fr", RATE)
    with pytest.raises(AudioFormatError):
        LiveSession(ears, "", 12)


def test_the_tenth_minute_costs_what_the_first_did(said: Any) -> None:
    sound = said(SENTENCES[0])
    session = LiveSession(Ruler(), "", RATE)

    def cost(times: int) -> float:
        began = time.process_time()
        for _ in range(times):
            session.add_audio(sound)
        return time.process_time() - began

    cost(1)
    early = cost(4)
    cost(10)
    assert cost(4) < 1.6 * early + 0.05


@pytest.mark.parametrize("interval_s", [0.1, 0.3, 1.0])
def test_words_change_no_more_often_than_asked_and_none_is_lost(said: Any, interval_s: float) -> None:
    sound = said(SENTENCES[1], pause_s=0.03)
    paced = listened(Ruler(), sound, 160, partial_interval_s=interval_s)
    assert stable_words(paced) == stable_words(listened(Ruler(), sound, 1600))
    changes = sum(1 for event in paced if event.draft or event.stable)
    utterances = 1 + sum(1 for event in paced if event.stable and not event.draft)
    assert 2 < changes <= len(sound) / RATE / interval_s + 2 * utterances


class Asked(Recognizer):
    """Counts how often it is asked about sound that is not over, by local agreement."""

    sample_rate = RATE
    languages = ("en",)
    max_region_s = 30.0

    def __init__(self) -> None:
        self.drafts = 0

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        return [Segment("", 0.0, 0.0) for _ in regions]

    def recognize_draft(self, regions: Any, language: str) -> list[Segment]:
        self.drafts += 1
        return self.recognize(regions, language)

    def utterance(self, language: str) -> UtteranceDecoder:
        return AgreedUtterance(self, language, clock=lambda: 0.0)

    def utterance_every(self, language: str, partial_interval_s: float) -> UtteranceDecoder:
        options = AgreementOptions(partial_interval_ms=partial_interval_s * 1000)
        return AgreedUtterance(self, language, options, clock=lambda: 0.0)


def test_the_interval_reaches_a_recogniser_that_is_asked_again(said: Any) -> None:
    sound = np.concatenate([said(SENTENCES[1], pause_s=0.03)] * 2)
    asked: dict[float | None, int] = {}
    for interval_s in (None, 0.6, 0.2, 2.0):
        model = Asked()
        listened(model, sound, 1600, partial_interval_s=interval_s)
        asked[interval_s] = model.drafts
    assert asked[None] == asked[0.6]
    assert asked[0.2] > 2 * asked[0.6] > 4 * asked[2.0] > 0


@pytest.mark.parametrize("wrong", [0, 0.05, 10.1, -1, float("nan"), float("inf"), "0.6", True])
def test_an_interval_out_of_range_is_refused(wrong: Any) -> None:
    with pytest.raises(OptionError, match="partial interval must"):
        LiveSession(Ruler(), "", RATE, partial_interval_s=wrong)


class Obedient(Ruler):
    guidance: Guidance | None = None

    def guided(self, guidance: Guidance) -> "Obedient":
        told = Obedient()
        told.guidance = guidance
        GUIDED.append(told)
        return told


GUIDED: list[Any] = []


def test_a_session_listens_as_it_is_told_and_one_that_cannot_says_so(said: Any) -> None:
    guidance = Guidance(translates=True, hotwords=("Kokoro",))
    plain = Obedient()
    session = LiveSession(plain, "", RATE, guidance=guidance)
    session.add_audio(said(SENTENCES[0])[: 2 * RATE])
    assert [model.guidance for model in GUIDED] == [guidance]
    assert (plain.open, GUIDED[0].open) == (0, 1)
    for told, sentence in ((guidance, "cannot translate"), (Guidance(prompt="Dr. Smith"), "cannot take a prompt")):
        with pytest.raises(OptionError, match=sentence):
            LiveSession(Ruler(), "", RATE, guidance=told)
