"""Every voice and every language of Kokoro with real weights: sound, length, loudness and words."""

from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.voices import OWN, RATE, Hear, in_a_row, joined, say, wrong
from engine.audio.loudness import measure
from engine.errors import VoiceError
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.table import loudness
from engine.tts.kokoro.voices import described, voices
from engine.types import SpeechRequest

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(1200)]

TEXT = " ".join(loudness.sentences())
VOICES = [voice.id for voice in voices()]
FOREIGN = [voice.id for voice in voices() if voice.language in OWN]
# What Whisper base makes of good speech in a language: words, or letters, heard otherwise.
MOST_WRONG = {"es": 0.15, "fr-fr": 0.25, "it": 0.2, "pt-br": 0.2, "hi": 0.6, "ja": 0.4, "zh": 0.4}
SOME_OF_EACH = (
    "af_heart",
    "bf_emma",
    "ef_dora",
    "ff_siwis",
    "hf_alpha",
    "if_sara",
    "jf_alpha",
    "pm_alex",
    "zf_xiaobei",
)


def readable(language: str) -> None:
    needed = {"ja": ("pyopenjtalk",), "zh": ("jieba", "pypinyin")}.get(language, ())
    if any(find_spec(module) is None for module in needed):
        pytest.skip(f"What reads {language} is not installed.")


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_is_as_loud_as_the_others_and_its_words_are_heard(
    kokoro: KokoroSynthesizer, hear: Hear, voice: str
) -> None:
    segments = [joined(pieces) for pieces in say(kokoro, TEXT, voice, "en-us")]
    assert all(np.isfinite(segment).all() and len(segment) > 0.3 * RATE for segment in segments)
    sound = in_a_row(segments)
    assert 15 < len(sound) / RATE < 60
    level = measure([sound], RATE)
    assert abs(level.integrated_lufs - loudness.target_lufs()) <= 1
    assert level.true_peak_db <= -0.9
    assert wrong(TEXT, hear(sound, "en"), "en") <= 0.15


@pytest.mark.parametrize("voice", FOREIGN)
def test_every_voice_is_understood_in_its_own_language(kokoro: KokoroSynthesizer, hear: Hear, voice: str) -> None:
    language = described(voice).language
    readable(language)
    said = say(kokoro, OWN[language], voice, language)
    assert not any(piece.notices for pieces in said for piece in pieces)
    sound = in_a_row([joined(pieces) for pieces in said])
    assert wrong(OWN[language], hear(sound, language), language) <= MOST_WRONG[language]


@pytest.mark.parametrize("language", sorted(OWN))
@pytest.mark.parametrize("voice", SOME_OF_EACH)
def test_a_voice_of_each_language_speaks_all_the_others(kokoro: KokoroSynthesizer, voice: str, language: str) -> None:
    readable(language)
    said = say(kokoro, OWN[language], voice, language, only=(0,))
    assert len(joined(said[0])) > 0.3 * RATE
    assert any(piece.notices for piece in said[0]) == (described(voice).language != language)


def test_a_language_that_kokoro_does_not_speak_is_refused(kokoro: KokoroSynthesizer) -> None:
    with pytest.raises(VoiceError, match="does not speak"):
        kokoro.check(SpeechRequest("x", voice="af_heart", language="de"))
