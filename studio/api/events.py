"""The wire, written once: what comes in and goes out as JSON; OpenAI's names where it is OpenAI's."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import BaseModel, Field, field_validator

from engine import controls
from engine.spacing import gap
from engine.stt.exports import FORMATS, default_formats
from engine.types import PartOfSpeech, Pronunciation, Voice, Word
from studio.api.asked import Asked
from studio.api.speech.control_field import field_of
from studio.api.speech.fields import MAX_NAME_CHARS, Finite, SamplingFields, SpeakingFields
from studio.library.jobs.options import MAX_PROMPT_CHARS, BookFormat, BookOptions, Loudness

SpeechFormat = Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]

MAX_SAID_CHARS = 1000  # the sentence about what is too long is the library's


class VoiceId(Asked):
    """OpenAI's way to name a voice of one's own."""

    id: str = Field(max_length=MAX_NAME_CHARS)


class Said(Asked):
    """What is said how; see `engine.types.Pronunciation`."""

    word: str = Field(max_length=MAX_SAID_CHARS)
    phonemes: str = Field("", max_length=MAX_SAID_CHARS)
    respelling: str = Field("", max_length=MAX_SAID_CHARS)
    match_case: bool = False
    part_of_speech: PartOfSpeech = ""
    language: str = Field("", max_length=35)

    @field_validator("phonemes", "respelling", "part_of_speech", "language", mode="before")
    @classmethod
    def _absent(cls, value: Any) -> Any:
        return "" if value is None else value

    def entry(self) -> Pronunciation:
        """As the engine takes it."""
        return Pronunciation(
            self.word, self.phonemes, self.respelling, self.match_case, self.part_of_speech, self.language
        )


class SpeechBody(SpeakingFields):
    """POST /v1/audio/speech: OpenAI's fields first, then what OpenAI has no word for.

    `pronunciations` go before the person's saved ones.
    """

    other_names: ClassVar[Mapping[str, str]] = {**SpeakingFields.other_names, "text": "input"}

    input: str
    model: str = Field("", max_length=MAX_NAME_CHARS)
    voice: Annotated[str, Field(max_length=MAX_NAME_CHARS)] | VoiceId = ""
    response_format: SpeechFormat = "mp3"
    stream_format: Literal["audio", "sse"] = "audio"
    stream: bool = Field(True, description="Send sound while it is made; false answers when all is there.")
    pronunciations: list[Said] = Field([], max_length=1000)

    @field_validator("model", "instructions", "language", "voice", "book", "ref_audio", "ref_text", mode="before")
    @classmethod
    def _absent(cls, value: Any) -> Any:
        # Clients send null for what they do not set.
        return "" if value is None else value

    @field_validator("stream", "saved_pronunciations", "speed", "pitch", mode="before")
    @classmethod
    def _unsaid(cls, value: Any, info: Any) -> Any:
        return cls.model_fields[info.field_name].get_default() if value is None else value

    @property
    def voice_name(self) -> str:
        """The voice asked for, however it was written."""
        return self.voice if isinstance(self.voice, str) else self.voice.id


class WordTime(BaseModel):
    """A word and when it is spoken or heard; `span` is its place in the text that was sent."""

    text: str
    start: float
    end: float
    span: tuple[int, int] | None = None

    @classmethod
    def of(cls, word: Word) -> "WordTime":
        """From the engine's word."""
        return cls(text=word.text, start=round(word.start_s, 4), end=round(word.end_s, 4), span=word.span)


class SpeechDelta(BaseModel):
    """A piece of speech: the next bytes of the container, in base64, and the words that begin in it.

    `lead` is how many seconds a player that has not begun should still wait so as not to stop in the middle. The last
    one, whose sound may be empty, is `is_final`; `tokens` are those generated so far, 0 for models without.
    """

    type: Literal["speech.audio.delta"] = "speech.audio.delta"
    audio: str
    sample_rate: int
    words: list[WordTime] = []
    notices: list[str] = []
    lead: float = 0.0
    index: int = 0
    is_final: bool = False
    time_to_first_audio: float = 0.0
    tokens: int = 0
    tokens_per_second: float = 0.0


class Usage(BaseModel):
    """OpenAI counts tokens; a voice without tokens has characters in and none out."""

    input_tokens: int
    output_tokens: int
    total_tokens: int


class SpeechDone(BaseModel):
    """The end of a speech; `duration` and `audio_seconds` are seconds of sound, `wall_seconds` are from the request to
    the end.
    """

    type: Literal["speech.audio.done"] = "speech.audio.done"
    usage: Usage
    duration: float
    ttfa: float
    audio_seconds: float
    wall_seconds: float
    clip_id: str | None = None


class VoiceEntry(BaseModel):
    """One voice of a model; of a person's own, `blend` is what it is made of and `saved` what deletes it."""

    id: str
    name: str
    language: str
    gender: str
    grade: str
    blend: str = ""
    saved: str = ""

    @classmethod
    def of(cls, voice: Voice) -> "VoiceEntry":
        """From the engine's voice."""
        return cls(id=voice.id, name=voice.name, language=voice.language, gender=voice.gender, grade=voice.grade)


class VoiceList(BaseModel):
    """GET /v1/audio/voices."""

    object: Literal["list"] = "list"
    model: str
    data: list[VoiceEntry]


class ModelEntry(BaseModel):
    """One model; the first four fields are OpenAI's."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str
    name: str
    task: str
    licence: str
    languages: list[str]
    sample_rate: int
    built_in: bool
    natural: bool
    downloaded: bool
    download_bytes: int
    memory_bytes: int
    tags: list[str]
    abilities: list[str]


class ModelList(BaseModel):
    """GET /v1/models."""

    object: Literal["list"] = "list"
    data: list[ModelEntry]


class Deleted(BaseModel):
    """What was asked to go is gone."""

    id: str
    object: str
    deleted: Literal[True] = True


class ClipEntry(BaseModel):
    """Something that was spoken and kept."""

    id: str
    object: Literal["clip"] = "clip"
    text: str
    model: str
    voice: str
    speed: float
    duration: float
    created_at: float


class ClipList(BaseModel):
    """GET /v1/clips."""

    object: Literal["list"] = "list"
    data: list[ClipEntry]


class BookForm(SamplingFields):
    """The fields of POST /v1/jobs for a book; the file travels beside them."""

    other_names: ClassVar[Mapping[str, str]] = {"lang_code": "language", "instruct": "instructions"}

    text: str = ""
    title: str = Field("", max_length=MAX_NAME_CHARS, description="In place of the one that the document says.")
    model: str = Field("", max_length=MAX_NAME_CHARS)
    voice: str = Field("", max_length=MAX_NAME_CHARS)
    language: str = Field("", max_length=35)
    instructions: str = Field("", max_length=10_000)
    narrator: str = Field("", max_length=MAX_NAME_CHARS)
    speed: Finite = field_of(controls.SPEED)
    pitch: Finite = field_of(controls.PITCH)
    seed: int = field_of(controls.SEED, 0)
    format: BookFormat = "m4b"
    loudness: Loudness = "acx"
    sentence_pause_s: Finite = field_of(controls.SENTENCE_PAUSE)
    paragraph_pause_s: Finite = field_of(controls.PARAGRAPH_PAUSE)
    chapter_pause_s: Finite = field_of(controls.CHAPTER_PAUSE)
    chapters: list[int] | None = Field(None, max_length=100_000)
    speak_titles: bool = True
    silence_for_failed: bool = False
    saved_pronunciations: bool = True
    allow_download: bool = Field(False, description="The model may be downloaded when it is not here.")
    book: str = Field("", max_length=MAX_NAME_CHARS, description="Whose pronunciations hold beside those for all.")

    @field_validator(*SamplingFields.model_fields, mode="before")
    @classmethod
    def _empty(cls, value: Any) -> Any:
        # A form sends a field that nobody filled in as "".
        return None if value == "" else value

    @field_validator("chapters", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        # A form has only texts: "0,2,5" and several fields named alike mean the same.
        parts = value if isinstance(value, list) else [value]
        return [number for part in parts for number in str(part).split(",") if number.strip()] or None

    def options(self, model: str, voice: str, default_chapters: list[int]) -> BookOptions:
        """As the library takes them."""
        others = {
            "text",
            "title",
            "model",
            "voice",
            "chapters",
            "saved_pronunciations",
            "book",
            *SamplingFields.model_fields,
        }
        chosen = self.model_dump(exclude=others)
        chapters = default_chapters if self.chapters is None else self.chapters
        return BookOptions(model=model, voice=voice, chapters=chapters, sampling=self.sampling(), **chosen)


class RecordingForm(Asked):
    """The fields of POST /v1/jobs for a recording."""

    model: str = Field("", max_length=MAX_NAME_CHARS)
    language: str = Field("", max_length=35)
    formats: list[str] = Field(default_factory=lambda: list(default_formats()))
    translate: bool = Field(False, description="Write English, whatever is spoken; for models that can.")
    prompt: str = Field("", max_length=MAX_PROMPT_CHARS, description="Text of the kind that is spoken.")
    hotwords: str = Field("", max_length=MAX_PROMPT_CHARS, description="Rare words to expect, with commas between.")
    allow_download: bool = Field(False, description="The model may be downloaded when it is not here.")

    @field_validator("hotwords", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        return ",".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else value

    @field_validator("formats", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        parts = value if isinstance(value, list) else [value]
        return [name.strip() for part in parts for name in str(part).split(",") if name.strip()]

    @field_validator("formats")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        if not FORMATS.keys() >= set(value):
            raise ValueError(f"each should be one of {', '.join(FORMATS)}")
        return value


class Move(Asked):
    """Which way a job goes in the queue."""

    direction: Literal["up", "down"]


class LiveStart(Asked):
    """The first message of a live transcription; int16 little-endian mono PCM follows in binary messages."""

    model: str = Field("", max_length=MAX_NAME_CHARS)
    language: str = Field("", max_length=35)
    sample_rate: int = Field(16_000, ge=8_000, le=192_000)
    partial_interval_ms: Finite | None = Field(
        None,
        ge=controls.PARTIAL_INTERVAL.low,
        le=controls.PARTIAL_INTERVAL.high,
        description="Sound between two answers about words that may still change; 600 where nothing is said, "
        "and as it comes for those that hear as it comes.",
    )

    # For models that can, which are the Whispers; the others refuse.
    translate: bool = Field(False, description="Write English, whatever is spoken.")
    prompt: str = Field("", max_length=MAX_PROMPT_CHARS, description="Text of the kind that is spoken.")
    hotwords: str = Field("", max_length=MAX_PROMPT_CHARS, description="Rare words to expect, with commas between.")

    # Beyond the common protocol, for clients that want to survive a lost connection.
    resumable: bool = False
    keep: bool = Field(False, description="Keep the sound, so that the session can be saved as a transcript.")
    session: str = Field("", max_length=64, description="Go on with this one.")
    words: int = Field(0, ge=0, le=10**9, description="How many certain words of it the client has.")


class LiveWord(BaseModel):
    """A word of a live transcript; times in seconds of sound since its beginning."""

    text: str
    start: float
    end: float
    confidence: float | None = None
    space_before: bool = Field(True, description="Whether a space stands between the word before and this one.")

    @classmethod
    def row(cls, words: Iterable[Word], before: Word | None = None) -> "list[LiveWord]":
        """From the engine's words, in order; `before` is the one before the first."""
        found: list[LiveWord] = []
        last = before.text if before is not None else ""
        for word in words:
            start, end, space = round(word.start_s, 3), round(word.end_s, 3), gap(last, word.text, word.space_before)
            found.append(
                cls(text=word.text, start=start, end=end, confidence=word.confidence, space_before=bool(space))
            )
            last = word.text
        return found


class LivePartial(BaseModel):
    """What became certain with this message (never taken back), and the present guess for what follows it."""

    type: Literal["partial"] = "partial"
    stable: list[LiveWord]
    draft: list[LiveWord]
    audio: float
    speech: bool


class LiveDelta(BaseModel):
    """The certain words of a message as text, to be appended."""

    type: Literal["delta"] = "delta"
    delta: str


class LiveReady(BaseModel):
    """The first answer. `received` samples of this session need not be sent again; `session` is for coming back;
    `notices` are sentences for the person about who listens.
    """

    status: Literal["ready"] = "ready"
    model: str
    sample_rate: int
    session: str = ""
    received: int = 0
    notices: list[str] = []


class LiveAck(BaseModel):
    """So many samples of a resumable session have arrived and need not be kept any longer."""

    type: Literal["ack"] = "ack"
    received: int


class LiveNotice(BaseModel):
    """A sentence for the person; the session goes on."""

    type: Literal["notice"] = "notice"
    message: str


class LiveSave(Asked):
    """Keep a live session as a transcript."""

    title: str = Field("", max_length=1000)


class LiveError(BaseModel):
    """An error as OpenAI has it; `message` is a sentence for a person."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class LiveFailed(BaseModel):
    """What did not work. The session goes on, unless the socket is closed right after."""

    type: Literal["error"] = "error"
    error: LiveError


class LiveCancelled(BaseModel):
    """The last message where the client has cancelled: nothing more was decided, and nothing is kept."""

    type: Literal["cancelled"] = "cancelled"
    cancelled: Literal[True] = True
    audio: float


class LiveComplete(BaseModel):
    """The last message: the whole text. `corrected` tells that its end was heard once more, and may differ from the
    deltas, which were told before all was known.
    """

    type: Literal["complete"] = "complete"
    text: str
    words: list[LiveWord]
    audio: float
    corrected: bool = False


def sse(event: BaseModel | dict[str, Any], event_id: str | None = None) -> bytes:
    """One server-sent event."""
    text = event.model_dump_json() if isinstance(event, BaseModel) else json.dumps(event, ensure_ascii=False)
    prefix = f"id: {event_id}\n" if event_id else ""
    return f"{prefix}data: {text}\n\n".encode()
