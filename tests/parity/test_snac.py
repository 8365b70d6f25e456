"""SNAC equals its reference, whole and streamed. The fixture comes from make_snac.py."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.codecs.snac import Snac, SnacConfig, seeded_noise
from engine.errors import GenerationError, WeightsError

CONFIG = SnacConfig(encoder_dim=4, decoder_dim=32, codebook_size=64)
FRAMES = 6
STRIDES = (1, 2, 4)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).parent / "fixtures" / "snac.npz") as file:
        return dict(file)


def weights_of(arrays: dict[str, np.ndarray]) -> dict[str, mx.array]:
    return {k.removeprefix("weights."): mx.array(v) for k, v in arrays.items() if k.startswith("weights.")}


@pytest.fixture(scope="module")
def model(arrays: dict[str, np.ndarray]) -> Snac:
    return Snac(CONFIG, weights_of(arrays))


@pytest.fixture(scope="module")
def codes(arrays: dict[str, np.ndarray]) -> list[mx.array]:
    return [mx.array(arrays[f"codes.{i}"]) for i in range(3)]


def reference_noise(_block: int, start: int, n: int) -> mx.array:
    return mx.array(np.sin(np.arange(start, start + n) * 0.7).astype(np.float32)).reshape(1, n, 1)


def decode_in_chunks(model: Snac, codes: list[mx.array], sizes: list[int], seed: int | None) -> np.ndarray:
    stream = model.stream(None if seed is None else seeded_noise(seed))
    parts: list[np.ndarray] = []
    at = 0
    for size in sizes:
        parts.append(
            np.array(stream.step([c[:, at * k : (at + size) * k] for c, k in zip(codes, STRIDES, strict=True)]))
        )
        at += size
    parts.append(np.array(stream.finish([c[:, at * k :] for c, k in zip(codes, STRIDES, strict=True)])))
    return np.concatenate(parts, axis=1)[0]


def test_decode_equals_the_reference_without_noise(
    model: Snac, codes: list[mx.array], arrays: dict[str, np.ndarray]
) -> None:
    assert np.abs(np.array(model.decode(codes))[0] - arrays["silent"]).max() < 1e-5


def test_decode_equals_the_reference_with_the_same_noise(
    model: Snac, codes: list[mx.array], arrays: dict[str, np.ndarray]
) -> None:
    noisy = np.array(model.decode(codes, reference_noise))[0]
    assert np.abs(noisy - arrays["noisy"]).max() < 1e-5
    assert np.abs(noisy - arrays["silent"]).max() > 1e-3, "the noise must be heard, or the test proves nothing"


def test_encode_gives_the_reference_codes(model: Snac, arrays: dict[str, np.ndarray]) -> None:
    for index, encoded in enumerate(model.encode(arrays["speech"])):
        np.testing.assert_array_equal(np.array(encoded), arrays[f"encoded.{index}"])


def test_length_is_exact(model: Snac, codes: list[mx.array]) -> None:
    assert model.decode(codes).shape == (1, FRAMES * CONFIG.frame_size)


@given(sizes=st.lists(st.integers(0, 3), max_size=8), seed=st.one_of(st.none(), st.integers(0, 5)))
@settings(max_examples=25, deadline=None)
def test_streamed_equals_whole_for_any_chunks(
    model: Snac, codes: list[mx.array], sizes: list[int], seed: int | None
) -> None:
    while sum(sizes) > FRAMES:
        sizes.pop()
    whole = np.array(model.decode(codes, None if seed is None else seeded_noise(seed)))[0]
    streamed = decode_in_chunks(model, codes, sizes, seed)
    assert streamed.shape == whole.shape
    assert np.abs(streamed - whole).max() < 1e-5


def test_two_streams_do_not_disturb_each_other(model: Snac, codes: list[mx.array]) -> None:
    whole = np.array(model.decode(codes))[0]
    first, second = model.stream(), model.stream()
    parts: list[np.ndarray] = []
    for at in range(FRAMES):
        frame = [c[:, at * k : (at + 1) * k] for c, k in zip(codes, STRIDES, strict=True)]
        parts.append(np.array(first.step(frame)))
        second.step([mx.zeros_like(c) for c in frame])
    parts.append(np.array(first.finish([c[:, :0] for c in codes])))
    assert np.abs(np.concatenate(parts, axis=1)[0] - whole).max() < 1e-5


def test_what_a_stream_holds_does_not_grow(model: Snac, codes: list[mx.array]) -> None:
    stream = model.stream()
    held: list[int] = []
    for at in list(range(FRAMES)) * 3:
        stream.step([c[:, at * k : (at + 1) * k] for c, k in zip(codes, STRIDES, strict=True)])
        held.append(sum(array.nbytes for array in stream._decoder.held()))
    assert held[5] == held[-1]


def test_mlx_community_names_and_layout_load_too(arrays: dict[str, np.ndarray], codes: list[mx.array]) -> None:
    import re

    converted: dict[str, mx.array] = {}
    for name, array in weights_of(arrays).items():
        name = name.replace("parametrizations.weight.original0", "weight_g")
        name = name.replace("parametrizations.weight.original1", "weight_v")
        name = re.sub(r"(block|model)\.(\d+)", r"\1.layers.\2", name)
        converted[name] = array.transpose(0, 2, 1) if name.endswith("weight_v") else array
    whole = np.array(Snac(CONFIG, converted).decode(codes))[0]
    assert np.abs(whole - arrays["silent"]).max() < 1e-5


def test_a_missing_tensor_is_a_sentence(arrays: dict[str, np.ndarray]) -> None:
    weights = weights_of(arrays)
    weights.pop("decoder.model.1.bias")
    weights.pop("quantizer.quantizers.0.codebook.weight")
    with pytest.raises(WeightsError, match="codebook"):
        Snac(CONFIG, weights)


def test_codebooks_that_do_not_fit_together_are_refused(model: Snac, codes: list[mx.array]) -> None:
    with pytest.raises(GenerationError, match="whole frames"):
        model.decode([codes[0], codes[1], codes[2][:, :-1]])
