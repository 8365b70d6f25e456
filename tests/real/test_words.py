"""Whisper with real weights: marks, times, nothing lost, nothing invented. Kokoro says it; its own times are true
ones."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ears import blocks, heard_live, read_aloud
from benchmarks.voices import distance, units
from engine.audio.files.io import read_blocks
from engine.audio.resample import resample
from engine.stt.transcribe import transcribe
from engine.stt.whisper.model import Whisper
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.speak import speak
from engine.types import Samples, SpeechRequest, Transcript, Word
from tests.real.noises import RATE, noises

pytestmark = pytest.mark.real

JFK = Path(__file__).parent / "jfk.flac"
VOICES = ("af_heart", "am_michael", "bf_emma")
SHORT = ("Yes.", "No.", "Stop.", "Go.", "Wait.", "Thank you.")
SENTENCES = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness.",
    "The meeting was moved from Tuesday to Thursday because of the weather.",
    "Do you know where the nearest station is, or should we ask somebody else?",
    "A narrow road led through the valley to a village that nobody had visited for years.",
    "I would rather walk home in the rain than wait another hour for that bus!",
    "He whispered, as if the walls could hear him, that the letter had never arrived.",
    "Our neighbours planted apple trees, pears, cherries, and two rows of strawberries.",
    "When the sun had set behind the mountains, the children gathered around the fire and told stories.",
)
MARKS = {
    "en": ("The ticket costs $3.50, and it is a well-known fact.", "Please visit example.com before 7:45."),
    "fr": ("C'est-à-dire que l'homme est parti.",),
    "es": ("¿Qué hora es? El 35% está de acuerdo.",),
    "it": ("L'uomo dell'altro giorno è arrivato.",),
}
SPEAKERS = {"en": "af_heart", "fr": "ff_siwis", "es": "ef_dora", "it": "if_sara"}


@dataclass(frozen=True)
class Spoken:
    """A recording, and when which word is said in it: (text, start, end, number of its sentence)."""

    samples: Samples
    words: Sequence[tuple[str, float, float, int]]


Say = Callable[..., Spoken]


@pytest.fixture(scope="module")
def say(kokoro: KokoroSynthesizer) -> Say:
    @cache
    def one(text: str, voice: str) -> tuple[Samples, tuple[Word, ...]]:
        chunks = list(speak(kokoro, SpeechRequest(text, voice=voice)))
        sound = np.concatenate([chunk.samples for chunk in chunks])
        return resample(sound, chunks[0].sample_rate, RATE), tuple(word for chunk in chunks for word in chunk.words)

    def spoken(*texts: str, voice: str = "af_heart", pauses_s: Sequence[float] = (0.8,)) -> Spoken:
        parts: list[Samples] = [np.zeros(RATE // 2, np.float32)]
        words: list[tuple[str, float, float, int]] = []
        for number, text in enumerate(texts):
            at_s = sum(map(len, parts)) / RATE
            samples, said = one(text, voice)
            words += [(w.text, w.start_s + at_s, w.end_s + at_s, number) for w in said if re.search(r"\w", w.text)]
            parts += [samples, np.zeros(round(pauses_s[number % len(pauses_s)] * RATE), np.float32)]
        return Spoken(np.concatenate(parts), words)

    return spoken


def heard(whisper: Whisper, samples: Samples, language: str = "en") -> Transcript:
    return Transcript(tuple(transcribe(whisper, blocks(samples, RATE), language)), language, len(samples) / RATE)


def folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


@pytest.mark.parametrize("name", noises())
def test_no_word_is_invented_for_what_nobody_says(whisper: Whisper, name: str) -> None:
    sound = noises()[name]
    assert heard(whisper, sound).text == ""
    assert heard_live(whisper, sound, "en") == []


@pytest.mark.parametrize(
    ("voice", "texts"),
    [(VOICES[0], SHORT[-3:]), *(pytest.param(voice, SHORT, marks=pytest.mark.slow) for voice in VOICES)],
)
def test_single_words_are_kept(whisper: Whisper, say: Say, voice: str, texts: tuple[str, ...]) -> None:
    spoken = say(*texts, voice=voice, pauses_s=(1.2,))
    expected = [folded(word) for text in texts for word in text.split()]
    from_file = [word for part in heard(whisper, spoken.samples).segments for word in part.words]
    for words in (from_file, heard_live(whisper, spoken.samples, "en")):
        # None is lost and none made up; one may be heard as its like ("now" for "no").
        assert len(words) == len(expected)
        assert sum(folded(word.text) != one for word, one in zip(words, expected, strict=True)) <= 1


def test_a_short_last_word_is_kept(whisper: Whisper, say: Say) -> None:
    spoken = say(SENTENCES[1], "Hi.", pauses_s=(1.0, 0.1))
    assert heard(whisper, spoken.samples).text.endswith(("Hi.", "Hi", "hi."))


@pytest.mark.slow
@pytest.mark.parametrize("voice", ["af_heart", "bf_emma"])
@pytest.mark.parametrize("noise", [0.0, 0.003])
def test_words_light_up_when_they_are_said(whisper: Whisper, say: Say, voice: str, noise: float) -> None:
    spoken = say(*SENTENCES, voice=voice, pauses_s=(0.8, 0.3, 1.5))
    sound = spoken.samples + noise * np.random.default_rng(0).standard_normal(len(spoken.samples)).astype(np.float32)
    words = [word for segment in heard(whisper, sound).segments for word in segment.words]
    said = [folded(text) for text, *_ in spoken.words]
    matcher = SequenceMatcher(None, said, [folded(word.text) for word in words], autojunk=False)
    off: list[float] = []
    first: list[float] = []
    for at, begin, count in matcher.get_matching_blocks():
        for n in range(count):
            late = words[begin + n].start_s - spoken.words[at + n][1]
            off.append(abs(late))
            if at + n == 0 or spoken.words[at + n - 1][3] != spoken.words[at + n][3]:
                first.append(late)
    assert len(off) > 0.9 * len(said)
    assert np.median(off) <= 0.10
    assert np.percentile(off, 95) <= 0.25
    assert min(first) >= -0.15


@pytest.mark.parametrize("language", MARKS)
def test_no_space_comes_into_a_word(whisper: Whisper, say: Say, language: str) -> None:
    spoken = say(*MARKS[language], voice=SPEAKERS[language])
    text = heard(whisper, spoken.samples, language).text
    torn = re.findall(r"\d [.,:]\d|\w [.'’]\w|\$ \d|\d %|\w -\w|\w- \w", text)
    assert not torn, text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sound: sound[: RATE // 10],
        lambda sound: np.zeros(RATE, np.float32),
        lambda sound: sound[:0],
        lambda sound: np.clip(20 * sound, -1, 1),
        lambda sound: resample(resample(sound, RATE, 8000), 8000, RATE),
    ],
    ids=["a tenth of a second", "silence", "nothing", "clipped", "a telephone's"],
)
def test_poor_sound_is_heard_as_well_as_it_goes(
    whisper: Whisper, say: Say, spoil: Callable[[Samples], Samples]
) -> None:
    sound = spoil(say(SENTENCES[1]).samples[RATE // 2 :])
    text = folded(heard(whisper, sound).text)
    if len(sound) > 2 * RATE:
        assert SequenceMatcher(None, text, folded(SENTENCES[1])).ratio() > 0.9
    else:
        assert len(text) < 8


@pytest.mark.parametrize("quieter_db", [0, 12])
def test_of_two_voices_at_once_nothing_is_made_up(whisper: Whisper, say: Say, quieter_db: int) -> None:
    """Of two equal ones either may be heard; the louder of two unlike ones is."""
    one, other = say(SENTENCES[1]).samples, say(SENTENCES[3], voice="am_michael").samples
    both = np.zeros(max(len(one), len(other)), np.float32)
    both[: len(one)] += one
    both[: len(other)] += other * 10 ** (-quieter_db / 20)
    text = heard(whisper, both).text
    likeness = [SequenceMatcher(None, folded(text), folded(SENTENCES[said])).ratio() for said in (1, 3)]
    assert len(units(text, "en")) <= len(units(f"{SENTENCES[1]} {SENTENCES[3]}", "en")), text
    if quieter_db:
        assert folded(SENTENCES[1]) in folded(text)
    else:
        assert max(likeness) > 0.5, text


def test_no_turn_of_a_real_speech_is_lost_live(whisper: Whisper) -> None:
    sound = np.concatenate(list(read_blocks(JFK, RATE)))
    text = " ".join(word.text for word in heard_live(whisper, sound, "en"))
    said = units(
        "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
        "en",
    )
    assert distance(said, units(text, "en")) <= 1, text


@pytest.mark.slow
def test_ten_minutes_heard_live_are_as_right_as_heard_whole(kokoro: KokoroSynthesizer, whisper: Whisper) -> None:
    text, sound = read_aloud(kokoro)
    said = units(text, "en")
    whole = [word for segment in heard(whisper, sound).segments for word in segment.words]
    wrong = [
        distance(said, units(" ".join(word.text for word in words), "en")) / len(said)
        for words in (whole, heard_live(whisper, sound, "en"))
    ]
    assert wrong[1] - wrong[0] <= 0.015, wrong
