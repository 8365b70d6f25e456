"""The Llama decoder and the sampler equal transformers. The fixture comes from make_llama.py."""

import itertools
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import OptionError, WeightsError
from engine.nn.llama import Llama, LlamaConfig
from engine.nn.sampling import Sampling, draw, filtered, penalise

CONFIG = {
    "vocab_size": 256,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "rms_norm_eps": 1e-5,
    "rope_parameters": {
        "rope_type": "llama3",
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
        "rope_theta": 500.0,
    },
    "tie_word_embeddings": True,
}


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).parent / "fixtures" / "llama.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def model(arrays: dict[str, np.ndarray]) -> Llama:
    model = Llama(LlamaConfig.parse(CONFIG))
    weights = [(k.removeprefix("weights."), mx.array(v)) for k, v in arrays.items() if k.startswith("weights.")]
    model.load_weights(weights, strict=True)
    return model


def test_logits_equal_the_reference(model: Llama, arrays: dict[str, np.ndarray]) -> None:
    logits = model.logits(model.hidden(mx.array(arrays["tokens"]), model.caches()))
    assert np.abs(np.array(logits) - arrays["logits"]).max() < 1e-5


@given(cuts=st.lists(st.integers(1, 149), max_size=6))
@settings(max_examples=15, deadline=None)
def test_tokens_in_any_pieces_give_the_same_logits(
    model: Llama, arrays: dict[str, np.ndarray], cuts: list[int]
) -> None:
    tokens, caches = mx.array(arrays["tokens"]), model.caches()
    edges = [0, *sorted(set(cuts)), tokens.shape[1]]
    parts = [model.logits(model.hidden(tokens[:, a:b], caches)) for a, b in itertools.pairwise(edges)]
    assert np.abs(np.concatenate([np.array(part) for part in parts], axis=1) - arrays["logits"]).max() < 1e-4


def test_padded_rows_compute_what_they_would_alone(model: Llama, arrays: dict[str, np.ndarray]) -> None:
    lengths = [40, 7, 150]
    longest = max(lengths)
    rows = [arrays["tokens"][0, :n] for n in lengths]
    padded = mx.array(np.stack([np.pad(row, (longest - len(row), 0)) for row in rows]))
    padding = mx.array([longest - n for n in lengths])
    caches = model.caches()
    batch = np.array(model.logits(model.hidden(padded, caches, padding))[:, -1])
    for row, n in enumerate(lengths):
        assert np.abs(batch[row] - arrays["logits"][0, n - 1]).max() < 1e-4
    following = mx.array([[5], [5], [5]])
    batch = np.array(model.logits(model.hidden(following, caches, padding))[:, -1])
    for row, tokens in enumerate(rows):
        alone = model.hidden(mx.array(np.append(tokens, 5)[None]), model.caches())
        assert np.abs(batch[row] - np.array(model.logits(alone)[0, -1])).max() < 1e-4


def test_some_rows_of_the_head_are_those_rows_of_all_logits(model: Llama, arrays: dict[str, np.ndarray]) -> None:
    hidden = model.hidden(mx.array(arrays["tokens"]), model.caches())
    assert np.abs(np.array(model.logits(hidden, 30, 60)) - arrays["logits"][..., 30:60]).max() < 1e-5


def test_a_quantised_head_gives_the_same_rows(arrays: dict[str, np.ndarray]) -> None:
    model = Llama(LlamaConfig.parse(CONFIG))
    model.load_weights(
        [(k.removeprefix("weights."), mx.array(v)) for k, v in arrays.items() if k.startswith("weights.")]
    )
    nn.quantize(model, group_size=32, bits=8)
    hidden = model.hidden(mx.array(arrays["tokens"]), model.caches())
    whole, part = np.array(model.logits(hidden)), np.array(model.logits(hidden, 30, 60))
    assert np.abs(whole[..., 30:60] - part).max() < 1e-5
    assert np.abs(whole - arrays["logits"]).max() < 0.2


def test_a_copied_cache_continues_on_its_own(model: Llama, arrays: dict[str, np.ndarray]) -> None:
    tokens = mx.array(arrays["tokens"])
    shared = model.caches()
    model.hidden(tokens[:, :100], shared)
    twins = [cache.copy() for cache in shared]
    model.hidden(mx.zeros((1, 30), dtype=mx.int32), shared)
    logits = model.logits(model.hidden(tokens[:, 100:], twins))
    assert np.abs(np.array(logits) - arrays["logits"][:, 100:]).max() < 1e-4


def test_an_unknown_rotary_scaling_is_a_sentence() -> None:
    with pytest.raises(WeightsError, match="yarn"):
        LlamaConfig.parse(CONFIG | {"rope_parameters": {"rope_type": "yarn"}})


def test_penalty_equals_the_reference(arrays: dict[str, np.ndarray]) -> None:
    ours = np.array(penalise(mx.array(arrays["scores"]), mx.array(arrays["seen"]), 1.3))
    np.testing.assert_allclose(ours, arrays["penalised"], atol=1e-6)


def test_nobody_is_penalised_by_minus_one(arrays: dict[str, np.ndarray]) -> None:
    ours = penalise(mx.array(arrays["scores"]), mx.full((3, 4), -1), 1.3)
    np.testing.assert_array_equal(np.array(ours), arrays["scores"])


@pytest.mark.parametrize(
    ("name", "options"), [("top_k", {"top_k": 20}), ("top_p", {"top_p": 0.8}), ("min_p", {"min_p": 0.05})]
)
def test_filters_equal_the_reference(arrays: dict[str, np.ndarray], name: str, options: dict[str, float]) -> None:
    sampling = Sampling(**({"temperature": 0.6, "top_p": 1.0} | options))  # type: ignore[arg-type]
    ours = np.array(filtered(mx.array(arrays["scores"]), sampling))
    np.testing.assert_array_equal(np.isinf(ours), np.isinf(arrays[name]))
    np.testing.assert_allclose(ours[np.isfinite(ours)], arrays[name][np.isfinite(arrays[name])], atol=1e-5)


def test_a_seed_repeats_itself_and_a_row_draws_as_it_would_alone(arrays: dict[str, np.ndarray]) -> None:
    scores, sampling = mx.array(arrays["scores"]), Sampling(temperature=1.0, top_p=1.0)
    keys = mx.stack([mx.random.key(seed) for seed in (1, 2, 3)])
    together = np.array(draw(scores, sampling, keys))
    alone = [int(draw(scores[i : i + 1], sampling, keys[i : i + 1]).item()) for i in range(3)]
    assert together.tolist() == alone


def test_temperature_zero_takes_the_likeliest(arrays: dict[str, np.ndarray]) -> None:
    drawn = np.array(draw(mx.array(arrays["scores"]), Sampling(temperature=0.0), None))
    np.testing.assert_array_equal(drawn, arrays["scores"].argmax(axis=1))


@pytest.mark.parametrize("options", [{"temperature": -1}, {"top_p": 0}, {"top_k": -1}, {"temperature": float("nan")}])
def test_bad_values_are_refused_with_a_sentence(options: dict[str, float]) -> None:
    with pytest.raises(OptionError, match=next(iter(options)).replace("_", " ")):
        Sampling(**options)  # type: ignore[arg-type]
