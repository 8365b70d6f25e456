"""Orpheus loads from every layout people have: whole or sharded, 16 bits or quantised, SNAC of either publisher."""

import json
import shutil
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine import registry
from engine.errors import ModelNotFound, WeightsError
from engine.nn.sampling import Sampling
from engine.pool import ModelPool
from engine.tts.orpheus import load
from engine.tts.orpheus.frames import Frame
from engine.tts.orpheus.model import OrpheusSynthesizer
from engine.tts.orpheus.writing import Line, write
from engine.types import SpeechRequest
from engine.weights import quantise
from tests.engine.tts.kokoro.checkpoints import write_torch
from tests.engine.tts.orpheus.checkpoints import example


def loaded(folder: Path, codec: Path | None = None) -> OrpheusSynthesizer:
    return load(folder, {"snac_24khz": codec or folder / "snac_24khz"})


def codes(model: OrpheusSynthesizer) -> list[Frame]:
    prompt = model._prompter.prompt("tara", "A cat sat.")
    events = write(model._llama, [Line(prompt, 3, 0)], Sampling(temperature=0.0))
    return [event for _, event in events if isinstance(event, tuple)]


@pytest.fixture
def copied(orpheus_folder: Path, tmp_path: Path) -> Path:
    """A folder to change; weights are linked, not copied."""
    folder = tmp_path / "orpheus"
    shutil.copytree(orpheus_folder, folder, copy_function=lambda a, b: Path(b).hardlink_to(a))
    return folder


def rewrite(path: Path, **changes: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8")) | changes
    path.unlink()
    path.write_text(json.dumps(content), encoding="utf-8")


def test_shards_are_one_model(orpheus: OrpheusSynthesizer, copied: Path) -> None:
    weights = dict(mx.load(str(copied / "model.safetensors")))
    (copied / "model.safetensors").unlink()
    names = sorted(weights)
    index: dict[str, str] = {}
    for number, part in enumerate((names[:5], names[5:]), 1):
        shard = f"model-{number:05}-of-00002.safetensors"
        mx.save_safetensors(str(copied / shard), {name: weights[name] for name in part})
        index |= dict.fromkeys(part, shard)
    (copied / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}), encoding="utf-8")
    assert codes(loaded(copied)) == codes(orpheus)


def test_a_head_that_is_tied_and_yet_in_the_file_is_left_out(orpheus: OrpheusSynthesizer, copied: Path) -> None:
    weights = dict(mx.load(str(copied / "model.safetensors")))
    (copied / "model.safetensors").unlink()
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    weights["model.layers.0.self_attn.rotary_emb.inv_freq"] = mx.zeros((8,))
    mx.save_safetensors(str(copied / "model.safetensors"), weights)
    assert codes(loaded(copied)) == codes(orpheus)


def test_a_head_of_its_own_is_used(orpheus: OrpheusSynthesizer, copied: Path) -> None:
    weights = dict(mx.load(str(copied / "model.safetensors")))
    (copied / "model.safetensors").unlink()
    weights["lm_head.weight"] = -weights["model.embed_tokens.weight"]
    mx.save_safetensors(str(copied / "model.safetensors"), weights)
    rewrite(copied / "config.json", tie_word_embeddings=False)
    assert codes(loaded(copied)) != codes(orpheus)


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_quantised_models_load_and_score_nearly_alike(
    orpheus: OrpheusSynthesizer, orpheus_folder: Path, tmp_path: Path, bits: int
) -> None:
    small = tmp_path / f"orpheus-{bits}bit"
    assert quantise(orpheus_folder, small, bits=bits, group_size=32) > 10
    model = loaded(small)
    tokens = mx.array([orpheus._prompter.prompt("tara", "A cat sat.")])
    hidden, exact = (one._llama.hidden(tokens, one._llama.caches())[:, -1] for one in (model, orpheus))
    scores = np.array(model._llama.logits(hidden, 128266, 132362))[0]
    wanted = np.array(orpheus._llama.logits(exact, 128266, 132362))[0]
    assert np.corrcoef(scores, wanted)[0, 1] > {4: 0.8, 6: 0.99, 8: 0.999}[bits]
    assert scores.shape == (4096,)
    assert codes(model)


def test_snac_in_its_authors_layout_sounds_the_same(
    orpheus: OrpheusSynthesizer, orpheus_folder: Path, tmp_path: Path
) -> None:
    script = example()
    dice = np.random.default_rng(0)
    script.llama_weights(dice)  # the draws before SNAC's
    codec = tmp_path / "snac_24khz"
    codec.mkdir()
    (codec / "config.json").write_text(json.dumps(script.SNAC), encoding="utf-8")
    write_torch(codec / "pytorch_model.bin", script.snac_weights(dice))
    frames = [tuple(range(at, at + 7)) for at in range(5)]
    for one in (orpheus, loaded(orpheus_folder, codec)):
        from engine.tts.orpheus.frames import to_levels

        sound = np.array(one._snac.decode([mx.array(level) for level in to_levels(frames)]))
        if one is orpheus:
            whole = sound
    assert np.abs(sound - whole).max() < 1e-6


@pytest.mark.parametrize(
    ("file", "changes", "word"),
    [
        ("config.json", {"vocab_size": 128256}, "cannot write speech"),
        ("config.json", {"hidden_size": 32}, "do not fit"),
        ("config.json", {"hidden_size": "wide"}, "make no sense"),
        ("config.json", {"quantization": {"mode": "mxfp4", "bits": 4}}, "not supported"),
        ("config.json", {"quantization": [4]}, "not supported"),
        ("snac_24khz/config.json", {"sampling_rate": 44100}, "not the one"),
        ("snac_24khz/config.json", {"attn_window_size": 32}, "windowed attention"),
        ("snac_24khz/config.json", {"vq_strides": 7}, "SNAC"),
    ],
)
def test_files_that_are_not_orpheus_are_refused_with_a_sentence(
    copied: Path, file: str, changes: dict[str, object], word: str
) -> None:
    rewrite(copied / file, **changes)
    with pytest.raises(WeightsError, match=word):
        loaded(copied)


def test_a_missing_tensor_or_codec_is_a_sentence(copied: Path) -> None:
    with pytest.raises(WeightsError, match="SNAC"):
        load(copied, {})
    weights = dict(mx.load(str(copied / "model.safetensors")))
    (copied / "model.safetensors").unlink()
    del weights["model.norm.weight"]
    mx.save_safetensors(str(copied / "model.safetensors"), weights)
    with pytest.raises(WeightsError, match="do not fit"):
        loaded(copied)


def test_a_folder_is_told_by_its_vocabulary(orpheus_folder: Path, copied: Path) -> None:
    card = registry.find(str(orpheus_folder))
    assert (card.family, card.companions) == ("orpheus", ("mlx-community/snac_24khz",))
    assert "laugh" in card.tags
    rewrite(copied / "config.json", vocab_size=32000)
    with pytest.raises(ModelNotFound, match="llama"):
        registry.find(str(copied))


def test_the_published_models_have_cards() -> None:
    ids = {card.id for card in registry.cards("speak") if card.family == "orpheus"}
    assert ids >= {f"mlx-community/orpheus-3b-0.1-ft-{kind}" for kind in ("4bit", "6bit", "8bit", "bf16")}
    assert "canopylabs/orpheus-3b-0.1-ft" in ids
    own = Sampling()
    for card in registry.cards("speak"):
        if card.family == "orpheus":
            assert card.sampling is not None
            assert (card.sampling.temperature, card.sampling.top_p) == (own.temperature, own.top_p)


def test_a_quantised_model_speaks_through_the_pool(orpheus_folder: Path, tmp_path: Path) -> None:
    small = tmp_path / "orpheus-4bit"
    quantise(orpheus_folder, small, bits=4, group_size=32)
    with ModelPool() as pool:
        chunks = list(pool.speak(str(small), SpeechRequest("It is late.", seed=3)))
    assert sum(len(chunk.samples) for chunk in chunks) > 2048
