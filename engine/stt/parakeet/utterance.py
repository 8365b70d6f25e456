"""One turn of somebody speaking: drafts from a light stream at once, and a better answer when the turn is over.

What the stream says of a word it may say too early; once the pause comes, the whole turn is heard again with all its
context, and only words the stream has already handed out as stable stay as they were.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.errors import OptionError
from engine.stt.base import Hypothesis, UtteranceDecoder, last
from engine.stt.parakeet import frontend
from engine.stt.parakeet.stream import ParakeetStream
from engine.types import Samples, Word

HOLD_S = 6.0
"""A word of the stream becomes stable when it has ended so long ago; what is newer the pause decides."""


@dataclass(slots=True)
class ParakeetUtterance(UtteranceDecoder):
    """Streaming decoder of one utterance.

    Attributes:
        stream: hears it as it comes.
        whole: hears all of it at the end, in steps; None leaves the last word to the stream.
        hold_s: see HOLD_S.
    """

    stream: ParakeetStream
    whole: Callable[[Samples], Generator[None, None, Sequence[Word]]] | None
    hold_s: float = HOLD_S
    _heard: list[Samples] = field(default_factory=list[Samples])
    _stable: list[Word] = field(default_factory=list[Word])
    _is_over: bool = False

    def add(self, samples: Samples) -> Hypothesis:
        """Hear the next float32 [n] and say what is believed of the whole utterance so far.

        Raises:
            OptionError: the utterance is over.
        """
        if self._is_over:
            raise OptionError("This utterance is closed; begin another one.")
        clean = frontend.sound(samples)
        if self.whole is not None:
            self._heard.append(clean)
        self.stream.add_audio(clean)
        words = self.stream.stable_words
        until_s = self.stream.heard_s - (self.hold_s if self.whole is not None else 0.0)
        for word in words[len(self._stable) :]:
            if word.end_s > until_s:
                break
            self._stable.append(word)
        draft = (*words[len(self._stable) :], *self.stream.draft_words)
        return Hypothesis(tuple(self._stable), draft)

    def finish(self) -> tuple[Word, ...]:
        """The utterance has ended: all its words. Begins with every word that was ever stable."""
        return last(self.finish_steps())

    def finish_steps(self) -> Generator[None, None, tuple[Word, ...]]:
        """As `finish`, with the pauses of `recognize_steps`; nothing when it is closed meanwhile."""
        if self._is_over:
            return tuple(self._stable)
        if self.whole is None:
            self.stream.finish()
            words: Sequence[Word] = self.stream.stable_words[len(self._stable) :]
        else:
            words = yield from self.whole(np.concatenate([np.zeros(0, np.float32), *self._heard]))
            if self._is_over:
                return ()
            end_s = self._stable[-1].end_s if self._stable else 0.0
            # By their middle: the two passes time the same word a little differently.
            words = [word for word in words if not self._stable or (word.start_s + word.end_s) / 2 > end_s]
        self._stable.extend(words)
        self.close()
        return tuple(self._stable)

    def close(self) -> None:
        """Drop what was heard."""
        self._is_over = True
        self._heard.clear()
        self.stream.cancel()
