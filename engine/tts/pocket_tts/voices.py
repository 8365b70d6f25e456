"""The voices that come along, by name. Their states are read by `ready`.

Who they are, and under which licence each was given: kyutai/tts-voices.
"""

from pathlib import Path
from typing import Literal

from engine.errors import WeightsError
from engine.tts.pocket_tts.releases import BY_NAME, RELEASES, Release, of_folder
from engine.types import Voice

ENGLISH: tuple[tuple[str, Literal["female", "male"]], ...] = (
    ("alba", "female"),
    ("marius", "male"),
    ("javert", "male"),
    ("jean", "male"),
    ("fantine", "female"),
    ("cosette", "female"),
    ("eponine", "female"),
    ("azelma", "female"),
)
"""Of the first release; further ones lie in the repository, and are spoken by whoever puts them beside these."""

GENDERS: dict[str, Literal["female", "male"]] = {
    **dict(ENGLISH),
    "estelle": "female",
    "juergen": "male",
    "giovanni": "male",
    "lola": "female",
    "rafael": "male",
    "daan": "male",
}

CLONE = "clone"
"""What the family says of a voice that is none of these: a recording's."""


def names(release: Release) -> tuple[str, ...]:
    """Of the ready voices that are fetched for a release, the default first."""
    return tuple(name for name, _ in ENGLISH) if release.language == "en" else (release.voice,)


def voice(name: str, release: Release) -> Voice:
    """A ready voice."""
    return Voice(name, name.replace("_", " ").title(), release.language, GENDERS.get(name, ""))


def voices() -> list[Voice]:
    """Of the newest release."""
    return [voice(name, RELEASES[0]) for name in names(RELEASES[0])]


def voices_of(model_id: str, folder: Path | None) -> list[Voice]:
    """Of one model: those that are fetched for it, or those that lie in a folder of a person's own."""
    if folder is None:
        release = BY_NAME[model_id.rsplit("/", 1)[-1]]
        return [voice(name, release) for name in names(release)]
    try:
        release = of_folder(folder)
    except WeightsError:
        return []
    return listed(release, sorted(path.stem for path in embeddings(folder)))


def embeddings(folder: Path) -> list[Path]:
    """The files of ready voices in a folder."""
    return [path for path in (folder / "embeddings").glob("*.safetensors") if path.is_file()]


def listed(release: Release, found: list[str]) -> list[Voice]:
    """Voices by their names, the release's own default first, then those that come along in their order."""
    order = {name: at for at, name in enumerate((release.voice, *names(release)))}
    return [voice(name, release) for name in sorted(found, key=lambda name: (order.get(name, len(order)), name))]
