"""Whose voice it is and whether somebody agreed, with the real voice encoder, voice and ear."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.voices import Hear, joined, say
from engine.audio.files.io import read_blocks
from engine.audio.resample import resample
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.types import Samples
from engine.voices import cleaning, consent, embedding, quality, stretch
from tests.real.conftest import MISSING

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
RATE = 24_000
READ = "The harbour was quiet that morning, and the boats lay still. Nobody knew how long the wind would stay away."


@pytest.fixture
def encoder_dir(models_dir: Path) -> Path:
    folder = models_dir / "natural" / embedding.MODEL
    if not folder.is_dir():
        pytest.skip(MISSING.format("The voice encoder"))
    return models_dir


@pytest.fixture(scope="module")
def clip() -> Samples:
    return np.concatenate(list(read_blocks(HERE / "jfk.flac", 16_000)))


def test_a_direction_is_that_of_the_original(encoder_dir: Path, clip: Samples) -> None:
    ours = embedding.embed(clip, 16_000, encoder_dir)
    assert float(ours @ np.load(HERE / "jfk_direction.npy")) > 0.99999
    higher = embedding.embed(resample(clip, 16_000, 44_100), 44_100, encoder_dir)
    assert embedding.similarity(ours, higher) > 0.999


def test_the_stretch_the_cleaned_and_the_halves_of_a_clip_are_one_persons(encoder_dir: Path, clip: Samples) -> None:
    whole = embedding.embed(clip, 16_000, encoder_dir)
    start, end = stretch.best(clip, 16_000)
    for part in (
        clip[round(start * 16_000) : round(end * 16_000)],
        clip[: len(clip) // 2],
        clip[len(clip) // 2 :],
        cleaning.cleaned(clip, 16_000),
    ):
        assert embedding.same_person(whole, embedding.embed(part, 16_000, encoder_dir))
    assert quality.hints(clip, 16_000, encoder_dir) == ()


def spoken(kokoro: KokoroSynthesizer, text: str, voice: str) -> Samples:
    return np.concatenate([joined(pieces) for pieces in say(kokoro, text, voice, "en-us")])


@pytest.mark.slow
def test_two_people_in_one_recording_are_told(encoder_dir: Path, kokoro: KokoroSynthesizer, clip: Samples) -> None:
    woman = resample(spoken(kokoro, READ, "af_heart"), RATE, 16_000)
    both = np.concatenate([clip, woman * (np.std(clip) / np.std(woman))])
    assert "speakers" in [hint.kind for hint in quality.hints(both, 16_000, encoder_dir)]


@pytest.mark.slow
def test_consent_is_heard_of_the_same_voice_and_of_no_other(
    encoder_dir: Path, kokoro: KokoroSynthesizer, hear: Hear
) -> None:
    wanted, other = (
        consent.again(consent.SENTENCES["en"].format(*words), "en")
        for words in (("amber", "bottle"), ("canoe", "apple"))
    )
    recording = embedding.embed(spoken(kokoro, READ, "af_heart"), RATE, encoder_dir)
    mine, theirs = (spoken(kokoro, wanted.text, voice) for voice in ("af_heart", "am_michael"))
    written = hear(mine, "en-us")
    assert consent.heard(wanted, written), written
    assert not consent.heard(other, written)
    assert embedding.same_person(recording, embedding.embed(mine, RATE, encoder_dir))
    assert not embedding.same_person(recording, embedding.embed(theirs, RATE, encoder_dir))
