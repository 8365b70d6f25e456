"""What the files say of a sound that a person asked for: who speaks, under the name the person gave it."""

from pathlib import Path

from engine.audio.files import sndfile
from engine.audio.files.provenance import Provenance, VoiceKind
from engine.registry.provenance import made_by
from engine.types import SpeechRequest
from studio.library.jobs.options import BookOptions
from studio.library.voices.dressed import Dressed


def told(who: Dressed, spoken: SpeechRequest, kind: VoiceKind | None = None) -> Provenance:
    """Of a request, to this speaker; `kind` where the library knows what their voice is."""
    return made_by(who.model, who.asked(spoken), named=who.named if who.named != who.voice else "", kind=kind)


def of_book(options: BookOptions, kind: VoiceKind | None = None) -> Provenance:
    """Of a book's sound, whoever its tags call the narrator; `kind` as in `told`."""
    return made_by(options.model, SpeechRequest("", voice=options.voice), kind=kind)


def of_clip(path: Path, model: str, voice: str) -> Provenance:
    """Of a kept clip: what its own file says; of one that says nothing, what is known of it."""
    return sndfile.told(path) or made_by(model, SpeechRequest("", voice=voice))
