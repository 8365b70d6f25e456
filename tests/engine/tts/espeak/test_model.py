"""Segments spoken: in pieces and whole, fast and slow, high and low, with tags and without."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
import pytest

from engine.errors import OptionError, TextError, VoiceError
from engine.tts import pauses
from engine.tts.base import SpeechPiece
from engine.tts.espeak import catalogue, phonemes, process
from engine.tts.espeak.model import SIGH_PAUSE_S, EspeakSynthesizer
from engine.tts.espeak.words import QUIET
from engine.tts.speak import speak
from engine.types import Samples, SpeechRequest, VoicePrompt, Word

SENTENCE = "The quick brown fox jumps over the lazy dog, and then, quite unexpectedly, it sat down to think."
LONG = " ".join([SENTENCE] * 6)


def joined(pieces: list[SpeechPiece]) -> tuple[Samples, list[Word]]:
    return np.concatenate([piece.samples for piece in pieces]), [word for piece in pieces for word in piece.words]


@pytest.mark.parametrize("id", ["en-us", "en-us+klatt2", "en-us+klatt6", "en-us+whisper", "cmn", "ja", "ru+f2"])
def test_streamed_equals_whole(voice: EspeakSynthesizer, segment: Any, id: str) -> None:
    text = {"cmn": "你好，世界。今天天气很好。", "ja": "こんにちは、せかい。", "ru": "Привет, мир! Как дела?"}.get(
        id[:3].strip("+"), LONG
    )
    request = SpeechRequest(text, voice=id)
    samples, words = joined(list(voice.synthesize(segment(text), request)))
    whole = voice.render(segment(text), request)
    assert np.array_equal(samples, whole.samples)
    assert words == list(whole.words)


def test_the_first_piece_leaves_long_before_the_last(voice: EspeakSynthesizer, segment: Any) -> None:
    request = SpeechRequest(LONG)
    pieces = list(voice.synthesize(segment(LONG), request))
    assert len(pieces) > 5
    assert len(pieces[0].samples) < 0.5 * voice.sample_rate
    # Later pieces are not crumbs: a book is thousands of them.
    assert np.median([len(piece.samples) for piece in pieces[2:]]) > 0.3 * voice.sample_rate


def test_no_silence_at_either_end(voice: EspeakSynthesizer, segment: Any) -> None:
    for text in ("Hello.", "Peter, stop. ", "What?", "Tick tock..."):
        for id in ("en-us", "en-us+klatt", "en-us+anikaRobot", "ja"):
            samples = voice.render(segment(text), SpeechRequest(text, voice=id)).samples
            assert abs(samples[0]) > QUIET
            assert abs(samples[-1]) > QUIET


def test_samples_are_float32_within_full_scale(voice: EspeakSynthesizer, segment: Any) -> None:
    samples = voice.render(segment(SENTENCE), SpeechRequest(SENTENCE)).samples
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert 0.1 < float(np.abs(samples).max()) <= 1.0


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 1.6, 2.0])
def test_speed_changes_the_length(voice: EspeakSynthesizer, segment: Any, speed: float) -> None:
    natural = len(voice.render(segment(SENTENCE), SpeechRequest(SENTENCE)).samples)
    changed = len(voice.render(segment(SENTENCE), SpeechRequest(SENTENCE, speed=speed)).samples)
    assert changed == pytest.approx(natural / speed, rel=0.15)


@pytest.mark.parametrize(("pitch", "heard"), [(0.5, 0.57), (0.7, 0.72), (1.4, 1.38), (2.0, 1.8)])
def test_pitch_moves_the_fundamental(voice: EspeakSynthesizer, segment: Any, pitch: float, heard: float) -> None:
    text = "A lamb ran along a lane near Alma now, and all were merry."
    natural = fundamental_hz(voice.render(segment(text), SpeechRequest(text)).samples)
    changed = fundamental_hz(voice.render(segment(text), SpeechRequest(text, pitch=pitch)).samples)
    assert changed / natural == pytest.approx(heard, rel=0.1)


def fundamental_hz(samples: Samples, rate: int = 22050) -> float:
    found: list[float] = []
    for start in range(0, len(samples) - 2048, 1024):
        frame = samples[start : start + 2048]
        if np.sqrt(np.mean(frame**2)) < 0.02:
            continue
        likeness = np.correlate(frame, frame, "full")[2047:]
        lag = rate // 450 + int(np.argmax(likeness[rate // 450 : rate // 45]))
        if likeness[lag] > 0.6 * likeness[0]:
            found.append(rate / lag)
    return float(np.median(found))


def test_words_have_times_and_places(voice: EspeakSynthesizer, segment: Any) -> None:
    text = "Hello, world. It is well-known that 2024 cost $5.50 — naïve café of the house!"
    piece = voice.render(segment(text), SpeechRequest(text))
    spoken = [word.text for word in piece.words]
    assert " ".join(spoken) == "Hello world It is well-known that 2024 cost $5.50 naïve café of the house"
    for word in piece.words:
        assert word.span is not None
        assert text[slice(*word.span)] == word.text
        assert word.confidence is None
    starts = [word.start_s for word in piece.words]
    assert starts == sorted(starts)
    assert all(word.start_s < word.end_s for word in piece.words)
    assert all(before.end_s <= after.start_s for before, after in zip(piece.words, piece.words[1:], strict=False))
    assert starts[0] == 0.0
    assert piece.words[-1].end_s == pytest.approx(len(piece.samples) / voice.sample_rate, abs=0.001)
    # The pause behind the full stop belongs to nobody.
    assert piece.words[2].start_s - piece.words[1].end_s > 0.1


def test_words_begin_where_their_sound_does(voice: EspeakSynthesizer, segment: Any) -> None:
    """The sound between two commas is silence, and the words lie around it."""
    text = "One, two, three."
    piece = voice.render(segment(text), SpeechRequest(text, speed=0.7))
    for before, after in zip(piece.words, piece.words[1:], strict=False):
        gap = piece.samples[math.ceil(before.end_s * 22050) : int(after.start_s * 22050)]
        assert len(gap) > 1000
        assert np.abs(gap).max() <= QUIET


def test_characters_count_as_people_count_them(voice: EspeakSynthesizer, segment: Any) -> None:
    text = "😀 Grüße aus Köln 👩‍👩‍👧 und co\u00adop!"
    piece = voice.render(segment(text), SpeechRequest(text, voice="de"))
    assert {"Grüße", "aus", "Köln", "und"} <= {word.text for word in piece.words}
    assert all(word.span and text[slice(*word.span)] == word.text for word in piece.words)


def test_chinese_words_are_characters_or_more(voice: EspeakSynthesizer, segment: Any) -> None:
    text = "你好，世界。今天天气很好。"
    words = [word.text for word in voice.render(segment(text), SpeechRequest(text, voice="cmn")).words]
    assert "".join(words) == "你好世界今天天气很好"
    assert len(words) >= 6


def test_a_sigh_is_a_pause_and_other_tags_are_left_out_and_both_are_told(
    voice: EspeakSynthesizer, segment: Any
) -> None:
    plain, sighed = "I was tired but happy.", "I was tired <sigh> but <laugh> happy."
    without = voice.render(segment(plain), SpeechRequest(plain))
    piece = voice.render(segment(sighed), SpeechRequest(sighed))
    assert [word.text for word in piece.words] == ["I", "was", "tired", "but", "happy"]
    assert all(word.span and sighed[slice(*word.span)] == word.text for word in piece.words)
    gap_s = piece.words[3].start_s - piece.words[2].end_s
    assert gap_s == pytest.approx(SIGH_PAUSE_S, abs=0.02)
    assert len(piece.samples) > len(without.samples) + 0.4 * voice.sample_rate
    assert any("laugh" in notice for notice in piece.notices)
    assert any("sigh" in notice for notice in piece.notices)
    streamed = [notice for part in voice.synthesize(segment(sighed), SpeechRequest(sighed)) for notice in part.notices]
    assert tuple(streamed) == piece.notices


def test_markup_is_read_as_text_and_never_obeyed(voice: EspeakSynthesizer, segment: Any) -> None:
    """Neither SSML nor the library's own phoneme brackets and embedded commands."""
    for trick in ('<prosody rate="x-fast">hello there</prosody>', "[[h@l'oU]]", "\x01300S hello", "&lt;hello&gt;"):
        told = voice.render(segment(f"{trick} one"), SpeechRequest(trick))
        assert told.words[-1].text == "one"
    fast = voice.render(segment("\x0190S hello"), SpeechRequest("x"))
    spelled = voice.render(segment(" 90S hello"), SpeechRequest("x"))
    assert np.array_equal(fast.samples, spelled.samples)


def test_control_characters_do_not_cut_the_text_off(voice: EspeakSynthesizer, segment: Any) -> None:
    text = "before\0after\x1b\x07\ud800 last\n\n\nword"
    words = [word.text for word in voice.render(segment(text), SpeechRequest(text)).words]
    assert words == ["before", "after", "last", "word"]


def test_defaults_are_filled_in(voice: EspeakSynthesizer) -> None:
    assert voice.check(SpeechRequest("x")).voice == "en-us"
    assert voice.check(SpeechRequest("x")).language == "en-us"
    assert voice.check(SpeechRequest("x", language="fr")).voice == "fr-fr"
    assert voice.check(SpeechRequest("x", language="en")).voice == "en-us"
    assert voice.check(SpeechRequest("x", voice="fr")).language == "fr-fr"
    assert voice.check(SpeechRequest("x", voice="en-us", language="en-gb")).voice == "en-us"
    assert voice.check(SpeechRequest("x", voice="cmn+f1", language="zh")).language == "zh"


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (SpeechRequest("x", voice="nobody"), VoiceError, "nobody"),
        (SpeechRequest("x", language="xx"), VoiceError, "xx"),
        (SpeechRequest("x", voice="en-us", language="fr"), VoiceError, "fr"),
        (SpeechRequest("x", speed=0.0), OptionError, "speed"),
        (SpeechRequest("x", speed=math.nan), OptionError, "speed"),
        (SpeechRequest("x", pitch=2.1), OptionError, "pitch"),
        (SpeechRequest("x", pitch=-math.inf), OptionError, "pitch"),
        (SpeechRequest("x", prompt=VoicePrompt(np.zeros(9, np.float32), 16000)), VoiceError, "clones"),
        (SpeechRequest("你好，世界", voice="en-us"), TextError, "Chinese"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    voice: EspeakSynthesizer, request_: SpeechRequest, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        voice.check(request_)


def test_every_language_makes_a_sound(voice: EspeakSynthesizer, segment: Any) -> None:
    for language in catalogue.languages():
        piece = voice.render(segment("a 1"), SpeechRequest("a 1", voice=language.tag))
        assert len(piece.samples) > 500, language.tag


def test_every_timbre_makes_a_sound(voice: EspeakSynthesizer, segment: Any) -> None:
    for timbre in catalogue.timbres():
        piece = voice.render(segment("hello"), SpeechRequest("hello", voice=f"en-us+{timbre.file}"))
        assert len(piece.samples) > 3000, timbre.file


def test_a_text_without_words_makes_no_sound(voice: EspeakSynthesizer, segment: Any) -> None:
    for text in (" ", "\x00", "<b></b>"):
        assert len(voice.render(segment(text), SpeechRequest(text)).samples) == 0
        assert sum(len(piece.samples) for piece in voice.synthesize(segment(text), SpeechRequest(text))) == 0


def test_a_text_goes_through_the_whole_way_with_its_pauses(voice: EspeakSynthesizer) -> None:
    request = SpeechRequest("Hello there. This is it.", sentence_pause_s=0.5, paragraph_pause_s=0.9)
    chunks = list(speak(voice, request))
    samples = np.concatenate([chunk.samples for chunk in chunks])
    words = [word for chunk in chunks for word in chunk.words]
    assert [request.text[slice(*word.span)] for word in words if word.span] == ["Hello", "there", "This", "is", "it"]
    assert words[2].start_s - words[1].end_s == pytest.approx(0.5, abs=0.01)
    fast = [word for chunk in speak(voice, replace(request, speed=2.0)) for word in chunk.words]
    assert fast[2].start_s - fast[1].end_s == pytest.approx(0.25, abs=0.01)
    assert len(samples) / 22050 - words[-1].end_s == pytest.approx(pauses.END_S, abs=0.01)
    assert chunks[0].ttfa_s > 0


def test_closing_a_stream_frees_the_library_at_once(voice: EspeakSynthesizer, segment: Any) -> None:
    text = LONG * 40  # minutes of speech

    def worked_s() -> float:
        """The processor's time, which does not depend on who else is at work."""
        assert process._running is not None
        return sum(psutil.Process(process._running._child.pid).cpu_times()[:2])

    before_s = worked_s()
    voice.render(segment(text), SpeechRequest(text))
    whole_s = worked_s() - before_s
    stream = iter(voice.synthesize(segment(text), SpeechRequest(text)))
    next(stream)
    before_s = worked_s()
    stream.close()  # type: ignore[attr-defined]
    voice.render(segment("Next."), SpeechRequest("Next."))
    assert worked_s() - before_s < whole_s / 2


def test_phonemes_are_ipa(voice: EspeakSynthesizer) -> None:
    assert phonemes("Hello, world.") == "həlˈoʊ wˈɜːld"
    assert phonemes("cheese", tie="͡") == "t͡ʃˈiːz"
    assert phonemes("déjà vu", "fr") == "deʒˈa vˈy"
    assert phonemes(" \n ") == ""
    assert "(" not in phonemes("नमस्ते friend", "en-us")
