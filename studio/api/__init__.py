"""Door 1, programs: one file a protocol."""

from fastapi import APIRouter

from studio.api import listen, live, models, transcriptions
from studio.api.kept import clips, consents, jobs, own_voices, pronunciations, transcripts, voices
from studio.api.known import routes as known
from studio.api.speech import compare, http, stream_socket


def build_router() -> APIRouter:
    """Every route of this door."""
    router = APIRouter()
    for door in (
        http,
        compare,
        consents,
        voices,
        own_voices,
        pronunciations,
        models,
        transcriptions,
        jobs,
        transcripts,
        clips,
        live,
        stream_socket,
        listen,
        known,
    ):
        router.include_router(door.router)
    return router
