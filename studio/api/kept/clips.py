"""/v1/clips: what was spoken and kept."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import FileResponse, Response

from engine.audio.files.encode import FORMATS, encode_stream
from engine.audio.files.io import probe, read_blocks
from engine.errors import OptionError
from studio.api.bridge import Cancel, Pump, off_loop_for
from studio.api.context import Asking, Context
from studio.api.events import ClipEntry, ClipList, Deleted
from studio.api.kept.downloads import named, title_of
from studio.api.streamed import PumpedResponse
from studio.library.clips.sound import MOST_S, Edit, edited
from studio.library.jobs.views import ClipView
from studio.library.voices.provenance import of_clip

router = APIRouter(tags=["clips"])


@router.get("/v1/clips")
def list_clips(context: Context, asking: Asking, limit: int = Query(50, ge=1, le=500)) -> ClipList:
    """The person's clips, the latest first."""
    return ClipList(data=[_entry(clip) for clip in context.library.list_clips(asking.name, limit)])


@router.get("/v1/clips/{clip_id}")
def get_clip(clip_id: str, context: Context, asking: Asking) -> ClipEntry:
    """One clip."""
    return _entry(context.library.get_clip(asking.name, clip_id))


@router.delete("/v1/clips/{clip_id}")
def delete_clip(clip_id: str, context: Context, asking: Asking) -> Deleted:
    """Remove a clip and its sound."""
    context.library.delete_clip(asking.name, clip_id)
    return Deleted(id=clip_id, object="clip")


def _edit(
    start: float = Query(0.0, ge=0, le=MOST_S, description="Seconds."),
    end: float = Query(0.0, ge=0, le=MOST_S, description="Seconds; 0 is the end."),
    fade_in: float = Query(0.0, ge=0, le=60, description="Seconds."),
    fade_out: float = Query(0.0, ge=0, le=60, description="Seconds."),
    pause: float = Query(0.0, ge=0, le=60, description="Seconds between two clips."),
) -> Edit:
    return Edit(start, end, fade_in, fade_out, pause)


@router.get("/v1/clips/{clip_id}/audio", response_class=Response)
async def clip_audio(
    request: Request,
    clip_id: str,
    context: Context,
    asking: Asking,
    edit: Annotated[Edit, Depends(_edit)],
    format: str = Query("", max_length=10),
    then: Annotated[
        list[str] | None, Query(max_length=50, description="Clips to come after it, in this order.")
    ] = None,
) -> Response:
    """A clip's sound, as it was kept or in another format; cut, faded or joined to others."""
    clip = await off_loop_for(asking.name, context.library.get_clip, asking.name, clip_id)
    others = [await off_loop_for(asking.name, context.library.get_clip, asking.name, other) for other in then or []]
    is_edited = edit != Edit() or bool(others)
    kept = clip.path.suffix.removeprefix(".")
    wanted = format or kept
    if wanted not in FORMATS:
        raise OptionError(f"There is no audio format {wanted!r}: choose one of {', '.join(FORMATS)}.")
    headers = named(f"{title_of(clip.text)}.{FORMATS[wanted].extension.removeprefix('.')}")
    if wanted == kept and not is_edited:
        return FileResponse(clip.path, media_type=FORMATS[wanted].media_type, headers=headers)
    slot = context.access.limits.open_stream(asking)

    def work(_: Cancel) -> Iterator[bytes]:
        with slot:
            if is_edited:
                samples, rate = edited([clip.path, *(other.path for other in others)], edit)
            else:
                rate = probe(clip.path).sample_rate
                samples = read_blocks(clip.path, rate)
            yield from filter(
                None, encode_stream(samples, wanted, rate, made_by=of_clip(clip.path, clip.model, clip.voice))
            )

    pump = Pump[bytes](work, name="clip")
    first = await pump.first_for(request)
    return PumpedResponse(first, pump, FORMATS[wanted].media_type, headers)


def _entry(clip: ClipView) -> ClipEntry:
    return ClipEntry(
        id=clip.id,
        text=clip.text,
        model=clip.model,
        voice=clip.voice,
        speed=clip.speed,
        duration=clip.duration_s,
        created_at=clip.created_at.timestamp(),
    )
