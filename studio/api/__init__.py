"""Door 1, programs: one file a protocol."""

from fastapi import APIRouter

from studio.api import clips, jobs, live, models, speech, transcriptions


def build_router() -> APIRouter:
    """Every route of this door."""
    router = APIRouter()
    for door in (speech, models, transcriptions, jobs, clips, live):
        router.include_router(door.router)
    return router
