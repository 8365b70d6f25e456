"""The default voice made ready while nobody waits for it: loaded, and made to say a few words that nobody hears.

The first words after loading cost seconds more than any later ones (dictionaries, the process of espeak-ng, memory that
is touched for the first time). They also tell the pool how fast this machine speaks, so that the first Play knows how
much must be ready before it begins. Whoever presses Play meanwhile goes first, and the rest of it is left out.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

from engine.errors import EngineError
from engine.pool import ModelPool, Stream
from engine.types import AudioChunk, SpeechRequest

log = logging.getLogger(__name__)

State = Literal["cold", "warming", "ready"]

# Figures are read in the voice's own language; the last is a word of no dictionary. Two lengths, for what a beginning
# costs is learnt from their difference.
WORDS = "1\n2, 3, 4, 5, 6, 7, blimmer."


class Warming:
    """Warms one model; all methods may be called from any thread."""

    def __init__(
        self,
        pool: ModelPool,
        model: str | Callable[[], tuple[str, str]],
        voice: str = "",
        told: Callable[[str], None] | None = None,
    ) -> None:
        """Nothing happens before `begin`.

        Args:
            pool: where the model lives.
            model: its id; or what gives (model, voice) at every beginning, for it may be another by then.
            voice: one of its voices; "" is its default.
            told: called with one sentence when the voice is ready, or why it is not; on the thread that warms.
        """
        self._pool = pool
        self._choose = model if callable(model) else lambda: (model, voice)
        self._model, self._voice = "", ""
        self._told = told
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stream: Stream[AudioChunk] | None = None
        self._is_stopped = False
        self._state: State = "cold"

    @property
    def state(self) -> State:
        """ "cold" before the beginning and where the voice cannot be had, "warming" meanwhile, then "ready"."""
        return self._state

    def begin(self) -> None:
        """Warm the voice on a thread of its own, unless that is being done or the model is in memory; never waits."""
        chosen, voice = self._choose()
        is_here = chosen == self._model and any(model.id == self._model for model in self._pool.loaded())
        with self._lock:
            if self._is_stopped or self._state == "warming" or (self._state == "ready" and is_here):
                return
            self._state = "warming"
            self._model, self._voice = chosen, voice
            self._thread = threading.Thread(target=self._warm, name="studio-warming", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Leave the rest out; what the model is at is ended by whoever closes the pool."""
        with self._lock:
            self._is_stopped = True
            stream, thread = self._stream, self._thread
        if stream is not None:
            stream.close()
        if thread is not None:
            thread.join(1.0)

    def _warm(self) -> None:
        began = time.monotonic()
        state, sentence = "cold", ""
        try:
            with self._lock:
                stream = self._stream = self._pool.speak(self._model, SpeechRequest(WORDS, voice=self._voice))
            if self._is_stopped:
                stream.close()
            with stream:
                for _ in stream:
                    if self._is_wanted():
                        break
            state, sentence = "ready", f"The voice is ready after {time.monotonic() - began:.1f} s."
        except EngineError as exc:
            sentence = f"The voice is not ready: {exc}"
            log.info("the default voice is not ready: %s", exc)
        except Exception:
            log.exception("the default voice could not be warmed")
        finally:
            with self._lock:
                self._stream = None
                self._state = "cold" if self._is_stopped else state
        if sentence and self._told is not None and not self._is_stopped:
            self._told(sentence)

    def _is_wanted(self) -> bool:
        """Whether somebody else is using the model."""
        return any(model.id == self._model and model.streams > 1 for model in self._pool.loaded())
