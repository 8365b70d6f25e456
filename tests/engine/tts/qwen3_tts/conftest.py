"""Small Qwen3-TTS of each kind with random weights, loaded by the real loader."""

import runpy
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from engine.tts.qwen3_tts import load
from engine.tts.qwen3_tts.model import QwenSynthesizer
from engine.types import VoicePrompt

SCRIPT = Path(__file__).parents[4] / "examples" / "make_tiny_qwen3_tts.py"


@pytest.fixture(scope="session")
def qwen_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder of a kind: base, custom_voice, voice_design."""
    make = runpy.run_path(str(SCRIPT))["make"]

    @cache
    def made(kind: str) -> Path:
        return make(tmp_path_factory.mktemp("models") / f"tiny-{kind}", kind)

    return made


@pytest.fixture(scope="session")
def named(qwen_folder: Callable[[str], Path]) -> QwenSynthesizer:
    return load(qwen_folder("custom_voice"))


@pytest.fixture(scope="session")
def cloner(qwen_folder: Callable[[str], Path]) -> QwenSynthesizer:
    return load(qwen_folder("base"))


@pytest.fixture(scope="session")
def designer(qwen_folder: Callable[[str], Path]) -> QwenSynthesizer:
    return load(qwen_folder("voice_design"))


@pytest.fixture(scope="session")
def recording() -> VoicePrompt:
    """A second and a half of a hum behind a little silence, at another rate than the model's."""
    time = np.arange(24000) / 16000
    hum = 0.2 * np.sin(2 * np.pi * (120 + 40 * time) * time) + 0.02 * np.random.default_rng(0).standard_normal(24000)
    sound = np.concatenate([np.zeros(4000), hum]).astype(np.float32)
    return VoicePrompt(sound, 16000, "What is said.")
