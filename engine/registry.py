"""The models this studio knows: an id leads to a card, a card says what the model is, needs and can do."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model before it is loaded.

    Attributes:
        id: a hub id ("hexgrad/Kokoro-82M"), a built-in name ("espeak-ng") or the local folder as the person typed it.
        name: what a person reads.
        task: "speak" or "transcribe".
        family: the module below engine.tts or engine.stt that loads it.
        licence: SPDX id or the publisher's words.
        languages: BCP 47 tags.
        sample_rate: Hz it makes or hears.
        built_in: True when it comes with the installation.
        files: patterns of the files to download.
        download_bytes: about how much that is; 0 when built in.
        memory_bytes: about what it takes when loaded.
        tags: emotion tags it can render.
        abilities: what else it can do: "clone", "design", "words" (word times), "live", "batch", ...
    """

    id: str
    name: str
    task: Literal["speak", "transcribe"]
    family: str
    licence: str
    languages: tuple[str, ...]
    sample_rate: int
    built_in: bool = False
    files: tuple[str, ...] = ()
    download_bytes: int = 0
    memory_bytes: int = 0
    tags: tuple[str, ...] = ()
    abilities: frozenset[str] = frozenset()


def cards(task: Literal["speak", "transcribe"] | None = None) -> list[ModelCard]:
    """All known cards, built-in first."""
    raise NotImplementedError


def find(model_id: str, task: Literal["speak", "transcribe"] | None = None) -> ModelCard:
    """The card for a hub id, a built-in name or a local folder.

    Raises:
        ModelNotFound: with the nearest known names.
    """
    raise NotImplementedError
