"""A Kokoro paragraph by paragraph, with its phonemes: `KokoroPipeline`."""

from collections.abc import Iterator
from os import PathLike
from typing import TYPE_CHECKING, NamedTuple

from engine.calls import names
from engine.calls.asked import PARAGRAPHS
from engine.calls.joining import speaker_of
from engine.calls.results import SpeechResult
from engine.calls.speaking import LoadedVoice
from engine.errors import OptionError

if TYPE_CHECKING:
    import mlx.core as mx


class Spoken(NamedTuple):
    """A part of the text.

    Attributes:
        graphemes: the part, as written.
        phonemes: what Kokoro reads for it.
        audio: mx.array [1, n], 24 kHz.
    """

    graphemes: str
    phonemes: str
    audio: "mx.array"


class KokoroPipeline:
    """A Kokoro in one language: `for graphemes, phonemes, audio in pipeline(text, voice="af_heart")`.

    Args:
        lang_code: Kokoro's letter, a tag or a name.
        model: what `engine.load` gave; loaded by `repo_id` when None.
        repo_id: a Kokoro's name, as `engine.load` takes it.

    Raises:
        OptionError: no Kokoro, or no such language.
        EngineError: as `engine.load`.
    """

    def __init__(
        self, lang_code: str, model: LoadedVoice | None = None, repo_id: str | PathLike[str] = names.KOKORO
    ) -> None:
        self._language = names.language(lang_code, None)
        self.model = speaker_of(repo_id if model is None else "", model, None, None, lang_code, "")
        if self.model.card.family != "kokoro":
            raise OptionError(f"{self.model.card.name} is none of the models that {type(self).__name__} speaks with.")

    def __call__(
        self, text: str, voice: str | None = None, speed: float = 1.0, split_pattern: str | None = PARAGRAPHS
    ) -> Iterator[Spoken]:
        """Speak a text.

        Args:
            text: what to say.
            voice: as in `generate` of a model, like speed and split_pattern.
            speed: see voice.
            split_pattern: see voice.

        Returns:
            An iterator of (graphemes, phonemes, audio), one for each part of the text.

        Raises:
            EngineError: as `generate` of a model.
        """
        results = self.model.generate(text, voice, speed, self._language, split_pattern)
        return (self._spoken(text[slice(*result.span)].strip(), voice, result) for result in results)

    def _spoken(self, graphemes: str, voice: str | None, result: SpeechResult) -> Spoken:
        phonemes = self.model.phonemes(graphemes, voice, self._language)
        return Spoken(graphemes, phonemes, result.audio[None])
