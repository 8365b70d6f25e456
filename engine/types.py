"""The nouns that cross the engine's border: frozen, NumPy arrays and plain values, safe to hand to any thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.spacing import text_of

Samples = npt.NDArray[np.float32]
"""Mono audio: float32, shape [n], nominally in [-1, 1]."""

Span = tuple[int, int]
"""Half-open range of character offsets in the text the person gave."""


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken or recognised word, with its place in time and, when known, in the text.

    Attributes:
        text: the word as written.
        start_s: seconds from the beginning of the whole result (or of the chunk's segment inside a family).
        end_s: seconds, never before start_s.
        confidence: 0 to 1 for recognition; None for synthesis.
        span: where it stands in the person's text; None for recognition.
        space_before: whether a space stands between the word before and this one; None where nobody knows, as at the
            beginning, and the scripts of the two decide.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float | None = None
    span: Span | None = None
    space_before: bool | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Anything a model can speak as.

    Attributes:
        id: what a request names, unique within its model ("en-us+f3", "af_heart").
        name: what a person reads ("English (America), female 3").
        language: BCP 47 tag, lower case ("en-us", "pt-br").
        gender: "female", "male" or "" where nobody says.
        grade: the publisher's own quality grade, or "".
    """

    id: str
    name: str
    language: str
    gender: Literal["female", "male", ""] = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class VoicePrompt:
    """A few seconds of somebody's speech for a model that clones.

    Attributes:
        samples: float32 [n], mono.
        sample_rate: Hz.
        text: what is said in it; "" when unknown.
        states: a folder in which a model may keep what it made of the recording; None keeps it in memory alone.
    """

    samples: Samples
    sample_rate: int
    text: str = ""
    states: Path | None = None


UNHEARD_OF_A_PROMPT = frozenset({"states"})
"""Its fields that do not change what is made of it."""


@dataclass(frozen=True, slots=True)
class VoiceState:
    """What a model made of a recording, or a voice that was fitted to one: arrays, ready to speak with.

    Attributes:
        family: whose it is: "kokoro", "pocket_tts".
        kind: the family's own word for what the arrays are: "tuned".
        arrays: by the family's own names.
        base: a voice of the model that they belong to, as a request names one; "" where there is none.
    """

    family: str
    kind: str
    arrays: Mapping[str, npt.NDArray[Any]]
    base: str = ""


@dataclass(frozen=True, slots=True)
class Tone:
    """What is done to a voice's sound after the model, the same for every model.

    Attributes:
        pitch_semitones: up or down at the same pace.
        low_db, mid_db, high_db: three bands, louder or quieter.
        room: how much of a room is heard, 0 (none) to 1.
    """

    pitch_semitones: float = 0.0
    low_db: float = 0.0
    mid_db: float = 0.0
    high_db: float = 0.0
    room: float = 0.0


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model that draws tokens draws them. None leaves a value to the model's own default.

    Attributes:
        temperature: 0 always takes the likeliest token.
        top_p: only the likeliest tokens that together have this probability; 0 to 1.
        top_k: only so many of the likeliest tokens; 0 is no limit.
        min_p: only tokens at least this share as likely as the likeliest.
        repetition_penalty: above 1 makes tokens of the last `repetition_window` less likely.
        repetition_window: how many tokens back the penalty looks.
        max_tokens: the longest a single segment may become.
    """

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    repetition_window: int | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Chunking:
    """How a stream is cut. A size in frames or tokens says how often a codec model gives sound, the interval how long
    the chunks are, for every model; with none of them the model's own schedule holds.

    Attributes:
        mode: "clean" gives sample for sample what the whole decode gives; "smooth" decodes windows and crossfades them.
        frames_per_chunk: codec frames in a chunk; None is 25.
        first_frames_per_chunk: frames in the first chunk, small so that sound starts early; None is 12.
        streaming_interval: seconds of sound in every chunk but the last; a codec model without a size in frames or
            tokens works at about this size too.
        streaming_chunk_tokens: tokens in a chunk, a multiple of the tokens of a frame, instead of frames.
        ultra_low_latency: the first chunk as early as the codec's look-ahead allows.
        lookforward: frames a window sees beyond its chunk ("smooth").
        lookback: frames a window sees before its chunk ("smooth").
        overlap_frames: frames that neighbouring chunks share and crossfade ("smooth").
        crossfade_ms: length of the crossfade, at most the overlap; None is the whole overlap ("smooth").
    """

    mode: Literal["clean", "smooth"] = "clean"
    frames_per_chunk: int | None = None
    first_frames_per_chunk: int | None = None
    streaming_interval: float | None = None
    streaming_chunk_tokens: int | None = None
    ultra_low_latency: bool = False
    lookforward: int = 5
    lookback: int = 50
    overlap_frames: int = 1
    crossfade_ms: float | None = None


PartOfSpeech = Literal["", "noun", "verb", "adjective", "adverb"]


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How a person wants a word said.

    Attributes:
        word: as written; one word or a few with spaces between them.
        phonemes: IPA as in `[word](/phonemes/)`; "" when `respelling` says it.
        respelling: other letters that are read as wanted ("Sigh-bull"); "" when `phonemes` say it.
        match_case: only where the capitals are the same.
        part_of_speech: "", "noun", "verb", "adjective" or "adverb": only where the word is one.
        language: BCP 47 tag it is for; "" is every language.
    """

    word: str
    phonemes: str = ""
    respelling: str = ""
    match_case: bool = False
    part_of_speech: PartOfSpeech = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Everything that decides how a text sounds.

    Attributes:
        text: what the person wrote, untouched.
        voice: a Voice.id of the model; "" takes the model's default.
        language: BCP 47 tag; "" takes the voice's own.
        speed, pitch: see `engine.controls`; a family that has no control of one refuses other values than 1.
        instructions: how to say it, for models that take words for it.
        seed: makes a sampling model repeatable; None is free.
        prompt: a recording to sound like, for models that clone.
        moods: further recordings of the same voice by their moods; a mood's tag in the text chooses one.
        state: a voice that was made ready before, for the model's family.
        tone: what is done to the sound after the model.
        sentence_pause_s: silence after a sentence.
        paragraph_pause_s: silence after a paragraph.
        sampling: for models that draw tokens; the others leave it alone.
        chunking: for models that stream through a codec; the others leave it alone.
        pronunciations: how some words are said; the first that fits a word has it.
        notices: sentences for the person about this request, of whoever made it; told with the first chunk.
    """

    text: str
    voice: str = ""
    language: str = ""
    speed: float = 1.0
    pitch: float = 1.0
    instructions: str = ""
    seed: int | None = None
    prompt: VoicePrompt | None = None
    moods: tuple[tuple[str, VoicePrompt], ...] = ()
    state: VoiceState | None = None
    tone: Tone = Tone()
    sentence_pause_s: float = 0.25
    paragraph_pause_s: float = 0.7
    sampling: Sampling = Sampling()
    chunking: Chunking = Chunking()
    pronunciations: tuple[Pronunciation, ...] = ()
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: object, **own: Any) -> "SpeechRequest":
        """From anything that calls its fields as they are called here: whoever adds one to both has it passed on.

        Args:
            source: a body, a job's options.
            own: fields that are not taken from it.
        """
        shared = {one.name: getattr(source, one.name) for one in fields(cls) if hasattr(source, one.name)}
        return cls(**(shared | own))


UNHEARD_OF_A_REQUEST = frozenset({"text", "sentence_pause_s", "paragraph_pause_s", "pronunciations", "notices"})
"""Its fields that do not change a segment's samples: the segment's own text has what was made of the text and of the
pronunciations, and pauses stand between segments. Every other field is part of what kept sound is named by."""

HEARD_WHERE_SET = frozenset({"moods", "state", "tone"})
"""Its fields that name nothing where they say nothing: sound kept before there were such fields is still found."""


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """One piece of streamed speech. The concatenation of all `samples` is the whole result.

    Attributes:
        samples: float32 [n].
        sample_rate: Hz.
        index: 0, 1, 2, ... within the stream.
        is_final: True on the last chunk only (whose samples may be empty).
        span: the part of the original text this chunk's segment speaks.
        words: words that begin in this chunk; times in seconds from the stream's start, spans in the original text.
        tokens: model tokens generated so far in the stream; 0 for models without tokens.
        tokens_per_second: 0.0 for models without tokens.
        ttfa_s: seconds from the request to the first audio; the same on every chunk.
        audio_s: seconds of audio in the whole stream; on the final chunk only.
        wall_s: seconds from the request to the end of the stream; on the final chunk only.
        notices: sentences for the person (a tag this voice cannot do, text it had to skip).
        lead_s: how long a player that has not begun should still wait, from now, to play the rest without a gap; 0
            where this machine speaks quickly enough, and while nothing is known of it.
    """

    samples: Samples
    sample_rate: int
    index: int
    is_final: bool
    span: Span
    words: tuple[Word, ...] = ()
    tokens: int = 0
    tokens_per_second: float = 0.0
    ttfa_s: float = 0.0
    audio_s: float | None = None
    wall_s: float | None = None
    notices: tuple[str, ...] = ()
    lead_s: float = 0.0

    @property
    def duration_s(self) -> float:
        """Seconds of audio in this chunk."""
        return len(self.samples) / self.sample_rate


@dataclass(frozen=True, slots=True)
class Measures:
    """How a text was found, for recognisers that decode it token by token; of the window the text was heard in.

    Attributes:
        avg_logprob: log-probability of a token, on average.
        no_speech_prob: how likely it is that nobody spoke.
        temperature: at which the tokens were drawn; 0 always took the likeliest.
    """

    avg_logprob: float
    no_speech_prob: float
    temperature: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence-sized stretch of recognised speech; times in seconds from the start of the recording.

    `language` is a BCP 47 tag where the recogniser found out what is spoken, else "". `is_sure` is False where the
    words may stand for no speech at all: live they stay a guess, and nothing else gives out such words. `measures` are
    the recogniser's own, where it has any.
    """

    text: str
    start_s: float
    end_s: float
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    speaker: str = ""
    language: str = ""
    is_sure: bool = True
    measures: Measures | None = None

    @property
    def space_before(self) -> bool | None:
        """Whether a space stands between the segment before and this one; see `Word`."""
        return self.words[0].space_before if self.words else None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in a recording.

    Attributes:
        segments: in order of time, not overlapping.
        language: BCP 47 tag.
        duration_s: length of the recording in seconds, speech or not.
        model: the id of the model that heard it.
    """

    segments: tuple[Segment, ...]
    language: str
    duration_s: float
    model: str = ""

    @property
    def text(self) -> str:
        """The segments' texts, with the spaces that stand between them."""
        return text_of(self.segments)


@dataclass(frozen=True, slots=True)
class TranscriptEvent:
    """What a live recogniser says after a packet of sound.

    Attributes:
        stable: words that became certain with this event; they are never taken back.
        draft: the current guess for what follows all stable words so far; replaces the previous draft.
        audio_s: seconds of sound heard so far.
        is_final: True on the last event of the session; its draft is empty.
        speech: whether somebody is speaking at this moment.
        corrected: on the final event, where the newest sound was heard once more as a whole: its words, better than
            those that were told as they came; else None.
        corrects: for how many of the session's last stable words they stand, this event's own among them.
    """

    stable: tuple[Word, ...]
    draft: tuple[Word, ...]
    audio_s: float
    is_final: bool = False
    speech: bool = False
    corrected: tuple[Word, ...] | None = None
    corrects: int = 0

    def after(self, words: Sequence[Word]) -> list[Word]:
        """A session's words so far and this event's, as the end has heard them where it heard them once more."""
        told = [*words, *self.stable]
        if self.corrected is None:
            return told
        return [*told[: max(0, len(told) - self.corrects)], *self.corrected]


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is. `total_bytes` is None until the hub has said."""

    model: str
    done_bytes: int
    total_bytes: int | None
    file: str = ""
    notes: tuple[str, ...] = field(default=())
