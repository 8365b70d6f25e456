"""What every text-to-speech family offers the rest of the engine.

A family is a package `engine.tts.<family>` with one function, `load(files) -> Synthesizer`, that the pool calls by name
on the thread where the model will live. Everything else (splitting, pauses, spans, metrics) is written once in
`speak.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.controls import TONE, VOICE, Control
from engine.errors import OptionError, VoiceError
from engine.text.segment import TextSegment
from engine.types import Chunking, Samples, Sampling, SpeechRequest, Voice, VoicePrompt, VoiceState, Word
from engine.wording import listed


@dataclass(frozen=True, slots=True)
class SpeechPiece:
    """What a family yields while it speaks one segment.

    Attributes:
        samples: float32 [n], the next samples of the segment.
        words: words that begin in this piece; times in seconds from the start of the segment, spans in `segment.text`.
        tokens: tokens the model generated for this piece.
        notices: sentences for the person.
    """

    samples: Samples
    words: tuple[Word, ...] = ()
    tokens: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentLimits:
    """How much text the family likes at once, in characters of spoken text.

    Attributes:
        first_chars: aim for the first segment of a stream, small so that sound starts early.
        target_chars: aim for the later ones.
        max_chars: never more than this.
        grows: whether a text that somebody waits for is cut by words, a short clause first (`engine.text.growing`);
            the two aims then hold for books only. For families that speak a short segment sooner than a long one.
    """

    first_chars: int
    target_chars: int
    max_chars: int
    grows: bool = False


class Synthesizer:
    """A loaded voice model. Lives on one thread; holds no state of any stream.

    A family says what it is (the attributes) and speaks (`check`, `synthesize`). What else it could do better than by
    speaking segment after segment it overrides; what it leaves alone holds as written here, and its card's abilities
    are held to it by a test of all families.

    Attributes:
        name: what sentences call it.
        sample_rate: Hz of everything it yields.
        voices: all voices it can speak as, the default first.
        limits: segment sizes that suit the model.
        controls: which of `engine.controls.VOICE` it has.
        takes_batches: whether several segments cost less together than one after the other.
        works_ahead: whether it begins the next segment while it finishes this one.
        clones: whether it can sound like a recording.
        draws: whether it draws tokens, so that `Sampling` means something to it.
        has_frames: whether it speaks through a codec, so that sizes of chunks in frames and tokens do.
        takes_seed: whether another seed is another reading.
        designs: whether instructions in words are a voice: a description of it.
        takes_instructions: whether it can be told in words how to say a text.
        kinds_of_states: the kinds of `VoiceState` it can speak with besides those it makes itself.
    """

    name: str = "This voice"
    sample_rate: int
    voices: Sequence[Voice]
    limits: SegmentLimits
    controls: frozenset[Control] = frozenset()
    takes_batches: bool = False
    works_ahead: bool = False
    clones: bool = False
    draws: bool = False
    has_frames: bool = False
    takes_seed: bool = False
    designs: bool = False
    takes_instructions: bool = False
    kinds_of_states: frozenset[str] = frozenset()

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """Fill defaults (voice, language) and refuse what cannot be spoken; `refuse_controls` is a part of it.

        Raises:
            VoiceError: no such voice.
            OptionError: speed or pitch out of range, or a control this family lacks.
        """
        raise NotImplementedError

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """Speak one segment, piece by piece, without any silence after it. Closing the iterator stops the work.

        The same segment and request give the same samples whatever was spoken before (seeded where the model samples).
        """
        raise NotImplementedError

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        """One segment in one piece, for who does not listen along: what `synthesize` gives, perhaps at less cost."""
        return _whole(list(self.synthesize(segment, request)))

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        """Segments of any lengths, one piece each: what `synthesize` gives (within 1e-4). Audiobooks use it."""
        return [self.render(segment, request) for segment in segments]

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """About how many bytes `synthesize_batch` takes at its peak, beyond the loaded model."""
        return 0

    def synthesize_all(
        self, segments: Iterable[TextSegment], request: SpeechRequest
    ) -> Iterator[tuple[TextSegment, SpeechPiece]]:
        """Segments in order, each with the pieces that `synthesize` gives, at least one.

        A model that works ahead asks for the next segment when this one is written, which may be before its last piece
        is out. Closing the iterator stops the work.
        """
        for segment in segments:
            for piece in self.synthesize(segment, request):
                yield segment, piece

    def prepare(self, prompt: VoicePrompt) -> VoiceState:
        """What the model needs of a recording, made once and spoken with often; see `engine.tts.prepared`.

        Raises:
            VoiceError: it cannot copy a recorded voice, or nothing can be made of this one.
        """
        raise VoiceError(f"{self.name} cannot copy a recorded voice. Choose a model that clones voices.")

    def close(self) -> None:
        """Give back memory and handles; arrays go with the object."""

    def refuse_controls(self, request: SpeechRequest) -> None:
        """Refuse what lies outside its bounds, and what this family has no control of.

        Raises:
            OptionError: a speed, a pitch or a tone.
            VoiceError: a recording to sound like, for one that cannot; a voice that was made for another family.
        """
        for control in VOICE:
            value = getattr(request, control.name)
            control.check(value)
            if value != control.default and control not in self.controls:
                instead = f"Set it to {control.default:g}, or choose another model."
                raise OptionError(f"{self.name} has no control of {control.name}. {instead}")
        for control in TONE:
            control.check(getattr(request.tone, control.name))
        if request.prompt is not None and not self.clones:
            raise VoiceError(f"{self.name} cannot copy a recorded voice. Choose a model that clones voices.")
        if request.state is not None and request.state.kind not in self.kinds_of_states:
            raise VoiceError(f"This voice was made for another model than {self.name}. Choose the one it was made for.")

    def left_out(self, request: SpeechRequest) -> tuple[str, ...]:
        """Sentences for the person about what was asked and means nothing to this family; it is never refused, since
        people set such things once and then choose another voice."""
        asked = [] if self.draws else _set(request.sampling, Sampling())
        if not self.has_frames:
            asked += _set(request.chunking, Chunking(), "streaming_interval", "ultra_low_latency")
        if request.seed and not self.takes_seed:
            asked.append("seed")
        if not asked:
            return ()
        names = listed([name.replace("_", " ") for name in asked])
        return (f"{self.name} has no use for {names}, so {'they were' if len(asked) > 1 else 'it was'} left out.",)


def _set(given: Sampling | Chunking, default: Sampling | Chunking, *known: str) -> list[str]:
    """The fields that say something, but for the known ones."""
    names = [one.name for one in fields(given) if one.name not in known]
    return [name for name in names if getattr(given, name) != getattr(default, name)]


def _whole(pieces: Sequence[SpeechPiece]) -> SpeechPiece:
    return SpeechPiece(
        np.concatenate([np.zeros(0, dtype=np.float32), *(piece.samples for piece in pieces)]),
        tuple(word for piece in pieces for word in piece.words),
        sum(piece.tokens for piece in pieces),
        tuple(dict.fromkeys(notice for piece in pieces for notice in piece.notices)),
    )


class Family(Protocol):
    """The module `engine.tts.<family>`.

    A family whose cards name companions (a codec it speaks through) has instead
    `load(files: Path | None, companions: Mapping[str, Path]) -> Synthesizer`. The mapping goes from the last part of
    each companion's hub id ("snac_24khz" for "mlx-community/snac_24khz") to its verified folder, which lies beside the
    model among the downloads, or as a subfolder of that name in a model's folder of a person's own.
    `engine.pool.loading.load_model` decides by the card which of the two to call.
    """

    def load(self, files: Path | None) -> Synthesizer:
        """Load from a verified folder; built-in families take None."""
        ...
