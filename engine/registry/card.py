"""What is known of a model before it is loaded: a card; and what a folder shows of itself. Knows no model by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from engine.types import Sampling, Voice

Task = Literal["speak", "transcribe", "compare"]

ROOMS: dict[Task, str] = {"speak": "engine.tts", "transcribe": "engine.stt", "compare": "engine.voices"}
DOES: dict[Task, str] = {"speak": "speaks", "transcribe": "listens", "compare": "tells voices apart"}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model before it is loaded.

    Attributes:
        id: a hub id ("hexgrad/Kokoro-82M"), a built-in name ("espeak-ng") or the local folder as it was typed.
        name: what a person reads.
        task: "speak" or "transcribe"; "compare" is a helper's, which no list of models shows.
        family: the module below engine.tts, engine.stt or engine.voices that loads it.
        licence: SPDX id or the publisher's words.
        languages: BCP 47 tags, the default first; () in CARDS asks the family's voices, and is any language where
            it neither speaks nor listens.
        sample_rate: Hz it makes or hears.
        built_in: True when it comes with the installation.
        natural: its files are part of the studio's natural set: made on this machine from data packages, see
            engine.weights.natural.
        files: patterns of the files to download ("voices/*.pt"); exact names where they are known.
        download_bytes: about how much that is, companions included; 0 when built in.
        memory_bytes: about what it takes when loaded.
        tags: emotion tags it can render.
        abilities: what else it can do: "clone", "design", "words" (word times), "live", "batch", "speed", "pitch",
            "codec" (it streams through a codec, and `Chunking` says how), ...
        sampling: how it draws tokens unless it is told; None where it draws none.
        revision: the hub branch, tag or commit to take.
        companions: hub ids of further repositories it needs (a codec); see `engine.weights.companions`.
        companion_files: patterns of what is wanted of them; () is their config.json and weights.
        folder: where the files are, when the id is a local folder.
        voices: whom it can speak as, where the models of its family differ in that; None asks the family.
        signs: what its config.json says besides what tells its family, where the models of its family differ: a folder
            with these is a model like this one.
        slower: how many times slower than its speech it speaks on a processor alone; 0 where that is no matter.
        repository: the hub id of the repository that has its files, where several cards have one; "" is the id.
        within: the folder of the repository that is the model's; `files` are relative to it.
        companion_revision: the branch, tag or commit to take of its companions.
        companions_for_folders: whether a folder of a person's own needs the companions, too.
        package: what must be importable for it to be offered, where its package is not had on every platform.
    """

    id: str
    name: str
    task: Task
    family: str
    licence: str
    languages: tuple[str, ...]
    sample_rate: int
    built_in: bool = False
    natural: bool = False
    files: tuple[str, ...] = ()
    download_bytes: int = 0
    memory_bytes: int = 0
    tags: tuple[str, ...] = ()
    abilities: frozenset[str] = frozenset()
    sampling: Sampling | None = None
    revision: str = "main"
    companions: tuple[str, ...] = ()
    companion_files: tuple[str, ...] = ()
    folder: Path | None = None
    voices: tuple[Voice, ...] | None = None
    signs: tuple[tuple[str, str], ...] = ()
    slower: float = 0.0
    package: str = ""
    repository: str = ""
    within: str = ""
    companion_revision: str = "main"
    companions_for_folders: bool = True

    @property
    def hub_id(self) -> str:
        """The repository on the hub."""
        return self.repository or self.id

    @property
    def remote_files(self) -> tuple[str, ...]:
        """The patterns of `files` in the repository."""
        return tuple(f"{self.within}/{pattern}" for pattern in self.files) if self.within else self.files

    @property
    def module(self) -> str:
        """The family's module, which has `load` (and `voices`, when it speaks)."""
        return f"{ROOMS[self.task]}.{self.family}"

    @property
    def code(self) -> str:
        """The version of the family's code: what an earlier one made of a text is made anew."""
        return str(getattr(import_module(self.module), "VERSION", "1"))


@dataclass(frozen=True, slots=True)
class FolderSigns:
    """What a model's folder shows of itself before any weights are read.

    Attributes:
        config: its config.json; empty where there is none.
        names: the names of the files at its top.
    """

    config: Mapping[str, Any]
    names: frozenset[str]

    @property
    def model_type(self) -> str:
        """What config.json calls the model, or ""."""
        value = self.config.get("model_type")
        return value if isinstance(value, str) else ""


Recognise = Callable[[FolderSigns], bool]
"""Whether a folder is a model of the family."""
