"""Recordings and microphones brought to a recogniser that lives on another thread.

A recording is read, and its speech found, on a thread of its own; only the regions cross to the model. So a slow disk
or a slow upload never holds up what others hear from the same model.
"""

import copy
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self, TypeVar

from engine.errors import Cancelled, EngineError, GenerationError
from engine.pool.lease import Lease, RunCall
from engine.pool.stream import Feed
from engine.stt.base import Guidance, Hypothesis, Recognizer, UtteranceDecoder, guided
from engine.types import Samples, Segment, TranscriptEvent, Word

if TYPE_CHECKING:
    from engine.stt.live import LiveSession

log = logging.getLogger(__name__)

T = TypeVar("T")

_TURN_S = 0.02
STOPPED = "The transcription was stopped."


class LiveHandle:
    """A microphone's session with a recogniser. Every method runs on the model's thread; one caller at a time."""

    def __init__(self, lease: "Lease[LiveSession]") -> None:
        self._lease = lease

    def add_audio(self, samples: Samples) -> list[TranscriptEvent]:
        """Hear the next samples, at the sample rate the session was opened with.

        Raises:
            Cancelled: the session was closed, or the model unloaded.
            GenerationError: the recogniser failed.
        """
        return self._run(lambda session: session.add_audio_steps(samples))

    def flush(self) -> list[TranscriptEvent]:
        """What is still open becomes certain; the session goes on."""
        return self._run(lambda session: session.flush_steps())

    def finish(self) -> list[TranscriptEvent]:
        """The microphone is off: what was still open becomes certain. Close the handle after it."""
        return self._run(lambda session: session.finish_steps())

    def hurry(self, left_s: float) -> None:
        """Seconds of sound are still to be added, then it will be finished: do not ask about them meanwhile."""
        self._lease.call(lambda _: self._lease.session.hurry(left_s))

    def forget(self) -> None:
        """What was heard so far is of no account to the end; `flush` before."""
        self._lease.call(lambda _: self._lease.session.forget())

    def close(self) -> None:
        """Drop the session; does not wait. A handle that is only forgotten is closed too."""
        self._lease.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self._lease.leave()

    def _run(self, work: "Callable[[LiveSession], Generator[None, None, T]]") -> T:
        """Call after call, so that others have their turn in between."""
        if self._lease.is_left:
            raise Cancelled("The live session is closed.")
        steps = work(self._lease.session)
        try:
            while (done := self._lease.call(lambda _: _advanced(steps))) is None:
                if self._lease.is_left:
                    raise Cancelled("The live session is closed.")
            return done[0]
        except EngineError:
            raise
        except Exception as exc:
            log.exception("a live session failed")
            raise GenerationError("The recogniser failed on this sound. Start listening again.") from exc


def _advanced(steps: Generator[None, None, T]) -> tuple[T] | None:
    """Some steps, for a turn's time; what they give once they are all done."""
    begins = time.perf_counter()
    while time.perf_counter() - begins < _TURN_S:
        try:
            next(steps)
        except StopIteration as end:
            return (end.value,)
    return None


class RemoteRecognizer(Recognizer):
    """A recogniser as it looks from another thread: what it is, and calls that cross over."""

    def __init__(self, model: Recognizer) -> None:
        """On the model's thread: note what never changes."""
        self.sample_rate = model.sample_rate
        self.languages = tuple(model.languages)
        self.max_region_s = model.max_region_s
        self.batch_s = model.batch_s
        self.pause_s = model.pause_s
        self.takes_steps = model.takes_steps
        self._guidance: Guidance | None = None
        self._lease: Lease[RemoteRecognizer] | None = None
        self._must_end: Callable[[], bool] = lambda: False

    def over(self, lease: "Lease[RemoteRecognizer]", must_end: Callable[[], bool]) -> Self:
        """The same, with its way to the model, and who may stop it."""
        self._lease = lease
        self._must_end = must_end
        return self

    def guided(self, guidance: Guidance) -> "RemoteRecognizer":
        """As the model's own.

        Raises:
            OptionError: it takes no guidance, or cannot do what is asked.
        """
        told = copy.copy(self)
        told._guidance = guidance
        told._cross(lambda _: None)
        return told

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """As the model's own; in turn with others, step by step, when the model takes steps."""
        if not self.takes_steps:

            def work(model: Recognizer) -> list[Segment]:
                return model.recognize(regions, language)

            return self._cross(work)

        def steps(model: Recognizer) -> Iterator[list[Segment] | None]:
            told = guided(model, self._guidance)
            yield (yield from told.recognize_steps(regions, language))

        assert self._lease is not None
        last: list[Segment] | None = None
        with self._lease.stream(steps) as stream:
            for step in stream:
                last = step
                if self._must_end():
                    raise Cancelled(STOPPED)
        return last or []

    def utterance(self, language: str) -> UtteranceDecoder:
        """As the model's own; the decoder's methods cross over too."""

        def work(model: Recognizer) -> UtteranceDecoder:
            return model.utterance(language)

        return _RemoteUtterance(self._cross(work), self._cross)

    def utterance_every(self, language: str, partial_interval_s: float) -> UtteranceDecoder:
        """As the model's own; the decoder's methods cross over too."""

        def work(model: Recognizer) -> UtteranceDecoder:
            return model.utterance_every(language, partial_interval_s)

        return _RemoteUtterance(self._cross(work), self._cross)

    def close(self) -> None:
        """Nothing: the model belongs to the pool."""

    def _cross(self, work: Callable[[Recognizer], T]) -> T:
        assert self._lease is not None
        return self._lease.call(lambda model: work(guided(model, self._guidance)))


class _RemoteUtterance(UtteranceDecoder):
    def __init__(self, decoder: UtteranceDecoder, call: RunCall) -> None:
        self._decoder = decoder
        self._call = call

    def add(self, samples: Samples) -> Hypothesis:
        return self._call(lambda _: self._decoder.add(samples))

    def finish(self) -> tuple[Word, ...]:
        return self._call(lambda _: self._decoder.finish())

    def close(self) -> None:
        self._call(lambda _: self._decoder.close())


class Transcription:
    """One recording on its way through a recogniser, with the thread that reads it."""

    def __init__(
        self,
        lease: Callable[[Callable[[Recognizer], RemoteRecognizer]], Lease[RemoteRecognizer]],
        blocks: Iterable[Samples],
        language: str,
        start_s: float,
        ended: Callable[["Transcription"], None],
        guidance: Guidance | None = None,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            lease: takes a hold on the model, loading it first if need be.
            blocks: float32 [n] at the model's sample rate; closed in the end when it can be.
            language: as for `engine.stt.transcribe`.
            start_s: where in the recording the blocks begin.
            ended: called when the thread is about to end.
            guidance: as for `engine.stt.transcribe`.
        """
        self._guidance = guidance
        self._lease = lease
        self._blocks = blocks
        self._language = language
        self._start_s = start_s
        self._ended = ended
        self._is_stopped = False
        room: SimpleQueue[None] = SimpleQueue()
        self._room = room
        self.feed: Feed[Segment] = Feed(lambda: room.put(None))
        self._thread = threading.Thread(target=self._live, name="transcription", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End within one block."""
        self._is_stopped = True
        self._room.put(None)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the thread; whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _live(self) -> None:
        error: BaseException | None = None
        try:
            self._read()
        except EngineError as exc:
            error = exc
        except BaseException as exc:  # errors travel in the stream, to the thread that waits for it
            log.exception("a transcription failed")
            error = GenerationError("The recording could not be transcribed: the recogniser failed. Try again.")
            error.__cause__ = exc
        finally:
            self._ended(self)
            self.feed.end(error)

    def _read(self) -> None:
        from engine.stt.transcribe import transcribe  # brings voice activity detection: not for those who only speak

        blocks = self._watched()
        try:
            lease = self._lease(RemoteRecognizer)
            try:
                model = lease.session.over(lease, self._must_end)
                if self._guidance is not None and self._guidance != Guidance():
                    model = model.guided(self._guidance)
                for segment in transcribe(model, blocks, self._language, start_s=self._start_s):
                    while not self.feed.has_room and not self._must_end():
                        self._room.get()
                    if self._must_end():
                        raise Cancelled(STOPPED)
                    self.feed.put(segment)
            finally:
                lease.leave()
        finally:
            blocks.close()

    def _watched(self) -> Generator[Samples]:
        """The blocks, until nobody wants their text any more."""
        try:
            for block in self._blocks:
                if self._must_end():
                    raise Cancelled(STOPPED)
                yield block
        finally:
            close = getattr(self._blocks, "close", None)
            if close is not None:
                close()

    def _must_end(self) -> bool:
        return self._is_stopped or self.feed.is_closed
