"""/v1/clips: what was spoken and kept."""

from collections.abc import Iterator

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response

from engine.audio.encode import FORMATS, encode_stream
from engine.audio.io import probe, read_blocks
from engine.errors import OptionError
from studio.api.bridge import Cancel, Pump, off_loop_for
from studio.api.context import Asking, Context
from studio.api.downloads import named, title_of
from studio.api.events import ClipEntry, ClipList, Deleted
from studio.api.streamed import PumpedResponse
from studio.library.views import ClipView

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


@router.get("/v1/clips/{clip_id}/audio", response_class=Response)
async def clip_audio(
    request: Request, clip_id: str, context: Context, asking: Asking, format: str = Query("", max_length=10)
) -> Response:
    """A clip's sound, as it was kept or in another format."""
    clip = await off_loop_for(asking.name, context.library.get_clip, asking.name, clip_id)
    kept = clip.path.suffix.removeprefix(".")
    wanted = format or kept
    if wanted not in FORMATS:
        raise OptionError(f"There is no audio format {wanted!r}: choose one of {', '.join(FORMATS)}.")
    headers = named(f"{title_of(clip.text)}.{FORMATS[wanted].extension.removeprefix('.')}")
    if wanted == kept:
        return FileResponse(clip.path, media_type=FORMATS[wanted].media_type, headers=headers)
    slot = context.access.limits.open_stream(asking)

    def work(_: Cancel) -> Iterator[bytes]:
        with slot:
            rate = probe(clip.path).sample_rate
            yield from filter(None, encode_stream(read_blocks(clip.path, rate), wanted, rate))

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
