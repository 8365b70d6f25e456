"""Speech out, speech in. Arrays and text only: no web, queue, database or environment.

    import engine

    for chunk in engine.stream("Hello."):
        play(chunk.samples, chunk.sample_rate)
    whole = engine.say("Hello.")

The two are imported when they are used: importing the package costs a few milliseconds, for `engine.blas`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.blas import stand_in

if TYPE_CHECKING:
    from engine.speech import close, say, stream

__all__ = ["close", "say", "stream"]

stand_in()


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("engine.speech"), name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
