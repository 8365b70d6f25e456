"""Qwen3-TTS as the studio speaks with it: the same samples however they are asked for, and an end to everything."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import registry
from engine.errors import EngineError, GenerationError, OptionError, VoiceError, WeightsError
from engine.text.segment import TextSegment, prepare
from engine.tts.qwen3_tts import load, model, quantisable, writing
from engine.tts.qwen3_tts.cloning import heard
from engine.tts.qwen3_tts.config import FRAME_SIZE
from engine.tts.qwen3_tts.model import QwenSynthesizer
from engine.tts.qwen3_tts.talker import Talker
from engine.types import Chunking, Samples, Sampling, SpeechRequest, VoicePrompt
from engine.weights.quantisation import quantise


def segments(of: QwenSynthesizer, *texts: str) -> list[TextSegment]:
    return [prepare(text, "en-us", of.limits)[0] for text in texts]


def streamed(of: QwenSynthesizer, segment: TextSegment, request: SpeechRequest) -> list[Samples]:
    return [piece.samples for piece in of.synthesize(segment, request)]


def joined(pieces: Sequence[Samples]) -> Samples:
    return np.concatenate(pieces)


def test_batches_and_streams_of_any_chunks_equal_the_whole(named: QwenSynthesizer) -> None:
    request = named.check(SpeechRequest("Hi.", seed=3))
    several = segments(named, "Hi.", "A fox.", "No, never.")
    together = named.synthesize_batch(several, request)
    for segment, row in zip(several, together, strict=True):
        chunking = Chunking(first_frames_per_chunk=1, frames_per_chunk=3)
        pieces = streamed(named, segment, replace(request, chunking=chunking))
        assert len(pieces[0]) == FRAME_SIZE  # one frame is enough to be heard
        assert len(joined(pieces)) == len(row.samples) and np.abs(joined(pieces) - row.samples).max() < 1e-4
        assert np.abs(row.samples).max() > 1e-3
    assert np.abs(named.render(several[0], request).samples - together[0].samples).max() < 1e-4


def test_seeds_repeat_and_differ(named: QwenSynthesizer) -> None:
    (segment,) = segments(named, "Hi.")
    request = named.check(SpeechRequest("Hi.", seed=1))
    first, again, other = (named.render(segment, one).samples for one in (request, request, replace(request, seed=2)))
    assert np.array_equal(first, again)
    assert len(other) != len(first) or not np.allclose(other, first)


def test_a_stream_that_is_closed_stops_within_a_frame(named: QwenSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LEAST_FRAMES", 10**6)
    written: list[int] = []
    before = Talker.logits
    monkeypatch.setattr(Talker, "logits", lambda self, hidden: written.append(1) or before(self, hidden))
    (segment,) = segments(named, "A long line that would go on.")
    request = named.check(SpeechRequest("x", chunking=Chunking(ultra_low_latency=True)))
    pieces = named.synthesize(segment, request)
    assert len(next(pieces).samples) == FRAME_SIZE
    pieces.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert len(written) == 2  # the one that was heard, and the next, which was on its way


def test_a_recording_is_spoken_as_with_and_without_its_words(
    cloner: QwenSynthesizer, recording: VoicePrompt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (segment,) = segments(cloner, "Hi.")
    sounds: list[Samples] = []
    for text in ("What is said.", ""):
        request = cloner.check(SpeechRequest("Hi.", prompt=replace(recording, text=text, states=tmp_path), seed=1))
        whole = cloner.render(segment, request).samples
        pieces = streamed(cloner, segment, replace(request, chunking=Chunking(ultra_low_latency=True)))
        assert np.abs(joined(pieces) - whole).max() < 1e-4
        sounds.append(whole)
    assert len(sounds[0]) != len(sounds[1]) or not np.allclose(sounds[0], sounds[1])
    assert len(list(tmp_path.glob("*.npz"))) == 2
    # What was made of it is kept: another model of the same files hears no recording again.
    state = cloner.prepare(recording)
    assert {"vector", "codes", "text", "decoder_000"} <= state.arrays.keys()
    request = cloner.check(SpeechRequest("Hi.", state=state, seed=1))
    assert len(cloner.render(segment, request).samples)
    monkeypatch.setattr(cloner, "prepare", None)
    again = cloner.check(SpeechRequest("Hi.", prompt=replace(recording, states=tmp_path), seed=1))
    assert np.array_equal(cloner.render(segment, again).samples, sounds[0])


def test_a_described_voice_comes_again_with_its_seed(designer: QwenSynthesizer) -> None:
    (segment,) = segments(designer, "Hi.")
    request = designer.check(SpeechRequest("Hi.", instructions="An old man by the sea.", seed=1))
    first, again, other = (
        designer.render(segment, one).samples
        for one in (request, request, replace(request, instructions="A young woman."))
    )
    assert np.array_equal(first, again)
    assert len(other) != len(first) or not np.allclose(other, first)


def test_a_line_without_an_end_is_tried_once_more(named: QwenSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LEAST_FRAMES", 10**6)
    monkeypatch.setattr(model, "budget", lambda text, tokens: 5)
    seeds: list[int] = []
    write = model.write
    monkeypatch.setattr(
        model, "write", lambda talker, lines, drawing: seeds.append(lines[0].seed) or write(talker, lines, drawing)
    )
    (segment,) = segments(named, "Hi.")
    request = named.check(SpeechRequest("Hi."))
    with pytest.raises(GenerationError, match=r"no end of “Hi\.”, twice"):
        named.render(segment, request)
    assert len(set(seeds)) == 2
    # Of a stream nothing was heard yet, so it is tried again; what comes then is kept, and told of.
    pieces = list(named.synthesize(segment, replace(request, chunking=Chunking(first_frames_per_chunk=9))))
    assert len(set(seeds)) == 2 and len(seeds) == 4
    assert len(pieces[-1].samples) == 5 * FRAME_SIZE and "found no end" in pieces[-1].notices[0]
    # What was heard stays.
    pieces = list(named.synthesize(segment, replace(request, chunking=Chunking(ultra_low_latency=True))))
    assert len(seeds) == 5 and any("found no end" in notice for piece in pieces for notice in piece.notices)


def test_so_many_tokens_are_no_fault(named: QwenSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LEAST_FRAMES", 10**6)
    (segment,) = segments(named, "A long line that would go on.")
    request = named.check(SpeechRequest("x", sampling=Sampling(max_tokens=14)))
    piece = named.render(segment, request)
    assert len(piece.samples) == 14 * FRAME_SIZE and piece.tokens == 14 and piece.notices


@pytest.mark.parametrize(
    ("kind", "request_", "kinds"),
    [
        ("custom_voice", SpeechRequest("x", voice="nobody"), VoiceError),
        ("custom_voice", SpeechRequest("x", language="fi"), VoiceError),
        ("custom_voice", SpeechRequest("x", speed=1.5), OptionError),
        ("custom_voice", SpeechRequest("x", prompt=VoicePrompt(np.zeros(9, dtype=np.float32), 9)), VoiceError),
        ("custom_voice", SpeechRequest("x", sampling=Sampling(temperature=9)), OptionError),
        ("base", SpeechRequest("x"), VoiceError),
        ("base", SpeechRequest("x", voice="ryan"), VoiceError),
        ("voice_design", SpeechRequest("x"), VoiceError),
    ],
)
def test_what_cannot_be_is_refused(
    kind: str, request_: SpeechRequest, kinds: type[EngineError], request: pytest.FixtureRequest
) -> None:
    name = {"custom_voice": "named", "base": "cloner", "voice_design": "designer"}[kind]
    with pytest.raises(kinds):
        request.getfixturevalue(name).check(request_)


def test_voices_and_languages_are_filled_in(named: QwenSynthesizer) -> None:
    def asked(text: str = "Hello.", voice: str = "", language: str = "") -> tuple[str, str]:
        checked = named.check(SpeechRequest(text, voice=voice, language=language))
        return checked.voice, checked.language

    assert asked() == ("ryan", "en-us")
    assert asked(voice="Uncle Fu") == ("uncle_fu", "en-us")
    assert asked(voice="Uncle_Fu", text="你好，世界。") == ("uncle_fu", "zh")
    assert asked(language="auto") == ("ryan", "auto")
    assert asked(language="German")[1] == asked(language="de-AT")[1] == "de"
    assert named.check(named.check(SpeechRequest("x", language="auto"))).language == "auto"


@pytest.mark.parametrize(
    "samples",
    [np.zeros(48000), np.full(2400, 0.1), np.full(31 * 24000, 0.1), np.full(48000, np.nan)],
    ids=["silent", "short", "long", "broken"],
)
def test_recordings_that_nobody_can_sound_like(samples: np.ndarray) -> None:
    with pytest.raises(VoiceError):
        heard(VoicePrompt(samples.astype(np.float32), 24000))


def test_silence_before_a_recording_is_left_out(recording: VoicePrompt) -> None:
    assert 24000 * 1.5 <= len(heard(recording)) <= 24000 * 1.53


def test_a_folder_is_of_its_kind(qwen_folder: Callable[[str], Path]) -> None:
    for kind, ability in (("base", "clone"), ("voice_design", "design")):
        card = registry.find(str(qwen_folder(kind)))
        assert card.family == "qwen3_tts" and ability in card.abilities and not registry.voices(card.id)
    assert len(registry.voices(str(qwen_folder("custom_voice")))) == 9


def test_matrices_in_few_bits_are_known_by_their_scales(qwen_folder: Callable[[str], Path], tmp_path: Path) -> None:
    out = tmp_path / "few"
    assert quantise(qwen_folder("custom_voice"), out, 8, 32, quantisable) > 0
    small = load(out)
    (segment,) = segments(small, "Hi.")
    assert len(small.render(segment, small.check(SpeechRequest("Hi."))).samples)


def test_a_folder_that_lacks_something_says_so(qwen_folder: Callable[[str], Path], tmp_path: Path) -> None:
    for name in ("merges.txt", "config.json", "speech_tokenizer"):
        folder = tmp_path / name
        folder.mkdir()
        for path in qwen_folder("base").iterdir():
            if path.name != name:
                (folder / path.name).symlink_to(path)
        with pytest.raises(WeightsError):
            load(folder)
