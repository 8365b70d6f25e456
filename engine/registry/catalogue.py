"""Cards, and the ways to them: by id, by task, by a folder on disk. Knows nothing of downloads or of memory."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from engine.errors import ModelNotFound, OptionError, VoiceError
from engine.registry.card import DOES, FolderSigns, ModelCard, Recognise, Task
from engine.types import Voice
from engine.wording import listed

BLEND = "blend"
"""The ability to speak with several voices at once."""

CONFIG_MAX_BYTES = 4 * 1024**2
MEMORY_PER_FILE_BYTE = 1.25  # what a loaded model takes beyond its files: activations and caches
WEIGHT_SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")


class Catalogue:
    """Cards, and the ways to them. The studio has one; a test may make its own."""

    def __init__(
        self,
        entries: Sequence[ModelCard],
        recognisers: Mapping[tuple[Task, str], Recognise] | None = None,
        helpers: Sequence[ModelCard] = (),
    ) -> None:
        self._entries = tuple(entries)
        self._helpers = tuple(helpers)
        self._recognisers = dict(recognisers or {})

    def cards(self, task: Task | None = None) -> list[ModelCard]:
        """All cards whose family and package are there: built-in ones first, then the natural set."""
        found = [self._completed(card) for card in self._entries if task in (None, card.task) and _is_offered(card)]
        return sorted(found, key=lambda card: (not card.built_in, not card.natural))

    def natural_set(self) -> list[ModelCard]:
        """What is got together as the natural set: models, then the helpers that no list of models shows."""
        return [card for card in (*self.cards(), *self._helpers) if card.natural]

    def find(self, model_id: str, task: Task | None = None) -> ModelCard:
        """The card for a hub id, a built-in name or a local folder.

        Raises:
            ModelNotFound: no such model, or not one for `task`.
        """
        wanted = model_id.strip()
        if not wanted:
            raise ModelNotFound("No model was named. See the list of models for what there is.")
        known = (*self.cards(), *self._helpers)
        card = next((card for card in known if card.id.casefold() == wanted.casefold()), None)
        if card is None:
            card = self._from_folder(wanted)
        if card is None:
            self._refuse_absent(wanted)
            raise ModelNotFound(f"There is no model called “{_short(wanted)}”. {self._nearest(wanted, task)}")
        if task not in (None, card.task):
            others = ", ".join(other.id for other in self.cards(task)) or "none yet"
            verb = "speak" if task == "speak" else "transcribe"
            raise ModelNotFound(f"{card.name} {DOES[card.task]}; it cannot {verb}. Models that can: {others}.")
        return card

    def voices(self, model_id: str) -> list[Voice]:
        """All voices of a model, without loading it; none for a model that listens."""
        card = self.find(model_id)
        if card.task != "speak":
            return []
        if card.voices is not None:
            return list(card.voices)
        module = import_module(card.module)
        voices_of = getattr(module, "voices_of", None)  # where a family's models have not all the same
        return list(module.voices() if voices_of is None else voices_of(card.id, card.folder))

    def shares(self, model_id: str, voice: str) -> Mapping[str, float]:
        """The model's voices that a voice is made of, and their shares, which sum to 1; itself where it is no blend.

        Raises:
            ModelNotFound: as `find`.
            VoiceError: it cannot be read as a voice.
        """
        card = self.find(model_id)
        return import_module(card.module).parse(voice).shares if BLEND in card.abilities else {voice: 1.0}

    def blend(self, model_id: str, wanted: str) -> str:
        """A blend in its one spelling.

        Raises:
            ModelNotFound: as `find`.
            OptionError: the model cannot blend.
            VoiceError: this is no blend, or not of its voices.
        """
        card = self.find(model_id)
        if BLEND not in card.abilities:
            able = dict.fromkeys(one.name.partition(" ")[0] for one in self.cards("speak") if BLEND in one.abilities)
            raise OptionError(f"{card.name} cannot blend voices. {listed(able, 'or')} can.")
        blend = import_module(card.module).parse(wanted)
        known = {voice.id for voice in self.voices(model_id)}
        if strange := next((voice for voice in blend.shares if voice not in known), ""):
            raise VoiceError(f"“{strange[:40]}” is no voice of {card.name}, so it cannot be blended.")
        return blend.spelled

    def _completed(self, card: ModelCard) -> ModelCard:
        return card if card.languages else replace(card, languages=_languages(card.module))

    def _refuse_absent(self, wanted: str) -> None:
        """Say of a model that is known, and whose package this machine lacks, why it is not offered."""
        for card in self._entries:
            if card.id.casefold() == wanted.casefold() and card.package and not _exists(card.package):
                python = ".".join(map(str, sys.version_info[:2]))
                raise ModelNotFound(
                    f"{card.name} is not part of this installation: there may be no package of it for Python {python} "
                    f"on this machine. Choose another model that {DOES[card.task]}."
                )

    def _nearest(self, wanted: str, task: Task | None) -> str:
        ids = {card.id.casefold(): card.id for card in self.cards(task)}
        # A hub id is often remembered without its publisher.
        ids |= {name.rsplit("/", 1)[-1]: full for name, full in ids.items()}
        close = get_close_matches(wanted.casefold(), list(ids), n=3, cutoff=0.5)
        names = list(dict.fromkeys(ids[name] for name in close))
        if names:
            return f"Did you mean {' or '.join(names)}?"
        return f"Known models: {', '.join(dict.fromkeys(ids.values())) or 'none'}."

    def _from_folder(self, typed: str) -> ModelCard | None:
        """The card of a local folder, named as the person typed it; None where there is no such folder."""
        if "\0" in typed or len(typed) > 4096:
            return None
        try:
            folder = Path(typed).expanduser()
            if not folder.is_dir():
                return None
            signs, weight_bytes = _look_at(folder)
        except (OSError, RuntimeError):  # no permission, a loop of links, or a "~name" without a home
            return None
        for (task, family), recognise in self._recognisers.items():
            if not recognise(signs):
                continue
            kin = [card for card in self.cards(task) if card.family == family]
            if kin:
                like = [card for card in kin if all(signs.config.get(name) == says for name, says in card.signs)]
                template = next((card for card in like if not card.built_in and not card.natural), kin[0])
                return replace(
                    template,
                    id=typed,
                    name=folder.name or template.name,
                    built_in=False,
                    natural=False,
                    download_bytes=0,
                    memory_bytes=round(weight_bytes * MEMORY_PER_FILE_BYTE) or template.memory_bytes,
                    folder=folder.absolute(),
                    companions=template.companions if template.companions_for_folders else (),
                    repository="",
                    within="",
                )
        about = (
            f"its config.json says “{_short(signs.model_type)}”"
            if signs.model_type
            else "its files are of no kind known here"
        )
        families = ", ".join(sorted({family for _, family in self._recognisers})) or "no model from a folder yet"
        raise ModelNotFound(
            f"The folder {_short(typed)} is not a model this studio can run: {about}. It can run {families}."
        )


def _is_offered(card: ModelCard) -> bool:
    return _exists(card.module) and (not card.package or _exists(card.package))


@cache
def _exists(module: str) -> bool:
    return find_spec(module) is not None


@cache
def _languages(module: str) -> tuple[str, ...]:
    voices = cast("list[Voice]", import_module(module).voices())
    return tuple(dict.fromkeys(voice.language for voice in voices))


def _look_at(folder: Path) -> tuple[FolderSigns, int]:
    files = [entry for entry in folder.iterdir() if entry.is_file()]
    weight_bytes = sum(entry.stat().st_size for entry in files if entry.suffix in WEIGHT_SUFFIXES)
    return FolderSigns(_config(folder / "config.json"), frozenset(entry.name for entry in files)), weight_bytes


def _config(path: Path) -> dict[str, Any]:
    """A config.json, or {} where none can be read: the family will say what is wrong with it."""
    try:
        if path.stat().st_size > CONFIG_MAX_BYTES:
            return {}
        config: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", config) if isinstance(config, dict) else {}


def _short(text: str, limit: int = 80) -> str:
    """What a person typed, fit for a sentence: one line, of bounded length."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
