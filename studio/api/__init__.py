"""Door 1, programs: one file a protocol."""

from fastapi import APIRouter

from studio.api import clips, jobs, live, models, speech, stream_socket, transcriptions


def build_router() -> APIRouter:
    """Every route of this door."""
    router = APIRouter()
    for door in (speech, models, transcriptions, jobs, clips, live, stream_socket):
        router.include_router(door.router)
    return router
