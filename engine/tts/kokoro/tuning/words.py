"""What is said in a recording, by our own recogniser, with its mistakes: they are the sounds it heard."""

from importlib import import_module

from engine.errors import EngineError, VoiceError
from engine.types import Samples


def heard(samples: Samples, sample_rate: int) -> str:
    """The words, by the recogniser that is here.

    Raises:
        VoiceError: there is none, or it hears nothing.
    """
    # By name: who listens stands above the families.
    hear = import_module("engine.calls").transcribe if hasattr(import_module("engine.calls"), "transcribe") else None
    if hear is None:
        raise VoiceError("Write down what is said in this recording.")
    try:
        return str(hear(samples, sample_rate))
    except EngineError as exc:
        raise VoiceError("Nothing here can hear what is said in this recording. Write it down.") from exc
