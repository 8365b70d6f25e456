"""POST /tts, GET /audio/{filename}, POST /play, /stop and /open_output_folder: a small server's addresses.

What is spoken is kept as a clip of the person; its filename is the clip's id. What is heard or seen on the machine
itself is only for whoever sits at it.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine import controls
from engine.audio.files.encode import FORMATS
from engine.errors import DeviceError, OptionError, TextError
from engine.types import SpeechRequest
from studio.access import Person
from studio.access.at_the_machine import SCOPE_KEY as HERE_KEY
from studio.access.careful_json import parsed, worth
from studio.access.errors import Forbidden, Refusal, Unreadable
from studio.api import names
from studio.api.asked import Asked
from studio.api.bridge import Cancel, Pump, off_loop, off_loop_for
from studio.api.context import ApiContext, Asking, Context
from studio.api.errors import invalid_sentence
from studio.api.events import MAX_NAME_CHARS
from studio.api.kept.clips import clip_audio
from studio.api.known import folder_window
from studio.api.speech.clip_recorder import ClipRecorder
from studio.api.speech.control_field import field_of
from studio.api.speech.fields import Finite
from studio.api.speech.speaking import as_kept, own_of
from studio.library.clips.sound import Edit
from studio.library.errors import NotFound, StorageError
from studio.library.voices.provenance import told
from studio.settings import OWNER

router = APIRouter(tags=["speech"])
B = TypeVar("B", bound=BaseModel)
KEPT_AS = "flac"


class CannotHere(Refusal):
    """This machine has nothing that does it."""

    status = 501
    code = "not_possible_here"


class TtsBody(Asked):
    """POST /tts, as a form or as JSON. No voice is the studio's own choice: af_heart where Kokoro is here."""

    text: str
    voice: str = Field("", max_length=MAX_NAME_CHARS)
    speed: Finite = field_of(controls.SPEED)
    model: str = Field("", max_length=MAX_NAME_CHARS)
    language: str = Field("", max_length=35)


class TtsDone(BaseModel):
    """What was spoken: GET /audio/{filename} has it, and /v1/clips lists it."""

    filename: str
    duration: float
    model: str
    voice: str
    notices: list[str] = []


class PlayBody(Asked):
    """POST /play; no filename is the latest clip."""

    filename: str = Field("", max_length=100)


class Playing(BaseModel):
    """What the machine does now; `output` names what plays."""

    status: str
    filename: str = ""
    output: str = ""


class Opened(BaseModel):
    """The folder that was opened."""

    status: str = "opened"
    folder: str


@router.post("/tts")
async def tts(request: Request, context: Context, asking: Asking) -> TtsDone:
    """Speak a text, keep it as a clip, and say what its file is called."""
    body = await _body(request, TtsBody)
    if not body.text.strip():
        raise TextError("There is no text to speak.")
    context.access.limits.check_speech_text(body.text)
    own = own_of(context, asking)
    choose = partial(
        names.speaker, context.settings, model=body.model, voice=body.voice, language=body.language, text=body.text,
        own=own,
    )  # fmt: skip
    who = await off_loop(choose)
    spoken = SpeechRequest(text=body.text, speed=body.speed)
    slot = context.access.limits.open_stream(asking)

    def work(cancel: Cancel) -> Iterator[TtsDone]:
        recorder = ClipRecorder(
            context.library, asking.name, who.model, replace(spoken, voice=who.named), told(who, spoken)
        )
        notices: dict[str, None] = {}
        duration_s = 0.0
        with slot:
            stream = cancel.closes(
                context.pool.speak(who.model, as_kept(context, asking, who.model, who.asked(spoken)))
            )
            try:
                for chunk in stream:
                    recorder.add(chunk)
                    notices.update(dict.fromkeys(chunk.notices))
                    duration_s += chunk.duration_s
            except BaseException:
                recorder.drop()
                raise
            finally:
                stream.close()
            clip = recorder.finish()
        if clip is None:
            raise StorageError("The speech could not be kept; make room on the disk and try again.")
        yield TtsDone(
            filename=f"{clip}.{KEPT_AS}", duration=round(duration_s, 4), model=who.model, voice=who.named,
            notices=list(notices),
        )  # fmt: skip

    return await Pump[TtsDone](work, name="tts").first_for(request)


@router.get("/audio/{filename}", response_class=Response)
async def audio(request: Request, filename: str, context: Context, asking: Asking) -> Response:
    """The sound of one's own clip; another ending than that of the filename gives another format."""
    clip, ending = _parted(filename)
    return await clip_audio(request, clip, context, asking, Edit(), ending, None)


@router.post("/play")
async def play(request: Request, context: Context, asking: Asking) -> Playing:
    """Play a clip on this machine's loudspeaker, in place of what it plays; only for whoever sits at it."""
    _check_here(request, context, asking)
    body = await _body(request, PlayBody)
    if body.filename:
        clip = await off_loop_for(asking.name, context.library.get_clip, asking.name, _parted(body.filename)[0])
    else:
        latest = await off_loop_for(asking.name, context.library.list_clips, asking.name, 1)
        if not latest:
            raise NotFound("Nothing was spoken yet, so there is nothing to play.")
        clip = latest[0]
    try:
        output = await off_loop(context.loudspeaker.play, clip.path)
    except DeviceError as exc:
        raise CannotHere(str(exc)) from exc
    return Playing(status="playing", filename=f"{clip.id}.{KEPT_AS}", output=output)


@router.post("/stop")
async def stop(request: Request, context: Context, asking: Asking) -> Playing:
    """Silence this machine's loudspeaker; only for whoever sits at it."""
    _check_here(request, context, asking)
    has_played = await off_loop(context.loudspeaker.stop)
    return Playing(status="stopped" if has_played else "silent")


@router.post("/open_output_folder")
async def open_output_folder(request: Request, context: Context, asking: Asking) -> Opened:
    """Show the folder of one's clips on this machine's desktop; only for whoever sits at it."""
    _check_here(request, context, asking)
    folder = await off_loop(context.library.storage.clips, asking.name)
    try:
        await off_loop(folder_window.show, folder)
    except DeviceError as exc:
        raise CannotHere(str(exc)) from exc
    return Opened(folder=str(folder))


def _check_here(request: Request, context: ApiContext, asking: Person) -> None:
    """Raises:
    Forbidden: not from this machine itself, or not its owner.
    """
    if not request.scope.get(HERE_KEY):
        raise Forbidden("Only a program on the studio's own machine may do that, and straight, through no proxy.")
    if asking.name not in (OWNER, context.settings.keeper):
        raise Forbidden("Only the owner of this studio may do that.")


def _parted(filename: str) -> tuple[str, str]:
    """A clip's id and its ending.

    Raises:
        NotFound: no such name was ever given.
    """
    name, _, ending = filename.rpartition(".")
    if not name or ending not in FORMATS:
        raise NotFound("There is no such sound; /tts says what it is called.")
    return name, ending


async def _body(request: Request, kind: type[B]) -> B:
    """A form or JSON; nothing at all is an empty form.

    Raises:
        OptionError: it lacks a field, has one that nobody knows, or one that cannot be used.
        Unreadable: neither.
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    values: Any
    if sent in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            async with request.form(max_files=0, max_fields=20) as form:
                values = {name: value for name, value in form.items() if isinstance(value, str)}
        except HTTPException as exc:
            raise Unreadable("The form cannot be read; send its fields as text, and no file.") from exc
    else:
        raw = await request.body()
        values = parsed(raw, worth(raw)) if raw else {}
    try:
        return kind.model_validate(values)
    except ValidationError as exc:
        raise OptionError(invalid_sentence(exc.errors(include_url=False))[0]) from exc
