"""A recording and a model -> a tuned voice, step by step, so that it can be stopped and told about."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from engine.types import Samples, VoicePrompt, VoiceState

Halves = Literal["both", "prosody"]
Progress = Callable[[float, str], None]
"""(share done, a word for the step)"""
Hear = Callable[[Samples, int], str]
"""Samples and their rate -> the words said."""


def memory_needed(prompt: VoicePrompt, halves: Halves = "both") -> int:
    """Bytes that tuning takes at its peak."""
    raise NotImplementedError


def tune(
    folder: Path,
    prompt: VoicePrompt,
    halves: Halves,
    progress: Progress,
    is_cancelled: Callable[[], bool],
    early: Callable[[VoiceState], None] | None = None,
    *,
    keeps_pace: bool = False,
    hear: Hear | None = None,
) -> VoiceState:
    """Tune a voice of Kokoro to a recording.

    Args:
        folder: the model's.
        prompt: the recording; where its text is "", our own recogniser says the words.
        halves: "both", or "prosody": only its pace and melody.
        progress: told after every step.
        is_cancelled: asked before every step.
        early: given the voice as it is so far, once it is worth hearing.
        keeps_pace: whether the base keeps its own pace.
        hear: who says the words where there is no text; None takes the recogniser that is here.

    Raises:
        VoiceError: the recording is no use for it; why, in a sentence.
        OutOfMemory: this machine has too little memory free.
        Cancelled: it was asked to stop.
    """
    raise NotImplementedError
