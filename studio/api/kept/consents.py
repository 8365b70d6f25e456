"""/v1/audio/voice_consents: OpenAI's shape of consent, which comes before the voice that is made with it."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from studio.api.asked import Asked
from studio.api.bridge import Cancel, Pump, off_loop_for
from studio.api.context import Asking, Context
from studio.api.events import MAX_NAME_CHARS, Deleted
from studio.api.uploads import FormError, received_form
from studio.library.tables import VoiceConsent
from studio.library.voices.own import consents, hearing, packing

router = APIRouter(prefix="/v1/audio/voice_consents", tags=["voices"])


class ConsentName(Asked):
    """What a consent is called from now on."""

    name: str = Field(max_length=MAX_NAME_CHARS)


@router.post("")
async def take_in(request: Request, context: Context, asking: Asking) -> Response:
    """Keep somebody's consent: `name`, `language`, and `recording`, in which OpenAI's phrase is read."""
    library = context.library
    folder = await off_loop_for(asking.name, library.storage.uploads, asking.name)
    check = hearing.checker(context.pool, context.settings)
    slot = context.access.limits.open_stream(asking)
    with slot:
        async with received_form(request, folder, packing.MAX_FILE_BYTES, file_field="recording") as form:
            name, language = form.text("name"), form.text("language").strip()
            if not name.strip():
                raise FormError("The form lacks `name`; add it.", "name")
            if len(language) > 35:
                raise FormError("`language` is a tag such as en or pt-br.", "language")
            file = form.take_file()

            def work(_: Cancel) -> Iterator[VoiceConsent]:
                try:
                    kept = consents.take_in(library.db, library.storage, asking.name, name, language, file.path, check)
                finally:
                    file.discard()
                yield kept

            kept = await Pump(work, name="consent").first_for(request)
    return JSONResponse(_json(kept))


@router.get("")
def list_all(
    context: Context,
    asking: Asking,
    limit: int = Query(100, ge=1, le=100),
    after: str = Query("", max_length=64),
) -> Response:
    """The person's consents, the latest first; `after` is the last id of the page before."""
    found = [_json(one) for one in consents.loose(context.library.db, asking.name)]
    ids = [one["id"] for one in found]
    rest = found[ids.index(after) + 1 :] if after in ids else found
    page = rest[:limit]
    return JSONResponse(
        {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
            "has_more": len(rest) > len(page),
        }
    )


@router.get("/{consent_id}")
def get(consent_id: str, context: Context, asking: Asking) -> Response:
    """One consent."""
    return JSONResponse(_json(consents.find(context.library.db, asking.name, consent_id)))


@router.post("/{consent_id}")
def rename(consent_id: str, body: ConsentName, context: Context, asking: Asking) -> Response:
    """Call a consent something else."""
    return JSONResponse(_json(consents.rename(context.library.db, asking.name, consent_id, body.name)))


@router.delete("/{consent_id}")
def remove(consent_id: str, context: Context, asking: Asking) -> Deleted:
    """Take a consent back; a voice that was made with it does not speak any more, and its recordings go."""
    library = context.library
    consents.remove(library.db, library.storage, asking.name, consent_id)
    return Deleted(id=consent_id, object="audio.voice_consent")


def _json(kept: VoiceConsent) -> dict[str, Any]:
    return {
        "id": f"cons_{kept.id}",
        "object": "audio.voice_consent",
        "name": kept.name,
        "language": kept.language,
        "created_at": int(kept.created_at.timestamp()),
    }
