"""The built-in recogniser: what it hears, how sure it is, and that nobody hears another's words."""

import re
import threading
import time
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.errors import OptionError
from engine.stt.pocketsphinx import cepstra
from engine.stt.pocketsphinx.model import PocketSphinx
from engine.stt.vad import regions
from engine.types import Samples, Segment, Word

pocketsphinx = pytest.importorskip("pocketsphinx", reason="there is no pocketsphinx for this Python on this machine")

RATE = 16000
SENTENCES = (
    "The children were playing in the garden when the rain began to fall.",
    "Please call me tomorrow morning and bring the books.",
)


def shared(expected: str, heard: str) -> float:
    """The share of the expected words that were heard, in order."""
    one, other = (re.findall(r"[a-z']+", text.lower()) for text in (expected, heard))
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(one)


def text_of(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


@pytest.fixture(scope="module")
def speech(said: Any) -> list[Samples]:
    return [samples for sentence in SENTENCES for _, samples in regions([said(sentence)])]


@pytest.fixture(scope="module")
def heard(ears: PocketSphinx, speech: list[Samples]) -> list[Segment]:
    """Both sentences, recognised once for all tests: half a second of work a second of sound."""
    return ears.recognize(speech, "en-us")


@pytest.fixture(scope="module")
def uttered(ears: PocketSphinx, speech: list[Samples]) -> list[tuple[Word, ...]]:
    """The words of each sentence, heard alone and in one packet."""
    words: list[tuple[Word, ...]] = []
    for samples in speech:
        utterance = ears.utterance("")
        utterance.add(samples)
        words.append(utterance.finish())
    return words


def test_most_of_the_words_are_heard(heard: list[Segment]) -> None:
    assert len(heard) == 2
    for segment, sentence in zip(heard, SENTENCES, strict=True):
        assert shared(sentence, segment.text) >= 0.7, segment.text


def test_words_are_clean_timed_and_weighed(heard: list[Segment], speech: list[Samples]) -> None:
    segment = heard[0]
    assert segment.text == text_of(segment.words)
    assert segment.confidence is not None
    for word in segment.words:
        assert re.fullmatch(r"[a-z'.\-]+", word.text)
        assert word.confidence is not None
        assert 0 <= word.confidence <= 1
        assert 0 <= word.start_s < word.end_s <= len(speech[0]) / RATE
        assert word.span is None
    assert all(before.end_s <= after.start_s + 1e-6 for before, after in pairwise(segment.words))
    assert (segment.start_s, segment.end_s) == (segment.words[0].start_s, segment.words[-1].end_s)
    # "children" is spoken in the first second, "fall" in the last.
    assert segment.words[-1].end_s > len(speech[0]) / RATE - 1.0


def test_the_same_speech_is_heard_the_same_whatever_came_before(
    ears: PocketSphinx, heard: list[Segment], speech: list[Samples]
) -> None:
    assert ears.recognize(speech[::-1], "") == heard[::-1]


def test_an_utterance_is_heard_the_same_in_packets_of_any_size(
    ears: PocketSphinx, uttered: list[tuple[Word, ...]], speech: list[Samples]
) -> None:
    assert shared(SENTENCES[1], text_of(uttered[1])) >= 0.6
    packets = ears.utterance("")
    stable: tuple[Word, ...] = ()
    for begin in range(0, len(speech[1]), 1234):
        hypothesis = packets.add(speech[1][begin : begin + 1234])
        assert hypothesis.stable[: len(stable)] == stable
        stable = hypothesis.stable
    final = packets.finish()
    assert final[: len(stable)] == stable
    assert final == uttered[1]


def test_two_utterances_at_once_do_not_mix(
    ears: PocketSphinx, uttered: list[tuple[Word, ...]], speech: list[Samples]
) -> None:
    both = [ears.utterance(""), ears.utterance("")]
    for begin in range(0, max(map(len, speech)), 8000):
        for utterance, samples in zip(both, speech, strict=True):
            utterance.add(samples[begin : begin + 8000])
    assert [utterance.finish() for utterance in both] == uttered


def test_a_dropped_utterance_leaves_nothing_behind(
    ears: PocketSphinx, uttered: list[tuple[Word, ...]], speech: list[Samples]
) -> None:
    dropped = ears.utterance("")
    dropped.add(speech[0][: 2 * RATE])
    dropped.close()
    dropped.close()
    with pytest.raises(OptionError):
        dropped.add(np.zeros(32000, np.float32))
    again = ears.utterance("")
    again.add(speech[1])
    assert again.finish() == uttered[1]


def test_silence_and_noise_have_no_words(ears: PocketSphinx, not_speech: dict[str, Samples]) -> None:
    quiet = [sound for name, sound in not_speech.items() if name in ("silence", "quiet hiss", "rumble")]
    assert [segment.text for segment in ears.recognize(quiet, "")] == ["", "", ""]
    for sound in (np.zeros(0, np.float32), np.zeros(100, np.float32)):
        utterance = ears.utterance("")
        utterance.add(sound)
        assert utterance.finish() == ()
    assert ears.recognize([np.zeros(0, np.float32)], "")[0].text == ""


@pytest.mark.parametrize("language", ["fr", "de-de", "cmn", "x" * 300])
def test_another_language_is_refused_with_a_sentence(ears: PocketSphinx, language: str) -> None:
    for ask in (lambda: ears.recognize([], language), lambda: ears.utterance(language)):
        with pytest.raises(OptionError, match="English only"):
            ask()


def test_python_goes_on_while_it_listens(ears: PocketSphinx, speech: list[Samples]) -> None:
    """The decoder holds Python's lock while it works: it is fed in small steps."""
    ticks = 0
    is_over = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not is_over.is_set():
            time.sleep(0.001)
            ticks += 1

    watch = threading.Thread(target=tick)
    watch.start()
    ears.recognize([speech[0][: 2 * RATE]], "")
    during = ticks
    is_over.set()
    watch.join()
    assert during > 10, "one step at most, if the lock were held throughout"


def test_the_cepstral_mean_is_the_decoders_own() -> None:
    """Held to the decoder: with a hiss that hides its rounding, the first coefficients agree."""
    sound = (0.1 * np.random.default_rng(3).standard_normal(RATE)).astype(np.float32)
    decoder = pocketsphinx.Decoder(loglevel="FATAL")
    decoder.config["remove_noise"] = False
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw((sound * 32767).astype("<i2").tobytes(), True, True)
    expected = np.array([float(value) for value in decoder.get_cmn().split(",")])
    decoder.end_utt()
    ours = np.array([float(value) for value in cepstra.mean(sound).split(",")])
    assert np.allclose(ours, expected, atol=0.3)
