"""Voices designed in words: three candidates of three seeds, kept for a day; one of them becomes a recording.

From then on it speaks through a model that clones, so that it stays the voice that was chosen.
"""

import json
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from engine.errors import GenerationError, OptionError
from engine.types import Samples
from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.storage import Storage, replacing, storing
from studio.library.tables import ConsentState, VoiceKind, VoiceRecording, new_id
from studio.library.voices.own import consents, drafts, rows, sounds
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.views import OwnVoiceView

MAX_DESCRIPTION_CHARS, MAX_TEXT_CHARS = 2000, 400
CANDIDATES = 3
MAX_SEED = 2**31 - 1

_CAPITALISED = r"[^\W\d_a-z][^\W\d_]*[’'\w-]*"
_FULL_NAME = re.compile(rf"\b{_CAPITALISED}(?:\s+(?:(?:de|da|di|van|von|der|bin|al|del|la|le)\s+)?{_CAPITALISED})+")
_LIKE_A_NAME = re.compile(
    rf"(?i:\b(?:like|voice\s+of|as|sounds?\s+like|imitat\w+|impression\s+of|clone\s+of|wie|stimme\s+von|comme|"
    rf"voix\s+de|como|voz\s+de|come|voce\s+di))\s+(?:(?i:the|a|an|actor|actress|singer|president|mr|mrs|ms|dr)\.?\s+)*"
    rf"({_CAPITALISED})"
)
_NO_NAMES_WRITTEN = """
    english american british scottish irish welsh australian canadian indian african european asian german french
    spanish italian portuguese brazilian mexican russian polish dutch swedish norwegian danish finnish greek
    turkish arabic chinese mandarin cantonese japanese korean hindi hebrew ukrainian czech hungarian romanian
    latin southern northern western eastern midwestern mid-atlantic received pronunciation general new york london
    boston texas texan california scotland ireland england america britain australia bbc npr asmr tv fm radio ai
    uk us usa rp i christmas santa claus father mother god shakespearean victorian edwardian gothic hollywood
    broadway disney north south east west coast old young male female man woman boy girl child person narrator
    speaker voice the a an monday sunday
"""
_NO_NAMES = frozenset(_NO_NAMES_WRITTEN.split())
"""Words with a capital that are nobody's name."""

NAMES_SOMEBODY = (
    "A description may not name a person (“{name}”): describe the sound instead, such as age, pitch, pace and manner."
)

Speak = Callable[[int], tuple[Samples, int]]
"""A seed -> float32 [n] mono and Hz."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes a designed voice again."""

    description: str
    text: str
    language: str
    model: str
    seed: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of three. Attributes: n: 1, 2, 3.  seed: of this one."""

    n: int
    seed: int


@dataclass(frozen=True, slots=True)
class Design:
    """Three candidates."""

    id: str
    candidates: tuple[Candidate, ...]


def checked(description: str, text: str) -> tuple[str, str]:
    """A description and the sentence to hear, as they are used.

    Raises:
        OptionError: too long, empty, or somebody's name in it.
    """
    description, text = " ".join(description.split()), " ".join(text.split())
    if not description:
        raise OptionError("Describe the voice: age, pitch, pace, manner.")
    if len(description) > MAX_DESCRIPTION_CHARS:
        raise OptionError(
            f"The description has {len(description):,} letters; {MAX_DESCRIPTION_CHARS:,} are the most there can be."
        )
    if name := name_in(description):
        raise OptionError(NAMES_SOMEBODY.format(name=name[:60]))
    if not text:
        raise OptionError("Give a sentence to hear the voice say.")
    if len(text) > MAX_TEXT_CHARS:
        raise OptionError(f"The sentence to hear has at most {MAX_TEXT_CHARS} letters.")
    return description, text


def name_in(description: str) -> str:
    """A person's name in a description, or "".

    A plain rule: two words with capitals one after the other, or one behind "like" and "voice of", that are no words
    of languages, places and the like. A capital at a sentence's beginning alone is none.
    """
    for found in _FULL_NAME.finditer(description):
        words = [word for word in found[0].split() if not _is_no_name(word)]
        at_start = not description[: found.start()].rstrip() or description[: found.start()].rstrip()[-1] in ".!?:;"
        if at_start and words and words[0] == found[0].split()[0] and len(words) == 1:
            continue
        if len(words) > 1:
            return found[0]
    for found in _LIKE_A_NAME.finditer(description):
        if not _is_no_name(found[1]):
            return found[1]
    return ""


def make(storage: Storage, owner: str, recipe: Recipe, speak: Speak, seeds: tuple[int, ...] = ()) -> Design:
    """Three candidates; each is written as soon as it is spoken.

    Args:
        storage: where they are kept for a day.
        owner: whose.
        recipe: what they are made of; its seed is the first one's.
        speak: speaks the recipe's text with a seed.
        seeds: of the three; drawn from the recipe's where none are given.

    Raises:
        GenerationError: the model gave no sound.
        EngineError: as `speak`.
    """
    seeds = seeds or seeds_from(recipe.seed)
    design_id = new_id()
    folder = storage.drafts(owner) / design_id
    try:
        for n, seed in enumerate(seeds, 1):
            samples, rate = speak(seed)
            if len(samples) < drafts.SHORTEST_S * rate:
                raise GenerationError("The model made hardly any sound of this description. Try other words.")
            sounds.keep(folder / f"{n}.wav", _at_rate(samples, rate))
        with storing(), replacing(folder / "design.json") as temporary:
            temporary.write_text(json.dumps({"recipe": asdict(recipe), "seeds": list(seeds)}), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Design(design_id, tuple(Candidate(n, seed) for n, seed in enumerate(seeds, 1)))


def seeds_from(seed: int) -> tuple[int, ...]:
    """Three seeds, the given one first; the same three for the same one."""
    drawn = random.Random(seed)
    return (seed, *(drawn.randrange(MAX_SEED) for _ in range(CANDIDATES - 1)))


def sound(storage: Storage, owner: str, design_id: str, n: int) -> Path:
    """The file with a candidate's sound. Raises NotFound."""
    path = drafts.folder_of(storage, owner, design_id) / f"{n}.wav"
    if not path.is_file():
        raise NotFound("This candidate is no longer there: candidates are kept for a day. Design the voice again.")
    return path


def keep(db: Engine, storage: Storage, owner: str, design_id: str, n: int, name: str) -> OwnVoiceView:
    """Keep one candidate as a voice: its sound becomes its recording, and what made it is kept.

    Raises:
        NotFound: no such candidate.
        OptionError: a name that cannot be used.
        StorageError: no room on the disk.
    """
    place = sound(storage, owner, design_id, n)
    try:
        told = json.loads((place.parent / "design.json").read_text(encoding="utf-8"))
        recipe = replace(Recipe(**told["recipe"]), seed=int(told["seeds"][n - 1]))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as exc:
        raise NotFound("This candidate is no longer there; design the voice again.") from exc
    duration_s = round(len(sounds.kept(place)) / sounds.RATE, 3)
    row = rows.new_row(owner, name, VoiceKind.DESIGNED, language=recipe.language, recipe=asdict(recipe))
    recording = VoiceRecording(
        id=new_id(),
        voice_id=row.id,
        duration_s=duration_s,
        end_s=min(duration_s, drafts.LONGEST_S),
        text=recipe.text,
        language=recipe.language,
    )
    try:
        with session(db, write=True) as opened:
            rows.add(opened, row)
            kept = VoiceFolder.of(storage, row.id).recording(recording.id)
            kept.parent.mkdir(parents=True, exist_ok=True)
            with storing():
                shutil.copyfile(place, kept)
            opened.add(recording)
            consents.note(opened, row, ConsentState.DESIGNED)
            return rows.views(opened, [row])[0]
    except BaseException:
        storage.delete_voice(row.id)
        raise


def _is_no_name(word: str) -> bool:
    plain = word.strip("’'-.,").casefold().removesuffix("'s").removesuffix("’s")
    return plain in _NO_NAMES or all(part in _NO_NAMES for part in plain.split("-"))


def _at_rate(samples: Samples, rate: int) -> Samples:
    import numpy as np

    from engine.audio.resample import StreamingResampler

    if rate == sounds.RATE:
        return samples
    resampler = StreamingResampler(rate, sounds.RATE)
    return np.concatenate([resampler.feed(samples), resampler.finish()])
