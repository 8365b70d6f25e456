"""Which languages and timbres espeak-ng ships, read from its data files. The library itself is not needed for this."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

from engine.errors import VoiceError
from engine.tts.espeak.process import data_folder
from engine.types import Voice

DEFAULT_VOICE = "en-us"


@dataclass(frozen=True, slots=True)
class Language:
    """A language or dialect.

    Attributes:
        tag: BCP 47, lower case; also the id of its voice.
        name: "English (America)"; never holds ", ", which parts it from a timbre's name.
        file: its path below the folder of languages.
        aliases: (priority, tag): further tags it answers to, a low priority before a high one.
    """

    tag: str
    name: str
    file: str
    aliases: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """What the library loads for a voice.

    Attributes:
        language: path below its folder of languages ("gmw/en-US").
        timbre: name of a file of timbres ("f3"), or "".
    """

    language: str
    timbre: str = ""


@dataclass(frozen=True, slots=True)
class Timbre:
    """A variant: a timbre that any language can be spoken in."""

    file: str
    name: str
    gender: Literal["female", "male", ""]


def voices() -> list[Voice]:
    """Every language, and every language in every timbre; US English first, then by name.

    Some fifteen thousand: narrow them by language before showing them.
    """
    return list(_voices())


def languages() -> tuple[Language, ...]:
    """Every language and dialect, US English first, then by name."""
    return tuple(_languages().values())


def timbres() -> tuple[Timbre, ...]:
    """Every timbre: the numbered female and male ones first."""
    return tuple(_timbres().values())


def find(voice_id: str) -> tuple[Voice, VoiceFile]:
    """The voice with this id ("en-us", "en-us+f3"), or one of its other tags ("fr" for "fr-fr").

    Raises:
        VoiceError: there is none, with the nearest ones there are.
    """
    base, plus, variant = voice_id.partition("+")
    language = _by_tag().get(base.strip().lower().replace("_", "-"))
    if language is None:
        raise VoiceError(f"There is no voice called “{_short(voice_id)}”. {_nearest(base)}")
    if not plus:
        return _plain(language), VoiceFile(language.file)
    timbre = _timbres().get(variant.strip().casefold())
    if timbre is None:
        raise VoiceError(f"There is no timbre called “{_short(variant)}”. {_nearest_timbre(variant, language.tag)}")
    return _in_timbre(language, timbre), VoiceFile(language.file, timbre.file)


def for_language(tag: str) -> Voice:
    """The plain voice that speaks a language best: the tag itself, else its more general forms ("de-at" → "de").

    Raises:
        VoiceError: nobody speaks it.
    """
    wanted = tag.strip().lower().replace("_", "-")
    parts = wanted.split("-")
    for length in range(len(parts), 0, -1):
        language = _by_tag().get("-".join(parts[:length]))
        if language is not None:
            return _plain(language)
    raise VoiceError(f"No built-in voice speaks “{_short(tag)}”. {_nearest(parts[0])}")


def speaks(voice: Voice, tag: str) -> bool:
    """Whether a voice's language is the one a tag means, of whatever region: "en-us" speaks "en-gb"."""
    wanted = _by_tag().get(tag.strip().lower().replace("_", "-").partition("-")[0])
    tags = {voice.language, *(alias for _, alias in _languages()[voice.language].aliases)}
    primary = {known.partition("-")[0] for known in tags}
    meant = {tag.strip().lower().replace("_", "-").partition("-")[0]}
    return bool(primary & (meant | ({wanted.tag.partition("-")[0]} if wanted else set())))


@cache
def _voices() -> tuple[Voice, ...]:
    found: list[Voice] = []
    for language in _languages().values():
        found.append(_plain(language))
        found.extend(_in_timbre(language, timbre) for timbre in _timbres().values())
    return tuple(found)


def _plain(language: Language) -> Voice:
    return Voice(language.tag, language.name, language.tag)


def _in_timbre(language: Language, timbre: Timbre) -> Voice:
    return Voice(f"{language.tag}+{timbre.file}", f"{language.name}, {timbre.name}", language.tag, timbre.gender)


@cache
def _languages() -> dict[str, Language]:
    folder = data_folder() / "lang"
    found: dict[str, Language] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        lines = _attributes(path)
        tags = [(_priority(value), value.split()[0].lower()) for key, value in lines if key == "language" and value]
        if not tags or not _has_dictionary(tags[0][1], lines):
            continue
        file = path.relative_to(folder).as_posix()
        tag = tags[0][1] if tags[0][1] not in found else path.name.lower()
        name = next((value for key, value in lines if key == "name"), tag)
        found[tag] = Language(tag, _readable(name), file, tuple(tags[1:]))
    ordered = sorted(found.values(), key=lambda language: (language.tag != DEFAULT_VOICE, language.name.casefold()))
    return {language.tag: language for language in ordered}


@cache
def _by_tag() -> dict[str, Language]:
    """Languages by their own tag, and where nobody owns a tag, by the alias of the best priority."""
    named = dict(_languages())
    aliases = [(priority, alias, language) for language in named.values() for priority, alias in language.aliases]
    for _, alias, language in sorted(aliases, key=lambda entry: entry[0]):
        named.setdefault(alias, language)
    return named


@cache
def _timbres() -> dict[str, Timbre]:
    folder = data_folder() / "voices" / "!v"
    found = [_timbre(path) for path in folder.iterdir() if path.is_file()]
    numbered = re.compile(r"[fm]\d+")
    found.sort(key=lambda timbre: (not numbered.fullmatch(timbre.file), timbre.file.casefold()))
    return {timbre.file.casefold(): timbre for timbre in found}


def _has_dictionary(tag: str, lines: list[tuple[str, str]]) -> bool:
    """Some languages are listed and not shipped: without a dictionary a voice says nothing."""
    name = next((value for key, value in lines if key == "dictionary"), tag.partition("-")[0])
    return (data_folder() / f"{name.split()[0]}_dict").is_file()


def _timbre(path: Path) -> Timbre:
    lines = _attributes(path)
    name = next((value for key, value in lines if key == "name"), path.name).replace("_", " ")
    words = next((value for key, value in lines if key == "gender"), "").lower().split()
    gender = "female" if words[:1] == ["female"] else "male" if words[:1] == ["male"] else ""
    # "female3" reads better as two words; names of people keep their capital.
    return Timbre(path.name, re.sub(r"(?<=[a-z])(?=\d)", " ", _readable(name)), gender)


def _attributes(path: Path) -> list[tuple[str, str]]:
    """(keyword, value) of each line of a voice file."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.split("//")[0].strip().partition(" ") for line in lines)
    return [(key, value.strip()) for key, _, value in pairs if key and not key.startswith("#")]


def _priority(value: str) -> int:
    words = value.split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 5  # the library's own default


def _readable(name: str) -> str:
    return name.strip().replace(", ", "; ")


def _nearest(base: str) -> str:
    close = get_close_matches(base.lower(), list(_by_tag()), n=3, cutoff=0.5)
    by_name = [language.tag for language in _languages().values() if base and base.lower() in language.name.lower()]
    names = list(dict.fromkeys([*by_name[:3], *close]))[:3]
    return f"Did you mean {' or '.join(names)}?" if names else "See the list of voices for what there is."


def _nearest_timbre(variant: str, tag: str) -> str:
    names = {timbre.file.casefold(): timbre.file for timbre in _timbres().values()}
    close = get_close_matches(variant.casefold(), list(names), n=3, cutoff=0.4) or ["f3", "m3"]
    return f"Try {' or '.join(f'{tag}+{names.get(name, name)}' for name in close)}."


def _short(text: str, limit: int = 60) -> str:
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
