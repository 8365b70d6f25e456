"""Named endpoints for programs that have no button on the page: speech and captions as they come, and what is kept."""

import functools
import logging
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.utils import get_upload_folder

from engine import registry
from engine.audio.files import sndfile
from engine.audio.files.encode import FORMATS, FormatName, write_file
from engine.audio.files.io import read_blocks
from engine.compare import NAMES, Take, measured, remark, takes
from engine.errors import EngineError, OptionError, TextError
from engine.registry.provenance import made_by
from engine.spacing import text_of
from engine.stt import exports
from engine.types import AudioChunk, Pronunciation, SpeechRequest, TranscriptEvent, Word
from studio.access import check_model_name
from studio.access.page.refusals import INSIDE
from studio.library.listening import listener
from studio.library.tables import JobKind
from studio.library.voices import saved
from studio.library.voices.dressed import Dressed, default_speaker, dressed
from studio.library.voices.provenance import told
from studio.library.voices.worn import worn
from studio.library.words import pronunciations
from studio.page.context import PageContext
from studio.page.doorway import SORRY, endpoint, hidden, owner_of
from studio.page.voices import own_voices

log = logging.getLogger(__name__)

WRITTEN: tuple[FormatName, ...] = ("wav", "mp3", "flac", "opus")
COMPARED_CHARS = 1000
P = ParamSpec("P")
T = TypeVar("T")


def build(context: PageContext) -> None:
    """Declare them."""
    _speak(context)
    _captions(context)
    _compare(context)
    _voices(context)
    _transcripts(context)
    _pronunciations(context)


def as_it_comes(handler: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    """A generator whose errors are sentences, wherever in it they are raised."""

    @functools.wraps(handler)
    def safely(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        try:
            yield from handler(*args, **kwargs)
        except EngineError as exc:
            raise gr.Error(str(exc), title=SORRY, print_exception=False) from exc
        except Exception as exc:
            log.exception("the page could not go on with %s", handler.__name__)
            raise gr.Error(INSIDE, title=SORRY, print_exception=False) from exc

    return safely


def _stream_endpoint(handler: Callable[..., Any], inputs: list[Any], outputs: list[Any], api_name: str) -> None:
    gr.Button(visible=False).click(
        as_it_comes(handler), inputs, outputs, api_name=api_name, concurrency_limit=4, show_progress="hidden"
    )


def _who(context: PageContext, owner: str, model: str, voice: str, text: str) -> Dressed:
    if model:
        check_model_name(model, context.settings)
    own = saved.own(context.library.db, owner)
    return dressed(context.settings, model=model, voice=voice, text=text, own=own)


def _worn(context: PageContext, owner: str, who: Dressed, request: SpeechRequest) -> SpeechRequest:
    return worn(context.library.db, context.library.storage, owner, who.model, request)


def _folder() -> Path:
    """A new one inside Gradio's own, which serves it and clears it away."""
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    return folder


def _speak(context: PageContext) -> None:
    """`client.predict("Hello", api_name="/speak")` gives a file; `client.submit` gives what is made before it."""

    def spoken(
        text: str | None, voice: str, speed: Any, model: str, kind: FormatName, owner: str
    ) -> Generator[tuple[Path, AudioChunk]]:
        """Each chunk with sound, and the file that it is in."""
        text = text or ""
        if not isinstance(speed, int | float):
            raise OptionError("The speed is a number; 1 is the voice's own.")
        if len(text) > (most := context.settings.max_speech_chars):
            raise TextError(f"The text has {len(text):,} characters; {most:,} can be spoken at once.")
        who = _who(context, owner, str(model or ""), voice or "", text)
        said = pronunciations.spoken(context.library.db, owner)
        folder, ending = _folder(), FORMATS[kind].extension.lstrip(".")
        request = SpeechRequest(text, speed=speed, pronunciations=said)
        with context.pool.speak(who.model, _worn(context, owner, who, who.asked(request))) as stream:
            for chunk in stream:
                if len(chunk.samples):
                    path = folder / f"piece-{chunk.index:04}.{ending}"
                    write_file(path, [chunk.samples], kind, chunk.sample_rate, made_by=told(who, request))
                    yield path, chunk

    def speak(text: str | None, voice: str, speed: Any, model: str, format: str, request: gr.Request) -> Iterator[str]:
        """Speak a text into a file: wav, mp3, flac or opus. Empty voice and model are the studio's choice for it.

        Whoever iterates gets wav files with what is made, as it is made, and then the whole.
        """
        kind = _format(format)
        pieces: list[Path] = []
        rate = 0
        with closing(spoken(text, voice, speed, model, "wav", owner_of(request))) as made:
            for path, chunk in made:
                pieces.append(path)
                rate = chunk.sample_rate
                yield str(path)
        whole = _folder() / f"speech.{FORMATS[kind].extension.lstrip('.')}"
        write_file(
            whole,
            chain.from_iterable(read_blocks(path, rate) for path in pieces),
            kind,
            rate,
            made_by=sndfile.told(pieces[0]),
        )
        yield str(whole)

    def speak_stream(
        text: str | None, voice: str, speed: Any, model: str, format: str, request: gr.Request
    ) -> Iterator[str]:
        """Speak a text, in pieces as it is made: each a file (wav, mp3, flac, opus) with what comes next."""
        with closing(spoken(text, voice, speed, model, _format(format), owner_of(request))) as made:
            for path, _ in made:
                yield str(path)

    for handler, format in ((speak, "mp3"), (speak_stream, "wav")):
        fields = [
            hidden(gr.Textbox, "Text"),
            hidden(gr.Textbox, "Voice", value=""),
            hidden(gr.Number, "Speed", value=1.0),
            hidden(gr.Textbox, "Model", value=""),
            hidden(gr.Textbox, "Format", value=format),
        ]
        _stream_endpoint(handler, fields, [hidden(gr.File, "Speech")], handler.__name__)


def _format(name: str) -> FormatName:
    kind: FormatName | None = next((known for known in WRITTEN if known == name), None)
    if kind is None:
        raise OptionError(f"There is no format {str(name)[:40]!r}: choose one of {', '.join(WRITTEN)}.")
    return kind


def _captions(context: PageContext) -> None:
    def captions(recording: str | None, model: str, language: str) -> Iterator[dict[str, Any]]:
        """Hear a recording as a microphone is heard: certain words so far and the guess behind them; last the whole."""
        if not recording:
            raise OptionError("There is no recording; send one.")
        if model:
            check_model_name(str(model), context.settings)
        who = listener(context.settings, model=str(model or ""), language=language or "", needs=()).model
        rate = registry.find(who, "transcribe").sample_rate
        told: list[Word] = []
        with context.pool.live(who, (language or "").lower(), rate) as ear:
            for block in read_blocks(Path(recording), rate):
                for event in ear.add_audio(block):
                    told = event.after(told)
                    yield _caption(told, event)
            for event in ear.finish():
                told = event.after(told)
                yield _caption(told, event)

    recording = hidden(gr.File, "Recording")
    model, language = hidden(gr.Textbox, "Model", value=""), hidden(gr.Textbox, "Language", value="")
    _stream_endpoint(captions, [recording, model, language], [hidden(gr.JSON, "Captions")], "captions")


def _caption(told: list[Word], event: TranscriptEvent) -> dict[str, Any]:
    return {
        "text": text_of(told),
        "draft": text_of(event.draft),
        "audio": round(event.audio_s, 3),
        "is_final": event.is_final,
    }


def _compare(context: PageContext) -> None:
    def compare(text: str, model: str, voice: str, seed: Any, request: gr.Request) -> tuple[dict[str, Any], list[str]]:
        """Speak a text in every way its model has; answers with the measures of each, and their sounds as WAV files."""
        text = text or ""
        if not text.strip() or len(text) > COMPARED_CHARS:
            raise TextError(f"A comparison takes a text of 1 to {COMPARED_CHARS:,} characters.")
        owner = owner_of(request)
        who = _who(context, owner, str(model or ""), voice or "", text)
        said = pronunciations.spoken(context.library.db, owner)
        asked = _worn(context, owner, who, who.asked(SpeechRequest(text, seed=int(seed or 0), pronunciations=said)))
        taken = [step for step in takes(context.pool, who.model, asked) if isinstance(step, Take)]
        folder = _folder()
        try:
            paths = [folder / f"{take.way}.wav" for take in taken]
            for path, take in zip(paths, taken, strict=True):
                write_file(path, [take.samples], "wav", take.sample_rate, made_by=made_by(who.model, asked))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        rows = [{"name": NAMES[take.way], **asdict(row)} for take, row in zip(taken, measured(taken), strict=True)]
        told = {"model": who.model, "ways": rows, "remark": remark(registry.find(who.model, "speak"))}
        return told, [str(path) for path in paths]

    text, model = hidden(gr.Textbox, "Text"), hidden(gr.Textbox, "Model", value="")
    voice, seed = hidden(gr.Textbox, "Voice", value=""), hidden(gr.Number, "Seed", value=0)
    files = hidden(gr.File, "Sounds", file_count="multiple")
    endpoint(compare, [text, model, voice, seed], [hidden(gr.JSON, "Measures"), files], "compare")


def _voices(context: PageContext) -> None:
    def voices(model: str, language: str, request: gr.Request) -> list[dict[str, Any]]:
        """The voices of a model, the person's own blends first; "" is whoever speaks here. "en" finds "en-us"."""
        if model:
            check_model_name(str(model), context.settings)
        card = registry.find(str(model or "") or default_speaker(context.settings).model, "speak")
        wanted = (language or "").lower().replace("_", "-")
        own = [
            {"id": kept.value, "name": kept.name, "blend": kept.blend}
            for kept in own_voices(context.library, owner_of(request), card.id)
        ]
        known = [
            asdict(voice)
            for voice in registry.voices(card.id)
            if not wanted or voice.language == wanted or voice.language.startswith(f"{wanted}-")
        ]
        return [{"model": card.id, **one} for one in [*own, *known]]

    model, language = hidden(gr.Textbox, "Model", value=""), hidden(gr.Textbox, "Language", value="")
    endpoint(voices, [model, language], [hidden(gr.JSON, "Voices")], "voices")


def _transcripts(context: PageContext) -> None:
    library = context.library

    def transcripts(request: gr.Request) -> list[dict[str, Any]]:
        """The person's transcripts, made or in the making: what `transcript` takes, and their titles."""
        jobs = library.list_jobs(owner_of(request))
        return [
            {"id": job.id, "title": job.title, "status": str(job.status)}
            for job in jobs
            if job.kind == JobKind.TRANSCRIPTION
        ]

    def transcript(job_id: str, request: gr.Request) -> dict[str, Any]:
        """One transcript with its segments and words, as it is now."""
        view = library.transcript_view(owner_of(request), str(job_id or ""))
        found = view.transcript
        return {
            "id": view.id,
            "title": view.title,
            "is_final": view.is_final,
            "language": found.language,
            "text": found.text,
            "segments": [exports.segment_entry(segment) for segment in found.segments],
        }

    endpoint(transcripts, [], [hidden(gr.JSON, "Transcripts")], "transcripts")
    endpoint(transcript, [hidden(gr.Textbox, "Job id")], [hidden(gr.JSON, "Transcript")], "transcript")


def _pronunciations(context: PageContext) -> None:
    db = context.library.db

    def listed(owner: str) -> list[dict[str, Any]]:
        return [{"id": one.id, "book": one.book, **asdict(one.said)} for one in pronunciations.list_all(db, owner)]

    def kept(request: gr.Request) -> list[dict[str, Any]]:
        """How the person wants words said."""
        return listed(owner_of(request))

    def keep(
        word: str, phonemes: str, respelling: str, language: str, book: str, request: gr.Request
    ) -> list[dict[str, Any]]:
        """Keep how a word is said, in IPA or respelled; answers with all entries."""
        said = Pronunciation(word or "", phonemes or "", respelling or "", language=language or "")
        pronunciations.add(db, owner_of(request), said, book or "")
        return listed(owner_of(request))

    def forget(entry_id: str, request: gr.Request) -> list[dict[str, Any]]:
        """Forget an entry by its id; answers with those that are left."""
        pronunciations.remove(db, owner_of(request), str(entry_id or ""))
        return listed(owner_of(request))

    def text(label: str) -> Any:
        return hidden(gr.Textbox, label, value="")

    endpoint(kept, [], [hidden(gr.JSON, "Pronunciations")], "pronunciations")
    fields = [hidden(gr.Textbox, "Word"), text("Phonemes"), text("Respelling"), text("Language"), text("Book")]
    endpoint(keep, fields, [hidden(gr.JSON, "Pronunciations")], "keep_pronunciation")
    endpoint(forget, [hidden(gr.Textbox, "Entry id")], [hidden(gr.JSON, "Pronunciations")], "forget_pronunciation")
