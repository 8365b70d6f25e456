from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.audio.tone.chain import apply
from engine.errors import OptionError
from engine.text.segment import TextSegment
from engine.tts import fingerprint
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.speak import speak, speak_segment
from engine.tts.toned import Toned
from engine.types import AudioChunk, SpeechRequest, Tone, Voice, VoicePrompt, Word

RATE = 8_000
TONE = Tone(2, 3, -3, 3, 0.3)


class Humming(Synthesizer):
    """A tone for each segment, a word a piece."""

    name, sample_rate, voices = "Humming", RATE, (Voice("a", "A", "en"),)
    limits = SegmentLimits(40, 80, 120)

    def __init__(self, works_ahead: bool = False, clones: bool = False) -> None:
        self.works_ahead, self.clones = works_ahead, clones
        self.closed = 0

    def check(self, request: SpeechRequest) -> SpeechRequest:
        self.refuse_controls(request)
        return replace(request, voice="a", language="en")

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        hz = 100 + 17 * len(segment.text)
        try:
            for at, text in enumerate(segment.text.split()):
                times = np.arange(at * 2_000, (at + 1) * 2_000) / RATE
                samples = (0.3 * np.sin(2 * np.pi * hz * times)).astype(np.float32)
                yield SpeechPiece(samples, (Word(text, at / 4 + 0.01, at / 4 + 0.2),), tokens=3, notices=("Hm.",))
        finally:
            self.closed += 1

    def synthesize_all(
        self, segments: Iterable[TextSegment], request: SpeechRequest
    ) -> Iterator[tuple[TextSegment, SpeechPiece]]:
        assert self.works_ahead
        yield from super().synthesize_all(segments, request)

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        return [self.render(segment, request) for segment in segments]


TEXT = "Hello there, my dear. How are you today? Fine."


def spoken(model: Synthesizer, request: SpeechRequest) -> list[AudioChunk]:
    return list(speak(model, request))


def sound(chunks: list[AudioChunk]) -> np.ndarray:
    return np.concatenate([chunk.samples for chunk in chunks])


@pytest.fixture(params=[False, True], ids=["in turn", "ahead"])
def model(request: pytest.FixtureRequest) -> Humming:
    return Humming(works_ahead=request.param)


def test_a_neutral_tone_passes_every_piece_on(model: Humming):
    request = model.check(SpeechRequest("x"))
    segment = TextSegment(0, "One two three.", (0, 14), 0.1, "sentence", range(15))
    own, ours = list(model.synthesize(segment, request)), list(Toned(model, request).synthesize(segment, request))
    for one, other in zip(own, ours, strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)
        assert (one.words, one.tokens, one.notices) == (other.words, other.tokens, other.notices)


def test_a_stream_a_whole_segment_and_a_batch_are_the_same_samples(model: Humming):
    request = model.check(SpeechRequest("x", tone=TONE))
    segment = TextSegment(0, "One two three.", (0, 14), 0.0, "sentence", range(15))
    toned = Toned(model, request)
    stream = np.concatenate([one.samples for one in speak_segment(model, segment, request)])
    np.testing.assert_array_equal(toned.render(segment, request).samples, stream)
    np.testing.assert_array_equal(toned.synthesize_batch([segment, segment], request)[1].samples, stream)
    plain = model.render(segment, request).samples
    np.testing.assert_array_equal(stream, apply(TONE, plain, RATE))
    assert len(stream) == len(plain) and not np.allclose(stream, plain, atol=0.05)


def test_words_pauses_and_places_stay_where_they_are(model: Humming):
    plain, toned = (spoken(model, SpeechRequest(TEXT, tone=tone)) for tone in (Tone(), TONE))
    assert len(sound(toned)) == len(sound(plain))
    assert [word for chunk in toned for word in chunk.words] == [word for chunk in plain for word in chunk.words]
    assert toned[-1].tokens == plain[-1].tokens and toned[-1].audio_s == plain[-1].audio_s
    first = np.abs(sound(plain)) > 0
    pause = np.flatnonzero(~first)[500]
    assert sound(toned)[pause] == 0  # silence between segments is nobody's


def test_a_word_is_told_with_the_sound_it_begins_in(model: Humming):
    heard = 0.0
    for chunk in spoken(model, SpeechRequest("One two three four five six.", tone=TONE)):
        assert all(word.start_s < heard + chunk.duration_s for word in chunk.words)
        heard += chunk.duration_s


def test_closing_a_stream_closes_the_family(model: Humming):
    stream = speak(model, SpeechRequest(TEXT, tone=TONE))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert model.closed == 1


@pytest.mark.parametrize("tone", [Tone(4.5), Tone(low_db=-13), Tone(room=1.1), Tone(room=float("nan")), Tone(True)])
def test_a_tone_out_of_bounds_is_refused(tone: Tone):
    with pytest.raises(OptionError, match="tone"):
        spoken(Humming(), SpeechRequest("Hello.", tone=tone))


def test_a_missing_mood_is_told_once_in_a_stream_and_with_every_kept_segment(model: Humming):
    told = "This voice has no recording for whisper, so it speaks as usual."
    for tone in (Tone(), TONE):
        chunks = spoken(model, SpeechRequest("Hi. [whisper] One two. Three four.\n\n<whisper> Five.", tone=tone))
        assert [notice for chunk in chunks for notice in chunk.notices].count(told) == 1
    request = model.check(SpeechRequest("x"))
    segment = TextSegment(0, "One.", (0, 4), 0.0, "sentence", range(5), "whisper")
    toned = Toned(model, request)
    for made in (toned.render(segment, request), *toned.synthesize_batch([segment], request)):
        assert made.notices == ("Hm.", told)


def test_a_mood_that_is_there_is_not_told_of():
    prompt = VoicePrompt(np.zeros(10, dtype=np.float32), RATE)
    request = SpeechRequest("[my own] One. [sad] Two.", prompt=prompt, moods=(("My own", prompt),))
    notices = [notice for chunk in spoken(Humming(clones=True), request) for notice in chunk.notices]
    assert [one for one in notices if "recording" in one] == [
        "This voice has no recording for sad, so it speaks as usual."
    ]


def test_kept_sound_is_named_by_its_tone():
    plain, toned, other = (
        fingerprint.of_request(SpeechRequest("", tone=tone)) for tone in (Tone(), TONE, Tone(room=0.1))
    )
    assert "tone" not in plain and "tone_by" not in plain  # sound kept before there were tones is still found
    assert plain != toned != other
