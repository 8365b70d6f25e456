"""Mimi equals its reference, whole and streamed, in both layouts of its files. The fixture comes from make_mimi.py."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine.codecs import mimi as codec
from engine.codecs.mimi import Mimi, MimiConfig, canonical
from engine.errors import GenerationError, WeightsError

HEADS, WINDOW = 2, 12
CONFIG = MimiConfig(HEADS, WINDOW)
FRAMES, FRAME_SIZE = 16, 1920
RAGGED = (1000, 1921, 10300)
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    with np.load(Path(__file__).parent / "fixtures" / "mimi.npz") as file:
        return dict(file)


def kyutai(arrays: Arrays) -> dict[str, mx.array]:
    return {k.removeprefix("weights."): mx.array(v) for k, v in arrays.items() if k.startswith("weights.")}


def transformers(arrays: Arrays) -> dict[str, mx.array]:
    pairs = (pair.split() for pair in arrays["names"])
    turned = {k.removeprefix("turned."): mx.array(v) for k, v in arrays.items() if k.startswith("turned.")}
    return {name: mx.array(arrays[f"weights.{theirs}"]) for name, theirs in pairs} | turned


@pytest.fixture(scope="module", params=["host", "mlx"])
def model(arrays: Arrays, request: pytest.FixtureRequest) -> Mimi:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "on_gpu", lambda: request.param == "mlx")
        return Mimi(CONFIG, kyutai(arrays))


def speech(length: int) -> np.ndarray:
    at = np.arange(length) / 24000
    return (0.3 * np.sin(2 * np.pi * 220 * at) * np.sin(2 * np.pi * 1.7 * at) + 0.05 * np.sin(at * at * 9000)).astype(
        np.float32
    )


def away(found: np.ndarray, expected: np.ndarray) -> float:
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def streamed(model: Mimi, codes: mx.array, sizes: list[int]) -> np.ndarray:
    stream, out, at = model.stream(codes.shape[0]), [], 0
    for n in sizes:
        out.append(np.array(stream.step(codes[:, :, at : at + n])))
        at += n
    return np.concatenate(out, axis=1)


def test_every_stage_is_the_references(model: Mimi, arrays: Arrays) -> None:
    """The window is full after six of the frames: attention must forget."""
    codes = mx.array(arrays["codes"])
    assert (model.codebooks, model.codebook_size, model.frame_size) == (4, 32, FRAME_SIZE)
    assert away(np.array(model.latents(codes))[0].T, arrays["latent"][0]) < 1e-5
    assert away(np.array(model.decode(codes))[0], arrays["audio"][0, 0]) < 1e-5


def test_inner_stages_are_the_references(arrays: Arrays) -> None:
    half = Mimi(CONFIG, kyutai(arrays)).inside()
    assert isinstance(half, codec._OnHost)
    upsampled = half.up.stream().step(arrays["latent"][0].T)
    assert away(upsampled, arrays["upsampled"][0].T) < 1e-5
    state = half.decoder_transformer.state()
    assert away(half.decoder_transformer(upsampled, [state], [32]), arrays["decoder_transformer"][0].T) < 1e-5


@pytest.mark.parametrize("sizes", [[1] * FRAMES, [1, 2, 3, 5, 0, 5], [FRAMES]])
def test_a_stream_is_the_whole(model: Mimi, arrays: Arrays, sizes: list[int]) -> None:
    assert away(streamed(model, mx.array(arrays["codes"]), sizes)[0], arrays["audio"][0, 0]) < 1e-5


def test_streams_do_not_know_of_one_another(model: Mimi, arrays: Arrays) -> None:
    codes = mx.array(arrays["codes"])
    dropped = model.stream()
    dropped.step(codes[:, :, 5:12])
    first, second, out = model.stream(), model.stream(), []
    for at in range(FRAMES):
        out.append(np.array(first.step(codes[:, :, at : at + 1])))
        second.step(codes[:, :, FRAMES - 1 - at : FRAMES - at])
    assert away(np.concatenate(out, axis=1)[0], arrays["audio"][0, 0]) < 1e-5


def test_rows_of_a_batch_are_the_rows_alone(model: Mimi, arrays: Arrays) -> None:
    codes = mx.array(arrays["codes"])
    both = mx.concatenate([codes, codes[:, :, ::-1]])
    whole = streamed(model, both, [7, 9])
    assert away(whole[0], arrays["audio"][0, 0]) < 1e-5
    assert away(whole[1], np.array(model.decode(codes[:, :, ::-1]))[0]) < 1e-5


def test_what_is_kept_does_not_grow(model: Mimi) -> None:
    stream = model.stream()
    sizes = []
    for _ in range(3):
        for _ in range(20):
            stream.step(mx.zeros((1, 4, 10), dtype=mx.int32))
        sizes.append(sum(array.size for array in stream.held()))
    assert sizes[0] == sizes[1] == sizes[2]
    assert max(array.shape[-2] for array in stream.held() if array.ndim > 3) in (WINDOW - 1, WINDOW + 19)


@pytest.mark.parametrize("length", [FRAMES * FRAME_SIZE, *RAGGED])
def test_codes_are_the_references(model: Mimi, arrays: Arrays, length: int) -> None:
    expected = arrays["encoded" if length not in RAGGED else f"encoded.{length}"]
    assert (np.array(model.encode(speech(length))) == expected).all()
    assert (np.array(model.encode(speech(length), 3)) == expected[:, :3]).all()


@pytest.mark.parametrize("sizes", [[1920] * 5, [500, 1, 3000, 2500], [10300]])
def test_codes_of_a_stream_are_those_of_the_whole(model: Mimi, arrays: Arrays, sizes: list[int]) -> None:
    stream, samples, at, out = model.encoding(), speech(10300), 0, []
    for n in sizes:
        out.append(np.array(stream.step(samples[at : at + n])))
        at += n
    out.append(np.array(stream.finish(samples[at:])))
    assert (np.concatenate(out, axis=2) == arrays["encoded.10300"]).all()


def test_fewer_codebooks_are_the_first(model: Mimi, arrays: Arrays) -> None:
    codes = mx.array(arrays["codes"])
    assert model.decode(codes[:, :1]).shape == (1, FRAMES * FRAME_SIZE)
    with pytest.raises(GenerationError, match="codebooks"):
        model.decode(mx.concatenate([codes, codes], axis=1))


def test_nothing_is_nothing(model: Mimi) -> None:
    assert model.decode(mx.zeros((1, 4, 0), dtype=mx.int32)).shape == (1, 0)


def test_transformers_files_hold_the_same_model(arrays: Arrays) -> None:
    model = Mimi(CONFIG, transformers(arrays))
    assert away(np.array(model.decode(mx.array(arrays["codes"])))[0], arrays["audio"][0, 0]) < 1e-5


def test_both_published_layouts_are_one(arrays: Arrays) -> None:
    found: list[dict[str, tuple[int, ...]]] = []
    for layout in ("kyutai", "transformers"):
        shapes = dict(line.split(" ") for line in arrays[f"published.{layout}"])
        lazy = {name: mx.broadcast_to(mx.zeros(()), _shape(told)) for name, told in shapes.items()}
        renamed = {name: array.shape for name, array in canonical(lazy, 8).items()}
        found.append({name: shape for name, shape in renamed.items() if not name.endswith("initialized")})
    assert found[0] == found[1]
    assert len(found[0]) > 250


def test_a_missing_tensor_is_named(arrays: Arrays) -> None:
    weights = kyutai(arrays)
    del weights["decoder_transformer.transformer.layers.0.linear2.weight"]
    with pytest.raises(WeightsError, match="linear2"):
        Mimi(CONFIG, weights)


def _shape(told: str) -> tuple[int, ...]:
    return tuple(int(size) for size in told.split(",") if size)
