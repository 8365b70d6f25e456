"""What was said in one region, gathered from the windows it was heard in, and what speaks for it."""

import math
from dataclasses import dataclass, field, replace

from engine.stt.whisper.belief import Evidence, Probabilities, level_db, voice_s
from engine.stt.whisper.decode import Decoded
from engine.types import Measures, Samples, Word

_NO_CHANCE = 1e-4


@dataclass(slots=True)
class Told:
    """The words of a region, in its own time and in order.

    Attributes:
        words: so far.
        language: of the last window that had words, a code of `languages`.
        silence: how likely the model finds it that nobody speaks here; 0 where others speak in the same window.
        compression: of the text that packs best.
        is_shared: whether others speak in the window it was last heard in.
        measures: of the first window it was heard in.
    """

    words: list[Word] = field(default_factory=list[Word])
    language: str = ""
    silence: float = 0.0
    compression: float = 0.0
    is_shared: bool = False
    measures: Measures | None = None

    def doubt(self, decoded: Decoded, is_alone: bool) -> None:
        """A window of the region was decoded."""
        self.compression = max(self.compression, decoded.compression)
        self.is_shared = not is_alone
        if self.measures is None:
            self.measures = Measures(decoded.logprob, decoded.no_speech, decoded.temperature)
        if is_alone:
            self.silence = max(self.silence, decoded.no_speech)

    def add(self, word: Word, language: str) -> None:
        """The next word."""
        self.words.append(word)
        self.language = language

    def fill(self, other: "Told", at_s: float, begin_s: float, end_s: float) -> None:
        """Words of sound that begins at `at_s`: those between two moments, where there are none yet."""
        taken = [(word.start_s, word.end_s) for word in self.words]
        for word in other.words:
            placed = replace(word, start_s=word.start_s + at_s, end_s=word.end_s + at_s)
            middle = (placed.start_s + placed.end_s) / 2
            if begin_s <= middle <= end_s and not any(begin <= middle <= end for begin, end in taken):
                self.words.append(placed)
        self.words.sort(key=lambda word: word.start_s)
        self.language = self.language or other.language

    def evidence(self, samples: Samples, heard_voice: Probabilities) -> Evidence:
        """What speaks for the words, float32 [n] being the region's sound."""
        chances = [math.log(max(_NO_CHANCE, word.confidence or 0.0)) for word in self.words]
        logprob = sum(chances) / len(chances) if chances else 0.0
        return Evidence(voice_s(heard_voice), level_db(samples), logprob, self.silence, self.compression)
