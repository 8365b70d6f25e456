"""The further repositories a model needs (a codec, a tokenizer): a card for each, and where a person's own may lie.

A companion is known by the last part of its hub id: "mlx-community/snac_24khz" is "snac_24khz", to the family that
loads it and as a subfolder of a model in a folder of a person's own.
"""

from dataclasses import replace

from engine.registry import ModelCard

COMPANION_FILES = ("config.json", "*.safetensors")


def short_name(companion: str) -> str:
    """What a family and a person's own folder call a companion: the last part of its hub id."""
    return companion.rsplit("/", 1)[-1]


def companion_cards(card: ModelCard) -> tuple[ModelCard, ...]:
    """A card for each companion of a model, in the order of the card; its name tells a person who needs it.

    A model in a folder of a person's own may have its companion inside: that card has the subfolder as its folder.
    """
    return tuple(_companion(card, companion) for companion in card.companions)


def _companion(card: ModelCard, companion: str) -> ModelCard:
    own = card.folder / short_name(companion) if card.folder is not None else None
    return replace(
        card,
        id=companion,
        name=f"{short_name(companion)} (needed by {card.name})",
        built_in=False,
        natural=False,
        files=card.companion_files or COMPANION_FILES,
        download_bytes=0,
        memory_bytes=0,
        revision=card.companion_revision,
        repository=companion if card.repository else "",
        within="",
        companions=(),
        companion_files=(),
        folder=own if own is not None and own.is_dir() else None,
    )
