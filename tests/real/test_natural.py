"""The natural voice and the good ear with real weights: lengths, streams, batches, times, and words heard back."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.voices import Hear, distance, joined, units
from engine.audio.files.io import read_blocks
from engine.text.segment import prepare
from engine.tts import pauses
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.voices import parse
from engine.tts.speak import speak, speak_segment
from engine.types import AudioChunk, Samples, SpeechRequest, Word

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
RATE = 24_000
FRAME = 600  # samples
STOPS = (
    "The gate was open, and nobody stood beside it. Inside, the lamps were lit; somebody had been here. "
    "We waited. Then, very slowly, the door began to move."
)
ENGLISH = (
    "The harbour was quiet that morning, and the boats lay still.",
    "She opened the letter, read it twice, and put it back into the drawer.",
    "Nobody knows how long the winter will last this year.",
    "A small dog ran across the street and vanished between two houses.",
    "He had never learned to swim, although he lived beside the sea.",
    "The train to the north leaves at eight, and it is never late.",
    "They counted the coins slowly, as if each one were made of gold.",
    "In the garden behind the school, the children planted seven trees.",
    "Please close the window before the rain comes in.",
    "My grandmother kept her recipes in a box made of tin.",
    "The old bridge was repaired last summer with stone from the hills.",
    "What he said at the end surprised everybody in the room.",
)
OTHERS = {
    "fr-fr": (
        "Le train part à huit heures du matin.",
        "La vieille maison se trouve au bord de la rivière.",
        "Nous avons mangé du pain et du fromage.",
        "Elle lit un livre dans le jardin.",
        "Les enfants jouent devant l'école tous les jours.",
    ),
    "es": (
        "El tren sale a las ocho de la mañana.",
        "La casa vieja está al lado del río.",
        "Comimos pan y queso en la cocina.",
        "Ella lee un libro en el jardín.",
        "Los niños juegan delante de la escuela todos los días.",
    ),
    "it": (
        "Il treno parte alle otto di mattina.",
        "La vecchia casa si trova vicino al fiume.",
        "Abbiamo mangiato pane e formaggio in cucina.",
        "Lei legge un libro nel giardino.",
        "I bambini giocano davanti alla scuola tutti i giorni.",
    ),
}
MOST_WRONG = {"fr-fr": 0.15, "es": 0.15, "it": 0.15}
SPOKEN_OTHERWISE = {"harbour": "harbor", "8": "eight", "7": "seven", "huit": "8", "ocho": "8", "otto": "8"}
"""The same words written in another way."""


def said(chunks: Sequence[AudioChunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


@pytest.mark.parametrize("one", json.loads((HERE / "onnx_lengths.json").read_text(encoding="utf-8")), ids=str)
def test_a_row_is_as_long_as_the_onnx_export_of_the_same_weights_makes_it(
    kokoro: KokoroSynthesizer, packs: Packs, one: dict[str, object]
) -> None:
    ids, samples = one["ids"], one["samples"]
    assert isinstance(ids, list)
    assert isinstance(samples, int)
    style = packs.style(parse(str(one["voice"])), len(ids))[None]
    (spoken,) = kokoro._network([ids], style, [1.0], None)
    # Its eight-bit activations round a duration otherwise now and then: two frames of 25 ms in a short row.
    assert abs(len(spoken.samples) - samples) <= max(0.02 * samples, 2 * FRAME)


@pytest.mark.slow
def test_what_is_streamed_is_what_is_spoken_whole_and_in_company(kokoro: KokoroSynthesizer) -> None:
    request = kokoro.check(SpeechRequest(STOPS))
    streamed = said(list(speak(kokoro, request)))
    told = list(prepare(STOPS, request.language, kokoro.limits, request.sentence_pause_s, request.paragraph_pause_s))
    told[-1] = replace(told[-1], pause_s=pauses.END_S)
    alone = [joined(list(speak_segment(kokoro, segment, request))) for segment in told]
    assert len(streamed) == sum(map(len, alone))
    assert np.abs(streamed - np.concatenate(alone)).max() <= 1e-4
    for segment, together in zip(told, kokoro.synthesize_batch(told, request), strict=True):
        single = joined(list(kokoro.synthesize(segment, request)))
        assert np.abs(together.samples - single).max() <= 1e-4


def test_after_a_pause_a_word_begins_where_its_sound_does(kokoro: KokoroSynthesizer) -> None:
    chunks = list(speak(kokoro, SpeechRequest(STOPS)))
    samples, words = said(chunks), [word for chunk in chunks for word in chunk.words]
    assert [word.text for word in words] == re.findall(r"[\w']+", STOPS)
    rises = beginnings(samples)
    assert len(rises) >= 4  # the stops, and most commas
    for rise in rises:
        nearest: Word = min(words, key=lambda word: abs(word.start_s - rise))
        assert abs(nearest.start_s - rise) <= 0.06, nearest


@pytest.mark.parametrize("sentences", [ENGLISH[:5], pytest.param(ENGLISH, marks=pytest.mark.slow)], ids=len)
def test_the_default_voice_is_understood(kokoro: KokoroSynthesizer, hear: Hear, sentences: tuple[str, ...]) -> None:
    assert wrong(kokoro, hear, sentences, "af_heart", "en-us") < 0.04


@pytest.mark.parametrize(("language", "voice"), [("fr-fr", "ff_siwis"), ("es", "ef_dora"), ("it", "if_sara")])
def test_other_languages_are_understood(kokoro: KokoroSynthesizer, hear: Hear, language: str, voice: str) -> None:
    assert wrong(kokoro, hear, OTHERS[language], voice, language) <= MOST_WRONG[language]


def test_a_real_recording_is_written_down_without_a_fault(hear_at: Hear) -> None:
    sound = np.concatenate(list(read_blocks(HERE / "jfk.flac", 16_000)))
    assert hear_at(sound, "") == (
        "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
    )


def wrong(model: KokoroSynthesizer, hear: Hear, sentences: Sequence[str], voice: str, language: str) -> float:
    """The share of words that are not heard as they were said, all sentences spoken as one recording."""
    request = model.check(SpeechRequest(" ".join(sentences), voice=voice, language=language))
    heard = hear(said(list(speak(model, replace(request, sentence_pause_s=0.5)))), language)
    other, reference = as_written(heard, language), as_written(" ".join(sentences), language)
    return distance(reference, other) / len(reference)


def as_written(text: str, language: str) -> list[str]:
    return [SPOKEN_OTHERWISE.get(word, word) for word in units(text, language)]


def beginnings(samples: Samples, quiet_s: float = 0.12, hop: int = 120) -> list[float]:
    """Where sound rises after a pause inside a text, in seconds."""
    power: npt.NDArray[np.float32] = np.square(samples[: len(samples) // hop * hop]).reshape(-1, hop).mean(axis=1)
    loud = power > power.max() * 10**-4
    found: list[float] = []
    quiet = 0
    for at, is_loud in enumerate(loud):
        if is_loud and quiet * hop / RATE >= quiet_s and at > quiet:
            found.append(at * hop / RATE)
        quiet = 0 if is_loud else quiet + 1
    return found
