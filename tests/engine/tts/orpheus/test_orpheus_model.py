"""Orpheus from the files people have to sound: a small random network, everything else real."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import OptionError, VoiceError
from engine.nn.kv_cache import KVCache
from engine.pool import ModelPool
from engine.text.segment import prepare
from engine.tts import pauses
from engine.tts.orpheus import model as model_module
from engine.tts.orpheus import voices
from engine.tts.orpheus.frames import Frame, to_tokens
from engine.tts.orpheus.model import OrpheusSynthesizer
from engine.tts.orpheus.writing import Ending, Line
from engine.tts.speak import speak
from engine.types import AudioChunk, Chunking, Sampling, SpeechRequest, VoicePrompt
from tests.engine.tts.conftest import Segmented
from tests.engine.tts.orpheus.conftest import Spoken

TEXT = "A cat sat. <laugh> It is late."
SHORT = Sampling(max_tokens=84)


def request(text: str = TEXT, **how: object) -> SpeechRequest:
    return replace(SpeechRequest(text, sampling=SHORT), **how)  # type: ignore[arg-type]


def test_it_speaks_through_the_pool_with_counted_tokens(orpheus_folder: Path) -> None:
    with ModelPool() as pool:
        chunks: list[AudioChunk] = list(pool.speak(str(orpheus_folder), request()))
    assert chunks[-1].is_final
    assert {chunk.sample_rate for chunk in chunks} == {24000}
    total = sum(len(chunk.samples) for chunk in chunks)
    assert chunks[-1].audio_s == pytest.approx(total / 24000)
    tokens = [chunk.tokens for chunk in chunks]
    assert tokens == sorted(tokens)
    assert tokens[-1] > 0
    assert chunks[-1].tokens_per_second > 0
    assert len({chunk.ttfa_s for chunk in chunks}) == 1
    assert chunks[0].ttfa_s > 0


def test_the_voices_are_the_published_ones() -> None:
    assert [voice.id for voice in voices()] == ["tara", "leah", "jess", "leo", "dan", "mia", "zac", "zoe"]


@pytest.mark.parametrize(
    ("how", "error", "word"),
    [
        ({"voice": "nobody"}, VoiceError, "tara"),
        ({"language": "fr"}, VoiceError, "English"),
        ({"speed": 1.5}, OptionError, "speed"),
        ({"pitch": 0.7}, OptionError, "pitch"),
        ({"prompt": VoicePrompt(np.zeros(10, dtype=np.float32), 24000)}, VoiceError, "recorded"),
        ({"sampling": Sampling(temperature=-1)}, OptionError, "temperature"),
        ({"sampling": Sampling(temperature=float("nan"))}, OptionError, "temperature"),
        ({"sampling": Sampling(top_k=1.5)}, OptionError, "top k"),  # type: ignore[arg-type]
        ({"sampling": Sampling(top_p="x")}, OptionError, "top p"),  # type: ignore[arg-type]
        ({"sampling": Sampling(max_tokens=0)}, OptionError, "max tokens"),
        ({"chunking": Chunking(streaming_chunk_tokens=8)}, OptionError, "multiple of 7"),
    ],
)
def test_what_it_cannot_do_is_refused_with_a_sentence(
    orpheus: OrpheusSynthesizer, how: dict[str, object], error: type[Exception], word: str
) -> None:
    with pytest.raises(error, match=word):
        orpheus.check(SpeechRequest("Hello.", **how))  # type: ignore[arg-type]


def test_a_name_is_found_in_any_case_and_the_first_voice_is_the_default(orpheus: OrpheusSynthesizer) -> None:
    assert orpheus.check(SpeechRequest("Hi.", voice=" Leo ")).voice == "leo"
    assert orpheus.check(SpeechRequest("Hi.")).voice == "tara"


@given(first=st.integers(1, 30), following=st.integers(1, 30), low=st.booleans())
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_streamed_equals_whole_for_any_chunk_size(
    spoken: Spoken, segment: Segmented, first: int, following: int, low: bool
) -> None:
    whole = spoken(segment("A cat sat on a mat."), request())
    chunking = Chunking(
        frames_per_chunk=following, first_frames_per_chunk=None if low else first, ultra_low_latency=low
    )
    streamed = spoken(segment("A cat sat on a mat."), request(chunking=chunking))
    assert streamed.shape == whole.shape
    assert len(whole) % 2048 == 0
    assert np.abs(streamed - whole).max() < 1e-5


def test_a_segment_sounds_the_same_whatever_was_spoken_before(spoken: Spoken, segment: Segmented) -> None:
    first = spoken(segment("It is late."), request())
    spoken(segment("Something else."), request(voice="leo"))
    np.testing.assert_array_equal(spoken(segment("It is late."), request()), first)


def test_another_seed_is_another_reading_and_another_voice_too(spoken: Spoken, segment: Segmented) -> None:
    one = spoken(segment("It is late."), request(seed=1))
    for other in (request(seed=2), request(seed=1, voice="leo"), request(seed=None)):
        sound = spoken(segment("It is late."), other)
        assert sound.shape != one.shape or np.abs(sound - one).max() > 1e-3


@pytest.mark.parametrize("temperature", [0.0, 0.6])
def test_a_batch_gives_what_single_segments_give(
    orpheus: OrpheusSynthesizer, spoken: Spoken, segment: Segmented, temperature: float
) -> None:
    how = orpheus.check(request(sampling=replace(SHORT, temperature=temperature)))
    texts = ["It is late.", "<laugh> Come in, sit down, and tell me all of it.", "A cat sat on a mat.", "Ha."]
    segments = [segment(text, index) for index, text in enumerate(texts)]
    batch = orpheus.synthesize_batch(segments, how)
    assert len({len(piece.samples) for piece in batch}) > 1 or temperature == 0.0, "rows must end apart"
    for one, piece in zip(segments, batch, strict=True):
        alone = [part for part in orpheus.synthesize(one, how)]
        sound = np.concatenate([part.samples for part in alone])
        assert sound.shape == piece.samples.shape
        assert np.abs(sound - piece.samples).max() < 1e-4
        assert sum(part.tokens for part in alone) == piece.tokens
        assert [notice for part in alone for notice in part.notices] == list(piece.notices)


def test_segments_one_after_the_other_sound_as_alone(orpheus: OrpheusSynthesizer, spoken: Spoken) -> None:
    how = orpheus.check(request("A cat sat. It is late. Ha!"))
    segments = prepare(how.text, how.language, orpheus.limits)
    pieces = list(orpheus.synthesize_all(iter(segments), how))
    assert [one.index for one, _ in pieces] == sorted(one.index for one, _ in pieces)
    for one in segments:
        sound = np.concatenate([piece.samples for owner, piece in pieces if owner is one])
        np.testing.assert_array_equal(sound, spoken(one, how))


def test_the_next_segment_is_asked_for_only_when_this_one_is_written(
    orpheus: OrpheusSynthesizer, segment: Segmented
) -> None:
    asked: list[int] = []

    def lazily():
        for index, text in enumerate(("It is late.", "A cat sat.")):
            asked.append(index)
            yield segment(text, index)

    stream = orpheus.synthesize_all(lazily(), orpheus.check(request()))
    next(stream)
    assert asked == [0]
    stream.close()


def test_a_cancelled_stream_does_not_disturb_the_next(
    orpheus: OrpheusSynthesizer, spoken: Spoken, segment: Segmented
) -> None:
    whole = spoken(segment("It is late."), request())
    stream = orpheus.synthesize(segment("A cat sat on a mat."), orpheus.check(request()))
    next(stream)
    stream.close()
    np.testing.assert_array_equal(spoken(segment("It is late."), request()), whole)


def test_two_streams_of_one_model_do_not_disturb_each_other(orpheus: OrpheusSynthesizer, segment: Segmented) -> None:
    how = orpheus.check(request(chunking=Chunking(frames_per_chunk=2, first_frames_per_chunk=3)))
    texts = ["It is late.", "A cat sat."]
    alone = [np.concatenate([piece.samples for piece in orpheus.synthesize(segment(text), how)]) for text in texts]
    streams = [orpheus.synthesize(segment(text), how) for text in texts]
    sounds: list[list[np.ndarray]] = [[], []]
    while streams:
        for stream in list(streams):
            piece = next(stream, None)
            if piece is None:
                streams.remove(stream)
            else:
                sounds[0 if stream is streams[0] and len(streams) == 2 else 1].append(piece.samples)
        if len(streams) < 2:
            break
    # One of them may have ended first; what both gave so far is what they give alone.
    for sound, whole in zip(sounds, alone, strict=True):
        heard = np.concatenate(sound)
        np.testing.assert_array_equal(heard, whole[: len(heard)])


def test_tags_it_knows_are_spoken_and_others_are_reported(orpheus: OrpheusSynthesizer) -> None:
    text = "Well, <laugh> no. <scream> Go."
    notices = [notice for chunk in speak(orpheus, request(text)) for notice in chunk.notices]
    assert any("<scream>" in notice for notice in notices)
    assert not any("<laugh> was" in notice or "do <laugh>" in notice for notice in notices)


def test_a_line_of_any_length_is_spoken_whole(orpheus: OrpheusSynthesizer, segment: Segmented) -> None:
    text = "and so on, " * 60
    pieces = list(orpheus.synthesize(segment(text), orpheus.check(request(sampling=Sampling()))))
    assert not any("max_tokens" in notice for piece in pieces for notice in piece.notices)
    assert sum(piece.tokens for piece in pieces) > 0


def test_max_tokens_stops_a_line_and_says_what_was_not_said(orpheus: OrpheusSynthesizer, segment: Segmented) -> None:
    text = "and so on, " * 60
    pieces = list(orpheus.synthesize(segment(text), orpheus.check(request(sampling=Sampling(max_tokens=21)))))
    assert sum(len(piece.samples) for piece in pieces) <= 3 * 2048
    assert any("max_tokens" in notice for piece in pieces for notice in piece.notices)


def test_all_of_the_vocabulary_may_compete_and_malformed_frames_are_dropped(
    orpheus_folder: Path, segment: Segmented
) -> None:
    from engine.tts.orpheus.loading import load as load_model

    model = load_model(orpheus_folder, {"snac_24khz": orpheus_folder / "snac_24khz"}, whole_vocabulary=True)
    pieces = list(model.synthesize(segment("It is late."), model.check(request(sampling=Sampling(max_tokens=21)))))
    # A random model writes hardly a code in its place.
    assert sum(piece.tokens for piece in pieces) > 0
    assert sum(len(piece.samples) for piece in pieces) % 2048 == 0


def test_memory_of_a_batch_grows_with_its_rows_and_their_length(
    orpheus: OrpheusSynthesizer, segment: Segmented
) -> None:
    short, long = segment("Ha."), segment("and so on, " * 20)
    assert orpheus.batch_memory([short] * 8) > orpheus.batch_memory([short])
    assert orpheus.batch_memory([long]) > orpheus.batch_memory([short])


def test_smooth_streaming_has_the_same_length_and_nearly_the_same_sound(spoken: Spoken, segment: Segmented) -> None:
    whole = spoken(segment("A cat sat on a mat."), request())
    smooth = Chunking(mode="smooth", frames_per_chunk=2, first_frames_per_chunk=6)
    streamed = spoken(segment("A cat sat on a mat."), request(chunking=smooth))
    assert streamed.shape == whole.shape
    assert np.abs(streamed - whole).max() < 1e-3


def test_a_text_is_its_segments_and_the_pauses_between_them(orpheus: OrpheusSynthesizer, spoken: Spoken) -> None:
    how = orpheus.check(request("A cat sat. It is late.\n\nHa!"))
    chunks = list(speak(orpheus, how))
    wanted: list[np.ndarray] = []
    for one in prepare(how.text, how.language, orpheus.limits):
        wanted += [spoken(one, how), np.zeros(round(one.pause_s * 24000), dtype=np.float32)]
    wanted[-1] = np.zeros(round(pauses.END_S * 24000), dtype=np.float32)
    np.testing.assert_array_equal(np.concatenate([chunk.samples for chunk in chunks]), np.concatenate(wanted))
    spans = [chunk.span for chunk in chunks]
    assert spans == sorted(spans)


def test_a_cancelled_stream_frees_its_caches(orpheus: OrpheusSynthesizer, segment: Segmented) -> None:
    def caches() -> int:
        gc.collect()
        return sum(isinstance(thing, KVCache) for thing in gc.get_objects())

    list(orpheus.synthesize(segment("Ha."), orpheus.check(request())))
    before = caches()
    stream = orpheus.synthesize(
        segment("A cat sat on a mat."), orpheus.check(request(chunking=Chunking(frames_per_chunk=1)))
    )
    next(stream)
    assert caches() > before
    stream.close()
    assert caches() == before


def test_another_part_of_a_long_line_goes_on_where_the_first_ended(
    orpheus: OrpheusSynthesizer, segment: Segmented, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[int]] = []

    def watched(llama: object, lines: list[Line], *_: object) -> Iterator[tuple[int, Frame | Ending]]:
        seen.extend(list(line.prompt) for line in lines)
        for row, _ in enumerate(lines):
            yield row, (1, 2, 3, 4, 5, 6, 7)
            yield row, Ending("spoken", 8, 0)

    monkeypatch.setattr(model_module, "write", watched)
    text = "and so on, " * 30
    pieces = list(orpheus.synthesize(segment(text), orpheus.check(request(sampling=Sampling()))))
    assert len(seen) > 1
    codes = to_tokens([(1, 2, 3, 4, 5, 6, 7)])
    assert seen[0][-1] == 128257
    assert all(prompt[-7:] == codes for prompt in seen[1:])
    assert sum(len(piece.samples) for piece in pieces) == 2048 * len(seen)
    assert sum(piece.tokens for piece in pieces) == 8 * len(seen)
    alone, seen[:] = list(seen), []
    batch = orpheus.synthesize_batch([segment(text), segment("Ha.", 1)], orpheus.check(request(sampling=Sampling())))
    assert [prompt for prompt in seen if prompt in alone] == alone
    assert len(batch[0].samples) == 2048 * len(alone)
