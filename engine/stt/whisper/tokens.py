"""The special tokens of a Whisper vocabulary, computed from its size: they stand behind the words, in one order.

Source: OpenAI, whisper/tokenizer.py (MIT).
"""

from dataclasses import dataclass

STAMPS = 1501  # 0.00 s to 30.00 s
_ENGLISH, _MULTILINGUAL, _LARGE_V3 = 51864, 51865, 51866
_OTHERS = 8  # end, start, translate, transcribe, start of lm, start of prev, no speech, no timestamps


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Where the special tokens stand.

    Attributes:
        end: the first special one: all before it are text.
        start: begins a transcript; the languages follow it.
        languages: how many there are tokens for.
        is_multilingual: whether the tokens of languages and tasks mean something.
    """

    n_vocab: int
    end: int
    languages: int
    is_multilingual: bool

    @classmethod
    def of(cls, n_vocab: int, end: int | None = None) -> "SpecialTokens":
        """Those of a vocabulary.

        Args:
            n_vocab: the rows of the embedding.
            end: the id of <|endoftext|>, where a tokenizer has said it; a published vocabulary needs no telling.
        """
        if n_vocab in (_ENGLISH, _MULTILINGUAL, _LARGE_V3) or end is None:
            languages = 100 if n_vocab == _LARGE_V3 else 99
            return cls(n_vocab, n_vocab - STAMPS - languages - _OTHERS, languages, n_vocab != _ENGLISH)
        languages = n_vocab - STAMPS - _OTHERS - end
        return cls(n_vocab, end, languages, languages > 0)

    @property
    def start(self) -> int:
        """<|startoftranscript|>"""
        return self.end + 1

    @property
    def first_language(self) -> int:
        """<|en|>"""
        return self.end + 2

    @property
    def translate(self) -> int:
        """<|translate|>"""
        return self.first_language + self.languages

    @property
    def transcribe(self) -> int:
        """<|transcribe|>"""
        return self.translate + 1

    @property
    def start_of_lm(self) -> int:
        """<|startoflm|>"""
        return self.translate + 2

    @property
    def start_of_previous(self) -> int:
        """<|startofprev|>: the text before this window follows."""
        return self.translate + 3

    @property
    def no_speech(self) -> int:
        """<|nospeech|>, <|nocaptions|> in the older vocabularies."""
        return self.translate + 4

    @property
    def no_stamps(self) -> int:
        """<|notimestamps|>"""
        return self.translate + 5

    @property
    def first_stamp(self) -> int:
        """<|0.00|>"""
        return self.n_vocab - STAMPS
