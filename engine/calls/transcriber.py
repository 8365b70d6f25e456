"""Live recognition as `transcribe_stream` gives it: sound in, the words so far out, final ones and drafts apart."""

import logging
from collections.abc import Callable
from typing import Any, Self, TypeVar

from engine.calls.heard import AlignedToken, Heard, as_token, heard_of, words_as_tokens
from engine.calls.sound_in import samples_of
from engine.errors import EngineError, GenerationError, OptionError
from engine.pool import ModelPool
from engine.stt.parakeet.stream import ParakeetStream
from engine.stt.parakeet.tokens import SentenceRules, sentences_of
from engine.types import Word

log = logging.getLogger(__name__)

T = TypeVar("T")


class Transcriber:
    """One stream of sound. Use it in a `with`, which ends it; what was heard can still be read afterwards."""

    def add_audio(self, audio: Any) -> None:
        """Hear the next sound.

        Args:
            audio: an array of MLX or NumPy, [n], mono, -1 to 1, at the model's rate (16 kHz), in any float precision.

        Raises:
            AudioFormatError: another shape, or not scaled.
            OptionError: the stream is over.
        """
        raise NotImplementedError

    def finish(self) -> Heard:
        """The sound has ended: drafts become final. Safe to call twice."""
        raise NotImplementedError

    def close(self) -> None:
        """End without a last decode. Safe to call twice."""
        raise NotImplementedError

    @property
    def result(self) -> Heard:
        """Everything so far, drafts too, in sentences."""
        raise NotImplementedError

    @property
    def finalized_tokens(self) -> list[AlignedToken]:
        """Tokens that are never taken back while sound comes; of a model that is no Parakeet, words."""
        raise NotImplementedError

    @property
    def draft_tokens(self) -> list[AlignedToken]:
        """What follows them so far, and may still change."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Session:
    """A Parakeet's stream as the pool holds it."""

    def __init__(self, stream: ParakeetStream) -> None:
        self.stream = stream

    def close(self) -> None:
        self.stream.cancel()


class ParakeetTranscriber(Transcriber):
    """Over a Parakeet's own stream."""

    def __init__(
        self,
        pool: ModelPool,
        model: str,
        window: tuple[int, int],
        depth: int,
        keeps_attention: bool,
        rules: SentenceRules,
        language: str,
    ) -> None:
        """Open the stream.

        Raises:
            OptionError: a context, a depth or a language it cannot have.
        """

        def begun(parakeet: Any) -> _Session:
            parakeet.check_language(language)
            stream = parakeet.stream(window, depth, keep_original_attention=keeps_attention, decoding=rules)
            return _Session(stream)

        self._language = language
        self._lease = pool.lease(model, "transcribe", begun)
        self._final: tuple[Heard, list[AlignedToken], list[AlignedToken]] | None = None

    def add_audio(self, audio: Any) -> None:
        samples = samples_of(audio)
        self._ask(lambda stream: stream.add_audio(samples))

    def finish(self) -> Heard:
        if self._final is None:
            self._ask(lambda stream: stream.finish())
            self.close()
        return self.result

    def close(self) -> None:
        if self._final is None:
            try:
                self._final = self._ask(self._now)
            except EngineError:  # the model was unloaded meanwhile: nothing is known any more
                self._final = Heard("", (), ()), [], []
            finally:
                self._lease.leave()

    @property
    def result(self) -> Heard:
        return self._told()[0]

    @property
    def finalized_tokens(self) -> list[AlignedToken]:
        return self._told()[1]

    @property
    def draft_tokens(self) -> list[AlignedToken]:
        return self._told()[2]

    def __del__(self) -> None:
        if lease := getattr(self, "_lease", None):
            lease.leave()

    def _told(self) -> tuple[Heard, list[AlignedToken], list[AlignedToken]]:
        return self._final or self._ask(self._now)

    def _now(self, stream: ParakeetStream) -> tuple[Heard, list[AlignedToken], list[AlignedToken]]:
        stable, draft = list(map(as_token, stream.stable_tokens)), list(map(as_token, stream.draft_tokens))
        transcript = stream.result
        heard = heard_of(transcript.segments, self._language or transcript.language, ())
        return Heard(heard.text, heard.sentences, (*stable, *draft), heard.language), stable, draft

    def _ask(self, work: Callable[[ParakeetStream], T]) -> T:
        """On the model's thread."""
        if self._lease.is_left:
            raise OptionError("This stream is over; begin another one.")
        try:
            return self._lease.call(lambda _: work(self._lease.session.stream))
        except EngineError:
            raise
        except Exception as exc:
            log.exception("a stream failed")
            raise GenerationError("The recogniser failed on this sound. Begin another stream.") from exc


class LiveTranscriber(Transcriber):
    """Over the session that microphones have, for models that are no Parakeet: tokens are words."""

    def __init__(self, pool: ModelPool, model: str, sample_rate: int, rules: SentenceRules, language: str) -> None:
        """Open the session.

        Raises:
            OptionError: a language it does not know.
        """
        self._handle = pool.live(model, language, sample_rate)
        self._rules = rules
        self._language = language
        self._stable: list[Word] = []
        self._draft: tuple[Word, ...] = ()
        self._is_over = False

    def add_audio(self, audio: Any) -> None:
        samples = samples_of(audio)
        if self._is_over:
            raise OptionError("This stream is over; begin another one.")
        self._hear(self._handle.add_audio(samples))

    def finish(self) -> Heard:
        if not self._is_over:
            self._hear(self._handle.finish())
            self.close()
        return self.result

    def close(self) -> None:
        self._is_over = True
        self._handle.close()

    @property
    def result(self) -> Heard:
        segments = sentences_of([*self._stable, *self._draft], self._rules)
        return heard_of(segments, self._language, ())

    @property
    def finalized_tokens(self) -> list[AlignedToken]:
        return list(words_as_tokens(self._stable))

    @property
    def draft_tokens(self) -> list[AlignedToken]:
        return list(words_as_tokens(self._draft, self._stable[-1].text if self._stable else ""))

    def _hear(self, events: Any) -> None:
        for event in events:
            self._stable = event.after(self._stable)
            self._draft = event.draft
