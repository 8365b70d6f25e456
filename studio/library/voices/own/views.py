"""What the doors see of a voice of one's own: frozen values without a path and without a row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.types import Tone


@dataclass(frozen=True, slots=True)
class RecordingView:
    """A recording; times in seconds.

    Attributes:
        id: names it in every call.
        mood: "" is how the voice speaks where no mood is named.
        duration_s: of all of it.
        start_s, end_s: the stretch that models hear.
        text: what is said in that stretch, or "".
        language: BCP 47 tag, or "".
        has_cleaned, uses_cleaned: whether there is a cleaned version, and whether models hear that.
        hints: what may be wrong with it: kind and sentence.
    """

    id: str
    mood: str
    duration_s: float
    start_s: float
    end_s: float
    text: str
    language: str
    has_cleaned: bool
    uses_cleaned: bool
    hints: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What is known of whether the person whose voice it is agrees.

    Attributes:
        state: none, given, declared, designed, revoked or elsewhere.
        at: when that was so, UTC; None where nothing was.
        language: of the sentence that was read.
        sentence: for a person: what the state means.
    """

    state: str
    at: datetime | None
    language: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OwnVoiceView:
    """A voice.

    Attributes:
        id: its row's; programs name it by `voice_` and this.
        owner: whose.
        name: as people call it.
        kind: recorded, designed or blend.
        family, blend: of a blend.
        language: that it speaks unless another is named, or "".
        colour, tags, notes: its owner's.
        tone: what is done to its sound after the model.
        recipe: of a designed one: description, text, language, model, seed.
        shared: whether the studio's other logins may use it.
        imported: whether it came as a file.
        version: goes up with every change.
        created_at: UTC.
        recordings: the one without a mood first.
        consent: see there.
        tuned: "", "both" or "prosody": what of a Kokoro voice was fitted to the recording.
    """

    id: str
    owner: str
    name: str
    kind: str
    family: str
    blend: str
    language: str
    colour: str
    tags: tuple[str, ...]
    notes: str
    tone: Tone
    recipe: dict[str, Any]
    shared: bool
    imported: bool
    version: int
    created_at: datetime
    recordings: tuple[RecordingView, ...]
    consent: ConsentView
    tuned: str
