"""Door 1, programs: one file a protocol."""

from fastapi import APIRouter

from studio.api import (
    clips,
    compare,
    jobs,
    listen,
    live,
    models,
    pronunciations,
    speech,
    stream_socket,
    transcriptions,
    transcripts,
    voices,
)


def build_router() -> APIRouter:
    """Every route of this door."""
    router = APIRouter()
    for door in (
        speech,
        compare,
        voices,
        pronunciations,
        models,
        transcriptions,
        jobs,
        transcripts,
        clips,
        live,
        stream_socket,
        listen,
    ):
        router.include_router(door.router)
    return router
