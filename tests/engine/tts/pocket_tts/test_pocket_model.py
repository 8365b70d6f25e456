"""Pocket TTS as the studio speaks with it, with the tiny model of examples/make_tiny_pocket_tts.py."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import registry
from engine.errors import OptionError, VoiceError, WeightsError
from engine.text.segment import TextSegment, prepare
from engine.tts.pocket_tts import load
from engine.tts.pocket_tts import model as model_module
from engine.tts.pocket_tts.model import PocketSynthesizer
from engine.tts.speak import speak
from engine.types import Chunking, Sampling, SpeechRequest, VoicePrompt
from examples.make_tiny_pocket_tts import make

TEXT = "Hello there. The fox went home, and she said that it was so. Yes."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("pocket"))


@pytest.fixture(scope="module")
def model(folder: Path) -> PocketSynthesizer:
    return load(folder)


def clip(seconds: float = 2.0, rate: int = 24000, hz: float = 200.0) -> VoicePrompt:
    at = np.arange(int(seconds * rate)) / rate
    return VoicePrompt((0.3 * np.sin(2 * np.pi * hz * at) * np.sin(9 * at)).astype(np.float32), rate)


def said(model: PocketSynthesizer, **how: object) -> np.ndarray:
    request = SpeechRequest(**{"text": TEXT, **how})  # pyright: ignore[reportArgumentType]
    return np.concatenate([chunk.samples for chunk in speak(model, request)])


def segments(model: PocketSynthesizer) -> list[TextSegment]:
    return prepare(TEXT, "en", model.limits)


def test_a_folder_is_told_and_has_its_voices(folder: Path, model: PocketSynthesizer) -> None:
    card = registry.find(str(folder))
    assert (card.family, card.companions) == ("pocket_tts", ())
    assert (
        [voice.id for voice in registry.voices(str(folder))] == [voice.id for voice in model.voices] == ["ada", "ben"]
    )
    assert model.clones


def test_the_same_words_sound_the_same_however_they_are_cut(model: PocketSynthesizer) -> None:
    whole = said(model)
    assert len(whole) > 24000
    assert np.abs(whole).max() > 0.01
    for chunking in (
        Chunking(frames_per_chunk=1, first_frames_per_chunk=1),
        Chunking(frames_per_chunk=7, first_frames_per_chunk=3),
        Chunking(streaming_interval=0.5),
        Chunking(mode="smooth"),
    ):
        assert np.abs(said(model, chunking=chunking) - whole).max() < 1e-5


def test_what_was_spoken_before_changes_nothing(model: PocketSynthesizer) -> None:
    first = said(model)
    said(model, voice="ben")
    said(model, prompt=clip())
    assert (said(model) == first).all()


@pytest.mark.parametrize("other", [{"voice": "ben"}, {"seed": 7}, {"sampling": Sampling(temperature=0.9)}])
def test_another_voice_seed_or_temperature_is_another_sound(model: PocketSynthesizer, other: dict[str, object]) -> None:
    one, two = said(model), said(model, **other)
    assert len(one) != len(two) or np.abs(one - two).max() > 1e-3
    assert (said(model, **other) == two).all()


def test_a_batch_is_its_segments(model: PocketSynthesizer) -> None:
    for how in ({}, {"prompt": clip()}):
        request = model.check(SpeechRequest(TEXT, **how))
        told = segments(model)
        for segment, piece in zip(told, model.synthesize_batch(told, request), strict=True):
            alone = np.concatenate([one.samples for one in model.synthesize(segment, request)])
            assert alone.shape == piece.samples.shape
            assert np.abs(alone - piece.samples).max() < 1e-4
    assert model.batch_memory(segments(model)) > 0


def test_a_recording_is_prepared_once_and_kept(model: PocketSynthesizer, folder: Path, tmp_path: Path) -> None:
    prompt = replace(clip(hz=170), states=tmp_path)
    whole = said(model, prompt=prompt)
    assert len(list(tmp_path.glob("*.npz"))) == 1
    fresh = load(folder)
    fresh.prepare = None  # pyright: ignore[reportAttributeAccessIssue]
    fresh._prepared._make = None  # pyright: ignore[reportAttributeAccessIssue, reportPrivateUsage]
    assert (said(fresh, prompt=prompt) == whole).all()
    other = said(model, prompt=clip(hz=300))
    assert len(other) != len(whole) or np.abs(other - whole).max() > 1e-3


def test_other_weights_prepare_anew(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "states").mkdir()
    prompt = replace(clip(), states=tmp_path / "states")
    said(load(folder), prompt=prompt)
    said(load(make(tmp_path / "other", seed=1)), prompt=prompt)
    assert len(list((tmp_path / "states").glob("*.npz"))) == 2


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        (clip(0.3), "too short"),
        (VoicePrompt(np.zeros(48000, dtype=np.float32), 24000), "silent"),
        (VoicePrompt(np.full(48000, np.nan, dtype=np.float32), 24000), "damaged"),
    ],
)
def test_what_no_voice_can_be_made_of_is_said(model: PocketSynthesizer, prompt: VoicePrompt, why: str) -> None:
    with pytest.raises(VoiceError, match=why):
        said(model, prompt=prompt)


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_recordings_of_other_rates_will_do(model: PocketSynthesizer, rate: int) -> None:
    assert model.prepare(clip(1.5, rate)).arrays["cache"].shape[3] == pytest.approx(1.5 * 12.5 + 2, abs=2)


def test_a_long_recording_is_cut_at_half_a_minute(model: PocketSynthesizer) -> None:
    assert model.prepare(clip(40, 8000)).arrays["cache"].shape[3] <= 30 * 12.5 + 3


def test_closing_ends_it_within_a_frame(model: PocketSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    backbone = model._writer.backbone
    step = type(backbone).step
    monkeypatch.setattr(type(backbone), "step", lambda *args, **how: steps.append(1) or step(*args, **how))
    request = model.check(SpeechRequest(TEXT))
    pieces = model.synthesize(segments(model)[1], request)
    next(pieces)
    before = len(steps)
    pieces.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert len(steps) == before == 1


def test_one_that_does_not_end_is_stopped_and_told(folder: Path, tmp_path: Path) -> None:
    model = load(folder)
    model._writer._threshold = 1e9
    chunks = list(speak(model, SpeechRequest("Yes.")))
    assert any("did not find the end" in notice for chunk in chunks for notice in chunk.notices)
    assert sum(len(chunk.samples) for chunk in chunks) < 24000 * 8
    chunks = list(speak(model, SpeechRequest("Yes.", sampling=Sampling(max_tokens=14))))
    assert any("max_tokens was reached" in notice for chunk in chunks for notice in chunk.notices)
    assert sum(chunk.tokens for chunk in chunks[-1:]) == 14


def test_each_part_fades_in(model: PocketSynthesizer) -> None:
    request = model.check(SpeechRequest(TEXT))
    for segment in segments(model):
        assert next(iter(model.synthesize(segment, request))).samples[0] == 0.0


def test_one_core_decodes_where_it_writes(model: PocketSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = said(model)
    monkeypatch.setattr(model_module.allowance, "threads", lambda: 1)
    assert np.abs(said(model) - whole).max() < 1e-5


def test_weights_without_the_encoder_say_how_to_get_it(folder: Path, tmp_path: Path) -> None:
    model = load(make(tmp_path / "pocket-tts-without-voice-cloning"))
    assert not model.clones
    assert len(said(model)) > 0
    with pytest.raises(VoiceError, match=r"accept the terms at https://huggingface\.co/kyutai/pocket-tts.*Ada"):
        said(model, prompt=clip())
    with pytest.raises(VoiceError, match="gated"):
        model.prepare(clip())


@pytest.mark.parametrize(
    ("how", "error", "why"),
    [
        ({"voice": "zoe"}, VoiceError, "It has: ada, ben"),
        ({"language": "fr"}, VoiceError, "speaks English, not fr"),
        ({"speed": 1.5}, OptionError, "no control of speed"),
        ({"sampling": Sampling(temperature=9)}, OptionError, "temperature"),
        ({"chunking": Chunking(frames_per_chunk=0)}, OptionError, "frames_per_chunk"),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    model: PocketSynthesizer, how: dict[str, object], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        said(model, **how)


def test_what_means_nothing_to_it_is_told(model: PocketSynthesizer) -> None:
    chunks = list(speak(model, SpeechRequest("Yes. <laugh>", sampling=Sampling(top_p=0.5), instructions="softly")))
    notices = " ".join(notice for chunk in chunks for notice in chunk.notices)
    assert "top p" in notices
    assert "instructions" in notices
    assert "laugh" in notices


def test_a_folder_that_is_none_says_so(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(WeightsError, match="no release"):
        load(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(WeightsError, match="damaged"):
        load(tmp_path)
    whole = make(tmp_path / "whole")
    (whole / "tokenizer.json").unlink()
    with pytest.raises(WeightsError, match="tokenizer"):
        load(whole)


def test_every_card_has_a_release_and_its_voices() -> None:
    cards = [card for card in registry.cards("speak") if card.family == "pocket_tts"]
    assert len(cards) > 20
    for card in cards:
        voices = registry.voices(card.id)
        assert voices
        assert {voice.language for voice in voices} == set(card.languages)
        embeddings = [name.rsplit("/", 1)[-1] for name in card.companion_files if "/embeddings/" in name]
        assert embeddings == [f"{voice.id}.safetensors" for voice in voices]
