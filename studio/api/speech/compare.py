"""POST /v1/audio/compare: one text spoken in every way a model has, told as server-sent events while it goes on.

    {"type": "compare.progress", "way", "name", "number", "of", "made", "share"}
    {"type": "compare.take", "way", "name", "audio" (a WAV in base64), "measures"}      one for each way
    {"type": "compare.done", "picture" (a PNG in base64), "remark", "notices"}
    {"type": "error", "error"}

Leaving the connection stops the model.
"""

import base64
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from engine import controls, registry
from engine.audio.files.provenance import Provenance, wav_chunks
from engine.audio.files.wav import header
from engine.audio.pcm import encode_pcm16
from engine.compare import NAMES, Take, measured, picture, remark, takes
from engine.errors import EngineError, TextError
from engine.registry.provenance import made_by
from engine.types import SpeechRequest
from studio.access import Person, StreamSlot
from studio.api import names
from studio.api.asked import Asked
from studio.api.bridge import Cancel, Pump, off_loop
from studio.api.context import ApiContext, Asking, Context
from studio.api.errors import wire
from studio.api.events import MAX_NAME_CHARS, sse
from studio.api.speech.control_field import field_of
from studio.api.speech.speaking import as_kept, own_of
from studio.api.streamed import PumpedResponse

router = APIRouter(tags=["speech"])

MAX_CHARS = 1000
"""A minute of speech: all takes are held in memory, and a whole decode needs it for all of a segment at once."""


class CompareBody(Asked):
    """What to say in every way."""

    text: str
    model: str = Field("", max_length=MAX_NAME_CHARS)
    voice: str = Field("", max_length=MAX_NAME_CHARS)
    seed: int = field_of(controls.SEED, 0)


@router.post("/v1/audio/compare", response_class=Response)
async def compare(request: Request, body: CompareBody, context: Context, asking: Asking) -> Response:
    """Speak a text whole, as a clean stream, as a smooth stream and through a callback."""
    if len(body.text) > MAX_CHARS:
        raise TextError(f"The text has {len(body.text):,} characters and a comparison may have {MAX_CHARS:,}.")
    if not body.text.strip():
        raise TextError("There is nothing to compare: the text is empty.")
    own = own_of(context, asking)
    who = await off_loop(
        partial(names.speaker, context.settings, model=body.model, voice=body.voice, text=body.text, own=own)
    )
    spoken = who.asked(SpeechRequest(body.text, seed=body.seed))
    slot = context.access.limits.open_stream(asking)
    pump = Pump[bytes](_Comparison(context, asking, who.model, spoken, slot), name="compare")
    first = await pump.first_for(request)
    return PumpedResponse(first, pump, "text/event-stream")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The work, on its own thread."""

    context: ApiContext
    asking: Person
    model: str
    spoken: SpeechRequest
    slot: StreamSlot

    def __call__(self, cancel: Cancel) -> Iterator[bytes]:
        with self.slot:
            try:
                yield from map(sse, self._events(cancel))
            except EngineError as exc:
                yield sse({"type": "error", **wire(exc)[1]})

    def _events(self, cancel: Cancel) -> Iterator[dict[str, Any]]:
        request = as_kept(self.context, self.asking, self.model, self.spoken)
        taken: list[Take] = []
        for step in takes(self.context.pool, self.model, request, cancel.closes):
            if cancel.is_set:
                return
            if isinstance(step, Take):
                taken.append(step)
                # The first one is the whole that each is held against.
                row = measured([taken[0], step])[1]
                yield {
                    "type": "compare.take",
                    "way": step.way,
                    "name": NAMES[step.way],
                    "audio": base64.b64encode(_wav(step, made_by(self.model, self.spoken))).decode("ascii"),
                    "measures": asdict(row),
                }
            else:
                yield {
                    "type": "compare.progress",
                    "way": step.way,
                    "name": NAMES[step.way],
                    "number": step.number,
                    "of": step.ways,
                    "made": round(step.made_s, 3),
                    "share": round(step.share, 4),
                }
        yield {
            "type": "compare.done",
            "picture": base64.b64encode(picture(taken)).decode("ascii"),
            "remark": remark(registry.find(self.model, "speak")),
            "notices": list(dict.fromkeys(notice for take in taken for notice in take.notices)),
        }


def _wav(take: Take, told: Provenance) -> bytes:
    samples = encode_pcm16(take.samples)
    return header(take.sample_rate, len(samples), wav_chunks(told)) + samples
