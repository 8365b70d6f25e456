"""The recogniser as a whole: what it answers to odd sound, odd folders, few bits, and through the pool."""

import json
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine import registry
from engine.errors import OptionError, WeightsError
from engine.pool import ModelPool
from engine.stt.base import last
from engine.stt.live import LiveSession
from engine.stt.parakeet import load
from engine.stt.parakeet.config import EUROPEAN, ParakeetConfig
from engine.stt.parakeet.model import Parakeet
from engine.stt.parakeet.utterance import ParakeetUtterance
from engine.types import Samples, Segment, Word
from engine.weights.quantisation import quantise
from tests.parity.parakeet_weights import draw, nemo_config, shapes, write_nemo, write_transformers


def test_odd_sound_gets_an_answer_and_silence_no_words(tdt: Parakeet, babble: Samples) -> None:
    silence = np.zeros(48000, dtype=np.float32)
    poisoned = babble[:32000].copy()
    poisoned[::7] = np.nan
    odd = [silence, babble[:159], babble[:160], np.zeros(0, dtype=np.float32), poisoned, silence + 1e-5]
    segments = tdt.recognize(odd, "")
    assert len(segments) == len(odd)
    for index in (0, 1, 3, 5):
        assert segments[index].text == ""
    for segment, sound in zip(segments, odd, strict=True):
        assert all(0 <= word.start_s <= word.end_s <= len(sound) / 16000 for word in segment.words)
        assert all(0 < (word.confidence or 0) <= 1 for word in segment.words)


def test_steps_give_what_recognize_gives_and_can_be_stopped(tdt: Parakeet, babble: Samples) -> None:
    steps = tdt.recognize_steps([babble[:48000]], "")
    count = 0
    while True:
        try:
            next(steps)
            count += 1
        except StopIteration as end:
            segments = end.value
            break
    assert count > len(tdt.encoder.layers)
    assert segments == tdt.recognize([babble[:48000]], "")
    stopped = tdt.recognize_steps([babble[:48000]], "")
    next(stopped)
    stopped.close()


def test_languages_it_does_not_know_are_refused(tdt: Parakeet) -> None:
    for language in ("", "en", "en-US", "EN_gb"):
        assert tdt.recognize((), language) == []
    with pytest.raises(OptionError, match="English"):
        tdt.recognize((), "de")
    with pytest.raises(OptionError):
        tdt.utterance("x" * 500)


def test_a_vocabulary_with_cyrillic_letters_knows_europe(tmp_path: Path) -> None:
    config = nemo_config("tdt")
    config["joint"]["vocabulary"] = ["▁a", "▁д"]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert ParakeetConfig.read(tmp_path).languages == EUROPEAN
    assert len(EUROPEAN) == 25


def test_a_vocabulary_with_kana_knows_japanese_alone(tmp_path: Path) -> None:
    config = nemo_config("tdt")
    config["joint"]["vocabulary"] = ["▁a", "で", "漢"]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert ParakeetConfig.read(tmp_path).languages == ("ja",)


def test_both_layouts_load_and_say_the_same(tmp_path: Path, babble: Samples) -> None:
    write_nemo(tmp_path / "nemo", "tdt")
    write_transformers(tmp_path / "transformers", "tdt")
    one, other = load(tmp_path / "nemo"), load(tmp_path / "transformers")
    assert one.config.vocabulary == other.config.vocabulary
    said = one.recognize([babble[:80000]], "")
    assert said[0].text
    assert said == other.recognize([babble[:80000]], "")
    for folder in ("nemo", "transformers"):
        assert registry.find(str(tmp_path / folder), "transcribe").family == "parakeet"


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.05), (4, 0.8)])
def test_few_bits_are_close_to_many(folders, tmp_path: Path, bits: int, tolerance: float) -> None:
    count = quantise(folders["tdt"], tmp_path / "small", bits=bits, group_size=32)
    assert count >= 6
    mel = mx.array(np.random.default_rng(0).normal(size=(1, 160, 80)).astype(np.float32))
    full, small = load(folders["tdt"]), load(tmp_path / "small")
    theirs, ours = np.array(full.encoder(mel, [160])), np.array(small.encoder(mel, [160]))
    apart = np.sqrt(np.square(ours - theirs).mean() / np.square(theirs).mean())
    assert 1e-6 < apart < tolerance


def test_half_precision_stays_half_and_close(folders, babble: Samples) -> None:
    full, half = load(folders["tdt"]), Parakeet.from_folder(folders["tdt"], mx.bfloat16)
    mel = mx.array(np.random.default_rng(0).normal(size=(1, 160, 80)).astype(np.float32))
    theirs, ours = full.encoder(mel, [160]), half.encoder(mel, [160])
    assert ours.dtype == mx.bfloat16
    assert np.abs(np.array(ours.astype(mx.float32)) - np.array(theirs)).max() < 0.2
    live = half.stream()
    live.add_audio(babble[:48000])
    assert {array.dtype for array in live.held() if array.ndim == 4} == {mx.bfloat16}
    assert live.finish().segments


def broken(folder: Path, change) -> Path:
    write_nemo(folder, "tdt")
    config = nemo_config("tdt")
    change(config)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config.pop("encoder"),
        lambda config: config["encoder"].update(d_model="wide"),
        lambda config: config["encoder"].update(d_model=10**9),
        lambda config: config["encoder"].update(n_heads=0),
        lambda config: config["encoder"].update(conv_kernel_size=8),
        lambda config: config["encoder"].update(subsampling_factor=7),
        lambda config: config["encoder"].update(causal_downsampling=True),
        lambda config: config["encoder"].update(subsampling="stacking"),
        lambda config: config["preprocessor"].update(window_stride=0),
        lambda config: config["preprocessor"].update(features=128),
        lambda config: config["joint"].update(vocabulary=[]),
        lambda config: config["decoding"].update(durations=[-5, 10**6]),
        lambda config: config["joint"]["jointnet"].update(activation="gelu"),
        lambda config: config.update(encoder=[1, 2]),
        lambda config: config["joint"]["vocabulary"].pop(),
        lambda config: config["decoding"].update(durations=[0, 1]),
    ],
)
def test_a_config_nobody_can_run_is_refused_with_a_sentence(tmp_path: Path, change) -> None:
    with pytest.raises(WeightsError) as refused:
        load(broken(tmp_path / "model", change))
    assert str(tmp_path) not in str(refused.value)


def test_a_folder_without_a_tensor_names_it(tmp_path: Path) -> None:
    write_nemo(tmp_path, "tdt")
    weights = mx.load(str(tmp_path / "model.safetensors"))
    assert isinstance(weights, dict)
    lost = weights.pop("encoder.layers.1.norm_conv.bias")
    assert lost is not None
    mx.eval(list(weights.values()))
    copies = {name: mx.array(np.array(array)) for name, array in weights.items()}
    mx.save_safetensors(str(tmp_path / "model.safetensors"), copies)
    with pytest.raises(WeightsError, match=r"encoder\.layers\.1\.norm_conv\.bias"):
        load(tmp_path)


def test_names_of_the_layout_are_those_that_parakeet_mlx_loads(folders) -> None:
    weights = mx.load(str(folders["tdt"] / "model.safetensors"))
    assert isinstance(weights, dict)
    assert weights["encoder.pre_encode.conv.2.weight"].shape == (8, 3, 3, 1)
    assert weights["encoder.layers.0.conv.pointwise_conv1.weight"].shape == (64, 1, 32)
    assert weights["encoder.layers.0.self_attn.pos_bias_u"].shape == (4, 8)
    drawn = draw(shapes("tdt"))
    bias = drawn["decoder.lstm.bias_ih_l1"] + drawn["decoder.lstm.bias_hh_l1"]
    assert np.allclose(np.array(weights["decoder.prediction.dec_rnn.lstm.1.bias"]), bias)


def test_an_utterance_ends_with_the_better_answer_behind_what_was_stable(tdt: Parakeet, babble: Samples) -> None:
    utterance = tdt.utterance("en")
    stable: tuple[Word, ...] = ()
    drafts = 0
    for start in range(0, 16000 * 12, 4000):
        hypothesis = utterance.add(babble[start : start + 4000])
        assert hypothesis.stable[: len(stable)] == stable
        assert all(word.end_s <= (start + 4000) / 16000 - 6.0 for word in hypothesis.stable)
        stable = hypothesis.stable
        drafts += len(hypothesis.draft)
    assert drafts
    assert stable
    words = utterance.finish()
    assert words[: len(stable)] == stable
    offline = tdt.recognize([babble[: 16000 * 12]], "en")[0].words
    behind = [word for word in offline if (word.start_s + word.end_s) / 2 > stable[-1].end_s]
    assert list(words[len(stable) :]) == behind
    assert behind
    with pytest.raises(OptionError):
        utterance.add(babble[:100])
    assert utterance.finish() == words


def test_an_utterance_can_leave_the_last_word_to_its_stream(tdt: Parakeet, babble: Samples) -> None:
    utterance, stream = ParakeetUtterance(tdt.stream(), None), tdt.stream()
    utterance.add(babble[:64000])
    stream.add_audio(babble[:64000])
    stream.finish()
    assert utterance.finish() == tuple(stream.stable_words)


def test_the_end_of_an_utterance_comes_in_steps_and_a_close_in_between_drops_it(tdt: Parakeet, babble: Samples) -> None:
    whole, stepped, dropped = (tdt.utterance("en") for _ in range(3))
    for utterance in (whole, stepped, dropped):
        utterance.add(babble[:48000])
    steps, pauses = stepped.finish_steps(), 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            words = end.value
            break
        pauses += 1
    assert pauses > len(tdt.encoder.layers)
    assert words == whole.finish() == stepped.finish()
    assert words
    begun = dropped.finish_steps()
    next(begun)
    dropped.close()
    assert last(begun) == ()


def test_a_session_says_the_same_for_any_packets(tdt: Parakeet, babble: Samples, monkeypatch) -> None:
    # What Silero thinks of tones is not the question here: all of it is speech.
    monkeypatch.setattr("engine.stt.vad.SileroNetwork.probabilities", lambda _, sound: np.ones(len(sound) // 512))
    sound = babble[: 16000 * 8]

    def said(packet: int) -> list[Word]:
        session = LiveSession(tdt, "", 16000)
        events = [event for at in range(0, len(sound), packet) for event in session.add_audio(sound[at : at + packet])]
        return [word for event in [*events, *session.finish()] for word in event.stable]

    assert said(1600) == said(512) == said(len(sound))
    assert said(1600)


def test_through_the_pool_recordings_and_microphones_are_heard(folders, babble: Samples, monkeypatch) -> None:
    monkeypatch.setattr("engine.stt.vad.SileroNetwork.probabilities", lambda _, sound: np.ones(len(sound) // 512))
    sound = babble[: 16000 * 10]
    with ModelPool() as pool:
        model = str(folders["tdt"])
        with pool.live(model, "en") as one, pool.live(model, "", 16000) as other:
            words: list[list[Word]] = [[], []]
            for start in range(0, len(sound), 8000):
                for live, kept in zip((one, other), words, strict=True):
                    for event in live.add_audio(sound[start : start + 8000]):
                        kept.extend(event.stable)
            for live, kept in zip((one, other), words, strict=True):
                kept.extend(word for event in live.finish() for word in event.stable)
        assert words[0] == words[1]
        assert words[0]
        segments: list[Segment] = list(pool.transcribe(model, iter([sound, sound[:40000]]), "en"))
    assert segments
    edges = [segment.start_s for segment in segments]
    assert edges == sorted(edges)
    assert segments[-1].end_s <= 12.6
