"""Arrays of every kind as sound, and what is refused."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

import engine
from engine.audio.files.encode import write_file
from engine.calls.sound_in import samples_of
from engine.errors import AudioFormatError, OptionError

SOUND = np.linspace(-1, 1, 101, dtype=np.float32)


@pytest.mark.parametrize(
    "given",
    [
        SOUND,
        SOUND.astype(np.float64),
        SOUND.tolist(),
        tuple(SOUND.tolist()),
        mx.array(SOUND),
        np.repeat(SOUND, 2)[::2],
        1.4 * SOUND / 1.4,
    ],
)
def test_floats_of_every_array_are_sound(given: Any) -> None:
    samples = samples_of(given)
    assert samples.dtype == np.float32
    assert np.allclose(samples, SOUND, atol=1e-6)


@pytest.mark.parametrize("dtype", [mx.bfloat16, mx.float16])
def test_short_floats_are_sound(dtype: mx.Dtype) -> None:
    assert np.allclose(samples_of(mx.array(SOUND).astype(dtype)), SOUND, atol=5e-3)
    assert np.allclose(samples_of(SOUND.astype(np.float16)), SOUND, atol=5e-3)


@pytest.mark.parametrize("empty", [[], np.zeros(0), mx.zeros(0), np.zeros(0, np.int16)])
def test_no_sound_is_sound(empty: Any) -> None:
    assert samples_of(empty).shape == (0,)


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ((SOUND * 32767).astype(np.int16), "int16.* that nobody scaled.*divided by 32768"),
        (mx.array((SOUND * 32767).astype(np.int16)), "int16"),
        (np.zeros(5, np.uint8), "uint8"),
        ([0, 1, 0], "int64"),
        (SOUND * 32767, "reach 32767 where 1 is the loudest"),
        (np.array([0.0, np.nan]), "no numbers"),
        (mx.array([0.0, float("inf")]), "no numbers"),
        (np.zeros((2, 5), np.float32), r"the shape \(2, 5\)"),
        (mx.zeros((5, 1)), r"the shape \(5, 1\)"),
        (np.float32(0.5), r"the shape \(\)"),
        ([[0.0], [0.0, 1.0]], "one row of numbers"),
        (np.zeros(3, bool), "not of bool"),
        (np.zeros(3, complex), "complex"),
        (["a", "b"], "not of <U1"),
        ([object()], "not of object"),
        ("sound.wav", "not str"),
        (b"\0\0", "not bytes"),
        (None, "not NoneType"),
        ({}, "not dict"),
    ],
)
def test_what_is_no_sound_is_one_sentence(given: Any, part: str) -> None:
    with pytest.raises(AudioFormatError, match=part) as refused:
        samples_of(given)
    assert "\n" not in str(refused.value)


def test_a_recording_is_read_at_any_rate(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    write_file(path, [np.sin(np.arange(48000, dtype=np.float32) / 20) * np.float32(0.5)], "wav", 48000)
    sound = engine.load_audio(path, 16000)
    assert (sound.shape, sound.dtype) == ((16000,), mx.float32)
    assert engine.load_audio(str(path), 8000, mx.bfloat16).dtype == mx.bfloat16
    with pytest.raises(OptionError, match="named by its path"):
        engine.load_audio(sound)  # type: ignore[arg-type]
    with pytest.raises(AudioFormatError):
        engine.load_audio(tmp_path / "none.wav")
    with pytest.raises(AudioFormatError, match="sample rate of 12 Hz"):
        engine.load_audio(path, 12)
