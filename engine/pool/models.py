"""The pool: the ways to run work on a model, whoever else is using it.

Loads what is on this machine and never downloads. `places` decides who is in memory; work is a function of a loaded
model, and what it gives crosses to the caller's thread.
"""

import atexit
import logging
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from engine import registry, weights
from engine.errors import EngineError, GenerationError, OutOfMemory
from engine.pool.hearing import LiveHandle, RemoteRecognizer, Transcription
from engine.pool.lease import Lease
from engine.pool.loading import load_model
from engine.pool.places import Find, Load, LoadedModel, Place, Places, is_memory_fault
from engine.pool.stream import Feed, Stream
from engine.pool.thread import Call, Closeable, Leave, Run
from engine.registry import ModelCard, Task
from engine.stt.base import Guidance, Recognizer
from engine.text.segment import TextSegment
from engine.tts.base import SpeechPiece, Synthesizer
from engine.tts.pace import Pace
from engine.tts.speak import speak, speak_segment
from engine.types import AudioChunk, Samples, Segment, SpeechRequest

if TYPE_CHECKING:
    from engine.stt.live import LiveSession

log = logging.getLogger(__name__)

T = TypeVar("T")
S = TypeVar("S", bound=Closeable)

# How long close() waits for one thread; an item of a large model takes seconds, not minutes.
CLOSE_PATIENCE_S = 60.0


class ModelPool:
    """Loaded models. All methods may be called from any thread but a model's own; only NumPy and plain values cross."""

    def __init__(
        self,
        budget_bytes: int = 0,
        *,
        models_dir: Path | None = None,
        offline: bool = False,
        find: Find = registry.find,
        load: Load | None = None,
    ) -> None:
        """An empty pool.

        Args:
            budget_bytes: for all loaded models together; 0 is half of the machine's memory.
            models_dir: where downloaded models are; None is the hub's own cache.
            offline: what a person is told about a model that is not here; the pool itself never downloads.
            find: id and task -> card.
            load: card and folder -> loaded model, called on the model's thread; the family's own `load` when None.
        """

        def locate(card: ModelCard) -> Path | None:
            return weights.folder_of(card, models_dir, offline=offline)

        def load_family(card: ModelCard, folder: Path | None) -> Closeable:
            return load_model(card, folder, models_dir, offline=offline)

        self.models_dir = models_dir
        self._places = Places(budget_bytes, find, locate, load or load_family)
        self._transcriptions: set[Transcription] = set()
        self._paces: dict[str, Pace] = {}  # each used on its model's thread
        _POOLS.add(self)

    @property
    def budget_bytes(self) -> int:
        """How much all loaded models together may take."""
        return self._places.budget_bytes

    def speak(self, model_id: str, request: SpeechRequest) -> Stream[AudioChunk]:
        """Speak on the model's thread. Every error, an unknown model too, is raised by the stream."""
        started_at = time.perf_counter()

        def work(model: Synthesizer) -> Iterator[AudioChunk]:
            # Only a model that is loaded comes here, so that this cannot grow with what people type.
            pace = self._paces.setdefault(model_id, Pace())
            return _as_sentences(speak(model, request, started_at, pace), model_id)

        return self._stream(model_id, "speak", work)

    def speak_segment(self, model_id: str, segment: TextSegment, request: SpeechRequest) -> Stream[SpeechPiece]:
        """Speak one segment and the pause after it; errors as in `speak`."""

        def work(model: Synthesizer) -> Iterator[SpeechPiece]:
            return _as_sentences(speak_segment(model, segment, model.check(request)), model_id)

        return self._stream(model_id, "speak", work)

    def transcribe(
        self,
        model_id: str,
        blocks: Iterable[Samples],
        language: str = "",
        *,
        start_s: float = 0.0,
        guidance: Guidance | None = None,
    ) -> Stream[Segment]:
        """Write down a recording; each segment comes as soon as it is decoded. Errors are raised by the stream.

        Args:
            model_id: who listens.
            blocks: float32 [n] at the model's sample rate; read, and closed, on a thread of its own.
            language: BCP 47 tag, or "" for the model's own.
            start_s: where in the recording the blocks begin.
            guidance: what to expect, and whether to translate.
        """

        def lease(make: Callable[[Recognizer], RemoteRecognizer]) -> Lease[RemoteRecognizer]:
            return self._lease(model_id, "transcribe", make)

        transcription = Transcription(lease, blocks, language, start_s, self._transcriptions.discard, guidance)
        self._transcriptions.add(transcription)
        transcription.start()
        return Stream(transcription.feed)

    def live(
        self,
        model_id: str,
        language: str = "",
        sample_rate: int = 16000,
        *,
        guidance: Guidance | None = None,
        partial_interval_s: float | None = None,
    ) -> LiveHandle:
        """Open a microphone's session; waits until the model is loaded.

        Args:
            model_id: who listens.
            language: BCP 47 tag, or "" for the model's own.
            sample_rate: Hz of the samples that will be added.
            guidance: what to expect, and whether to translate.
            partial_interval_s: seconds of sound between two answers about words that may still change; None is the
                model's own pace. See `engine.controls.PARTIAL_INTERVAL`.

        Raises:
            OptionError: it does not know the language, or cannot do what it is told; an interval out of range.
            ModelError: no such model, not here, or no memory for it.
        """

        def opened(model: Recognizer) -> "LiveSession":
            from engine.stt.live import LiveSession

            return LiveSession(model, language, sample_rate, guidance=guidance, partial_interval_s=partial_interval_s)

        return LiveHandle(self._lease(model_id, "transcribe", opened))

    def stream(self, model_id: str, work: Callable[[Any], Iterator[T]]) -> Stream[T]:
        """Run a generator on the model's thread; several streams of one model take turns item by item."""
        return self._stream(model_id, None, work)

    def call(self, model_id: str, work: Callable[[Any], T]) -> T:
        """Run one function on the model's thread, between the items of its streams, and wait for what it gives.

        Raises:
            ModelError: no such model, not here, or no memory for it.
            BaseException: whatever `work` raised.
        """
        return _answer(*self._places.send(model_id, None, lambda _: Call(work)))

    def preload(self, model_id: str) -> None:
        """Load a model and wait until it is ready.

        Raises:
            ModelError: no such model, not here, or no memory for it.
        """
        self.call(model_id, lambda _: None)

    def unload(self, model_id: str) -> None:
        """Take a model out of memory and wait until it is gone; its open streams end with Cancelled."""
        thread = self._places.give_up(model_id)
        if thread is not None:
            thread.join()

    def loaded(self) -> list[LoadedModel]:
        """The models in memory, last used first."""
        return self._places.listing()

    def close(self) -> None:
        """Stop all work, unload all models, and wait until their threads have ended."""
        leaving = self._places.close()
        transcriptions = list(self._transcriptions)
        for transcription in transcriptions:
            transcription.stop()
        for one in (*transcriptions, *leaving):
            if not one.join(CLOSE_PATIENCE_S):
                log.warning("a thread is still at work %.0f s after it was told to stop", CLOSE_PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _stream(self, model_id: str, task: Task | None, work: Callable[[Any], Iterator[T]]) -> Stream[T]:
        feed: Feed[T] = Feed()
        try:
            self._places.send(model_id, task, lambda place: _run(place, feed, work))
        except EngineError as exc:
            feed.end(exc)
        return Stream(feed)

    def _lease(self, model_id: str, task: Task, make: Callable[[Any], S]) -> Lease[S]:
        """Open a session on the model's thread; the model stays in memory until it is left."""

        def opening(place: Place) -> Call[S]:
            def work(model: Any) -> S:
                session = make(model)
                self._places.hold(place)
                place.thread.keep(session)
                return session

            return Call(work)

        place, call = self._places.send(model_id, task, opening)
        session = _answer(place, call)

        def crossing(work: Callable[[Any], T]) -> T:
            return _answer(place, self._places.send_again(place, Call(work)))

        def streaming(work: Callable[[Any], Iterator[T]]) -> Stream[T]:
            feed: Feed[T] = Feed()
            self._places.send_again(place, _run(place, feed, work))
            return Stream(feed)

        return Lease(session, crossing, streaming, lambda: place.thread.inbox.put(Leave(session)))


def _run(place: Place, feed: Feed[T], work: Callable[[Any], Iterator[T]]) -> Run:
    feed.wake = place.thread.wake
    return Run(feed, work)


def _answer(place: Place, call: Call[T]) -> T:
    """Wait for what a call gives."""
    if place.thread.is_here:
        raise RuntimeError("a call from the model's own thread would wait for itself")
    answer = call.answers.get()
    if answer.error is not None:
        raise answer.error
    return cast("T", answer.value)


def _as_sentences(pieces: Iterator[T], model_id: str) -> Iterator[T]:
    """The pieces, with whatever a family raises turned into a sentence."""
    try:
        yield from pieces
    except EngineError:
        raise
    except Exception as exc:
        log.exception("%s failed while speaking", model_id)
        if is_memory_fault(exc):
            raise OutOfMemory("No memory is left for this speech. Unload other models, or close programs.") from exc
        raise GenerationError("The voice failed while speaking this text. Try again, or another voice.") from exc


_POOLS: "weakref.WeakSet[ModelPool]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """The interpreter must not tear itself down under threads that run native code."""
    for pool in list(_POOLS):
        pool.close()
