"""A trained Parakeet hears what was said: whole, as a stream, from voices it never heard."""

import shutil
from itertools import chain, pairwise

import numpy as np
import pytest

from engine.stt import parakeet
from engine.stt.live import LiveSession
from engine.stt.parakeet.model import Parakeet
from engine.stt.transcribe import transcribe
from tests.sixty_words import MODEL, SAMPLE_RATE, Line, in_one_go, unheard, wrong


@pytest.fixture(scope="module")
def ears() -> Parakeet:
    return parakeet.load(MODEL)


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return unheard(150)


@pytest.fixture(scope="module")
def one_by_one(ears: Parakeet, lines: list[Line]) -> float:
    """The word error rate of the first twenty lines, each heard alone and whole."""
    return errors(ears, lines[:20])


def words_of(lines: list[Line]) -> list[str]:
    return list(chain.from_iterable(line.words for line in lines))


def errors(ears: Parakeet, lines: list[Line]) -> float:
    """Word error rate of lines that are heard one by one."""
    heard = [ears.recognize([line.sound], "en")[0].text.split() for line in lines]
    amiss = sum(wrong(line.words, words) * len(line.words) for line, words in zip(lines, heard, strict=True))
    return amiss / len(words_of(lines))


def test_at_speeds_never_heard_fewer_than_one_word_in_twenty_is_wrong(ears: Parakeet) -> None:
    assert errors(ears, unheard(150, voices="held_out_speeds")) < 0.05


def test_of_voices_never_heard_more_than_nine_words_in_ten_are_understood(ears: Parakeet, lines: list[Line]) -> None:
    assert errors(ears, lines) < 0.08


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed (on Debian: apt install flite)")
def test_a_voice_of_another_program_is_understood(ears: Parakeet) -> None:
    assert errors(ears, unheard(60, voices="held_out_flite")) < 0.15


def test_a_batch_hears_what_single_lines_do(ears: Parakeet, lines: list[Line]) -> None:
    some = lines[:8]
    together = [segment.text for segment in ears.recognize([line.sound for line in some], "en")]
    assert together == [ears.recognize([line.sound], "en")[0].text for line in some]


def test_a_long_recording_keeps_its_words_and_their_times(ears: Parakeet, lines: list[Line], one_by_one: float) -> None:
    some = lines[:20]
    sound = in_one_go(some)
    blocks = iter(np.array_split(sound, 50))
    segments = list(transcribe(ears, blocks, "en"))
    words = [word for segment in segments for word in segment.words]
    assert wrong(words_of(some), [word.text for word in words]) < one_by_one + 0.04
    assert all(one.start_s <= one.end_s <= other.start_s + 0.2 for one, other in pairwise(words))
    # A line's first word is heard where the line begins, give or take two frames of 80 ms and the voice's own start.
    begin = np.cumsum([0.9, *(len(line.sound) / SAMPLE_RATE + 0.9 for line in some[:-1])])
    for at, line in zip(begin, some, strict=True):
        inside = [word for word in words if at - 0.2 <= word.start_s <= at + len(line.sound) / SAMPLE_RATE]
        assert abs(len(inside) - len(line.words)) <= 1


@pytest.mark.parametrize("packet_s", [0.05, 0.4])
def test_a_microphone_hears_the_same_words_and_takes_none_back(
    ears: Parakeet, lines: list[Line], one_by_one: float, packet_s: float
) -> None:
    some = lines[:20]
    sound = in_one_go(some)
    session = LiveSession(ears, "en", SAMPLE_RATE)
    packet = round(packet_s * SAMPLE_RATE)
    stable = [
        word.text
        for at in range(0, len(sound), packet)
        for event in session.add_audio(sound[at : at + packet])
        for word in event.stable
    ]
    stable += [word.text for event in session.finish() for word in event.stable]
    assert wrong(words_of(some), stable) < one_by_one + 0.04
