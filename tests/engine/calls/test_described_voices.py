"""Qwen3-TTS's own calls: voices told how to speak, and voices that are described, whole and as streams."""

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.calls.speaking import LoadedVoice
from engine.errors import OptionError, VoiceError
from engine.pool import ModelPool

MAKER = Path(__file__).parents[3] / "examples" / "make_tiny_qwen3_tts.py"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, pool: ModelPool) -> dict[str, LoadedVoice]:
    make, folder = runpy.run_path(str(MAKER))["make"], tmp_path_factory.mktemp("models")
    return {
        kind: engine.load(make(folder / kind, kind), pool=pool) for kind in ("base", "custom_voice", "voice_design")
    }


def test_a_stream_is_the_whole_in_pieces_of_four_frames(tiny: dict[str, LoadedVoice]) -> None:
    model = tiny["custom_voice"]
    told: dict[str, Any] = {"speaker": "Vivian", "language": "auto", "instruct": "Slowly.", "seed": 1}
    whole = np.concatenate([one.audio for one in model.generate_custom_voice("Hi.", **told)])
    pieces = [one.audio for one in model.generate_custom_voice("Hi.", stream=True, **told)]
    assert {len(one) for one in pieces[:-1]} <= {4 * 1920}
    assert np.abs(np.concatenate(pieces) - whole).max() < 1e-4
    every = [one.audio for one in model.generate_custom_voice("Hi.", stream=True, streaming_interval=0.08, **told)]
    assert len(every[0]) == 1920 and np.abs(np.concatenate(every) - whole).max() < 1e-4


def test_a_description_is_a_voice(tiny: dict[str, LoadedVoice]) -> None:
    told: dict[str, Any] = {"instruct": "An old man by the sea.", "seed": 1}
    one, other = (
        np.concatenate(
            [part.audio for part in tiny["voice_design"].generate_voice_design("Hi.", stream=stream, **told)]
        )
        for stream in (False, True)
    )
    assert len(one) == len(other) and np.abs(one - other).max() < 1e-4


def test_a_recording_is_a_voice_of_a_base(tiny: dict[str, LoadedVoice]) -> None:
    hum = (0.3 * np.sin(np.arange(30000) * 0.05)).astype(np.float32)
    (result,) = tiny["base"].generate("Hi.", ref_audio=hum, ref_text="What is said.", seed=1)
    assert len(result.audio)
    with pytest.raises(VoiceError, match="none was given"):
        list(tiny["base"].generate("Hi."))


def test_each_call_is_for_its_kind(tiny: dict[str, LoadedVoice]) -> None:
    with pytest.raises(OptionError, match="no voices of its own"):
        tiny["base"].generate_custom_voice("Hi.")
    with pytest.raises(OptionError, match="no voices of descriptions"):
        tiny["custom_voice"].generate_voice_design("Hi.", "An old man.")
