"""What the files say of a sound that a person asked for: who speaks, under the name the person gave it."""

from pathlib import Path

from engine.audio.files import sndfile
from engine.audio.files.provenance import Provenance
from engine.registry.provenance import made_by
from engine.types import SpeechRequest
from studio.library.jobs.options import BookOptions
from studio.library.voices.dressed import Dressed


def told(who: Dressed, spoken: SpeechRequest) -> Provenance:
    """Of a request, to this speaker."""
    return made_by(who.model, who.asked(spoken), named=who.named if who.named != who.voice else "", kind=who.kind)


def of_book(options: BookOptions) -> Provenance:
    """Of a book's sound, whoever its tags call the narrator; a voice of one's own has its name there alone."""
    named = options.narrator if options.voice_kind else ""
    return made_by(options.model, SpeechRequest("", voice=options.voice), named=named, kind=options.voice_kind)


def of_clip(path: Path, model: str, voice: str) -> Provenance:
    """Of a kept clip: what its own file says; of one that says nothing, what is known of it."""
    return sndfile.told(path) or made_by(model, SpeechRequest("", voice=voice))
