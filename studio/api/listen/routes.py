"""The files of the page, and what its pickers offer. Knows nothing of sound."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import FileResponse, Response

from engine import registry, weights
from studio.access.headers import script_policy
from studio.api import names
from studio.api.speech.speaking import Speaking, speaking

router = APIRouter(include_in_schema=False)

FOLDER = Path(__file__).resolve().parent
# The page of the studio plays by the same script; a file is shared where an import may not be.
SHARED = FOLDER.parents[1] / "page" / "assets" / "sound"
FILES = {
    "listen.js": (FOLDER, "text/javascript"),
    "listen.css": (FOLDER, "text/css"),
    "picture.js": (FOLDER, "text/javascript"),
    "worklet.js": (FOLDER, "text/javascript"),
    "scheduled_ear.js": (SHARED, "text/javascript"),
}
MAX_VOICES = 400

Application = Annotated[Speaking, Depends(speaking)]


@router.get("/listen")
async def page(request: Request) -> Response:
    """The page itself."""
    policy = script_policy(request.headers.get("host", ""))
    headers = {"content-security-policy": policy, "cache-control": "no-cache"}
    return FileResponse(FOLDER / "listen.html", media_type="text/html", headers=headers)


@router.get("/listen/voices")
def voices(application: Application, model: Annotated[str, Query(max_length=500)] = "") -> dict[str, Any]:
    """The models that are on this machine, and the voices of one of them."""
    settings = application.settings
    card = names.card(names.model_id(model, "speak", settings), "speak", settings)
    known = registry.voices(card.id)
    # A timbre is a choice for the big page: "en-us+f3" can still be typed.
    plain = [voice for voice in known if "+" not in voice.id][:MAX_VOICES]
    here = [one for one in registry.cards("speak") if one.built_in or weights.is_present(one, settings.models_dir)]
    if card.id not in {one.id for one in here}:
        here.append(card)
    return {
        "model": card.id,
        "sample_rate": card.sample_rate,
        "voice": names.speaker(settings, model=card.id).voice or (known[0].id if known else ""),
        "voices": [{"id": voice.id, "name": voice.name} for voice in plain],
        "models": [{"id": one.id, "name": one.name} for one in here],
    }


@router.get("/listen/{name}")
async def file(name: str) -> Response:
    """A script or the stylesheet."""
    if name not in FILES:
        return Response(status_code=404)
    folder, kind = FILES[name]
    return FileResponse(folder / name, media_type=kind, headers={"cache-control": "no-cache"})
