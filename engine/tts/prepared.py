"""What models made of recordings: kept in memory and, where a recording says so, on the disk.

A state is named by all that is heard of its recording and by what the model says it is. It is written beside and
renamed, so that a reader finds it whole or not at all; one that cannot be read is made anew.
"""

import os
import secrets
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from engine.tts import fingerprint
from engine.types import VoicePrompt, VoiceState

MOST = 8
"""States of a model in memory; the one that was used longest ago goes first."""

_SAID = "said"
"""The array that has the family, the kind and the base; a family's own arrays have other names."""


class PreparedVoices:
    """The states of one loaded model; lives on its thread."""

    def __init__(self, model: str, make: Callable[[VoicePrompt], VoiceState]) -> None:
        """Prepare.

        Args:
            model: what is spoken with, down to its weights: another text for whatever makes other states.
            make: makes a state of a recording.
        """
        self._model = model
        self._make = make
        self._kept: OrderedDict[str, VoiceState] = OrderedDict()

    def of(self, prompt: VoicePrompt) -> VoiceState:
        """The state of a recording: from memory, from the disk, or made now."""
        name = fingerprint.named(self._model, fingerprint.of_prompt(prompt))
        state = self._kept.pop(name, None)
        if state is None:
            path = None if prompt.states is None else prompt.states / f"{name}.npz"
            state = (read(path) if path else None) or self._make(prompt)
            if path is not None and not path.is_file():
                write(path, state)
        self._kept[name] = state
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return state


def write(path: Path, state: VoiceState) -> None:
    """Keep a state; a disk that takes it not is no reason not to speak."""
    temporary = path.with_name(f".tmp-{os.getpid()}-{secrets.token_hex(4)}-{path.name}")
    with suppress(OSError):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                arrays: dict[str, Any] = {_SAID: np.array([state.family, state.kind, state.base]), **state.arrays}
                np.savez(file, **arrays)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def read(path: Path) -> VoiceState | None:
    """A state that was kept; None where there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            family, kind, base = (str(word) for word in kept[_SAID])
            return VoiceState(family, kind, {name: kept[name] for name in kept.files if name != _SAID}, base)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None
