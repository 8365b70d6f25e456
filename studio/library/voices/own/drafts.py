"""Recordings that came in and of which no voice was made yet: a folder each, which goes after a day. Knows no row."""

import json
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.errors import OptionError
from engine.types import Samples
from studio.library.errors import NotFound
from studio.library.storage import Storage, replacing, storing
from studio.library.tables import new_id
from studio.library.voices.own import judging, sounds

LIFETIME_S = 24 * 3600.0
MOST = 20
"""Of one person; the oldest goes for a new one."""
SHORTEST_S, LONGEST_S = 1.0, 30.0
"""Of the stretch that a model hears."""

Hear = Callable[[Samples, str], "Heard"]
"""(float32 [n] at `sounds.RATE`, a language or "") -> what is said."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser understood; `notice` says why there is no text."""

    text: str = ""
    language: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A recording with what is known of it; times in seconds."""

    id: str
    duration_s: float
    start_s: float
    end_s: float
    text: str = ""
    language: str = ""
    hints: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    notices: list[str] = field(default_factory=list[str])
    peaks: list[float] = field(default_factory=list[float])


def take_in(
    storage: Storage, owner: str, file: Path, language: str, hear: Hear | None, models_dir: Path | None = None
) -> Draft:
    """Keep a recording, choose its best stretch, judge and transcribe that.

    Args:
        storage: where files are.
        owner: whose.
        file: as it came.
        language: that is spoken, or "".
        hear: writes it down; None leaves that out.
        models_dir: where what tells voices apart is kept.

    Raises:
        AudioFormatError: it is no recording of a voice; the sentence says why.
        StorageError: no room on the disk.
    """
    samples = sounds.taken_in(file)
    _make_room(storage.drafts(owner))
    draft_id = new_id()
    folder = storage.drafts(owner) / draft_id
    try:
        sounds.keep(folder / "sound.wav", samples)
        start_s, end_s = judging.best(samples)
        draft = Draft(
            draft_id,
            round(len(samples) / sounds.RATE, 3),
            round(start_s, 3),
            round(end_s, 3),
            language=language,
            hints=_of_channels(file),
            peaks=sounds.peaks(samples),
        )
        draft = _judged(draft, samples, hear, models_dir)
        _write(folder, draft)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return draft


def find(storage: Storage, owner: str, draft_id: str) -> Draft:
    """A draft. Raises NotFound."""
    try:
        kept = json.loads((folder_of(storage, owner, draft_id) / "about.json").read_text(encoding="utf-8"))
        return Draft(**kept)
    except (OSError, ValueError, TypeError) as exc:
        raise NotFound("This recording is no longer there: drafts are kept for a day. Record it again.") from exc


def change(
    storage: Storage,
    owner: str,
    draft_id: str,
    start_s: float,
    end_s: float,
    hear: Hear | None,
    models_dir: Path | None = None,
) -> Draft:
    """Another stretch of the same recording, judged and transcribed anew.

    Raises:
        NotFound: no such draft.
        OptionError: no such stretch.
    """
    draft = find(storage, owner, draft_id)
    start_s, end_s = stretch(start_s, end_s, draft.duration_s)
    folder = folder_of(storage, owner, draft_id)
    draft = replace(draft, start_s=start_s, end_s=end_s, text="", notices=[])
    draft = _judged(draft, sounds.kept(folder / "sound.wav"), hear, models_dir)
    _write(folder, draft)
    return draft


def stretch(start_s: float, end_s: float, duration_s: float) -> tuple[float, float]:
    """A stretch inside a recording.

    Raises:
        OptionError: it lies outside, or is too short or too long for a model.
    """
    start_s, end_s = round(max(0.0, start_s), 3), round(min(end_s, duration_s), 3)
    if not end_s - start_s >= SHORTEST_S:
        raise OptionError(f"Choose a stretch of at least {SHORTEST_S:g} second; 5 to 20 are best.")
    if end_s - start_s > LONGEST_S:
        raise OptionError(f"Choose a stretch of at most {LONGEST_S:g} seconds; 5 to 20 are best.")
    return start_s, end_s


def sound(storage: Storage, owner: str, draft_id: str, cleaned: bool = False) -> Path:
    """The file with a draft's sound, cleaned where that is asked for. Raises NotFound."""
    folder = folder_of(storage, owner, draft_id)
    plain = folder / "sound.wav"
    if not plain.is_file():
        raise NotFound("This recording is no longer there: drafts are kept for a day. Record it again.")
    if not cleaned:
        return plain
    path = folder / "cleaned.wav"
    if not path.is_file():
        sounds.keep(path, judging.cleaned(sounds.kept(plain)))
    return path


def discard(storage: Storage, owner: str, draft_id: str) -> None:
    """Forget a draft."""
    shutil.rmtree(folder_of(storage, owner, draft_id), ignore_errors=True)


def folder_of(storage: Storage, owner: str, draft_id: str) -> Path:
    """Where a draft is. Raises NotFound: a name that was never given."""
    if not (draft_id.isascii() and draft_id.isalnum() and len(draft_id) == 32):
        raise NotFound("There is no such recording.")
    return storage.drafts(owner) / draft_id


def remove_old(folders: Iterable[Path]) -> int:
    """Remove the drafts whose day is over; how many."""
    limit = time.time() - LIFETIME_S
    old = [folder for folder in folders if folder.is_dir() and folder.stat().st_mtime < limit]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _make_room(folder: Path) -> None:
    kept = sorted((one for one in folder.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
    remove_old(kept)
    for one in kept[: max(0, len(kept) - MOST + 1)]:
        shutil.rmtree(one, ignore_errors=True)


def _of_channels(file: Path) -> list[dict[str, Any]]:
    found = sounds.channels_of(file)
    return [] if found is None or len(found[0]) < found[1] else judging.one_sided(*found)


def _judged(draft: Draft, samples: Samples, hear: Hear | None, models_dir: Path | None) -> Draft:
    part = samples[round(draft.start_s * sounds.RATE) : round(draft.end_s * sounds.RATE)]
    # What was found in the channels is not in the one that is kept.
    channels = [hint for hint in draft.hints if hint["kind"] == "one_sided"]
    draft = replace(draft, hints=judging.hints(part, models_dir) + channels)
    if hear is None:
        return draft
    heard = hear(part, draft.language)
    notices = [heard.notice] if heard.notice else []
    return replace(draft, text=heard.text, language=draft.language or heard.language, notices=notices)


def _write(folder: Path, draft: Draft) -> None:
    with storing(), replacing(folder / "about.json") as temporary:
        temporary.write_text(json.dumps(asdict(draft)), encoding="utf-8")
