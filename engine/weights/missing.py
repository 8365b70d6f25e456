"""The sentence about a model that is not on this machine, and how it is got: said here for every door."""

from engine.registry import ModelCard

NATURAL = "natural"
"""What is asked for to get the natural voice and its recogniser; what is lacking where no Kokoro is here."""


def command(what: str) -> str:
    """What is typed to get it."""
    return f"studio models get {what}"


def gets(what: str, thing: str = "it") -> str:
    """ "`studio models get natural` gets it", to end a sentence with."""
    return f"`{command(what)}` gets {thing}"


ABSENT = "is not on this machine"


def is_missing(name: str) -> str:
    """ "Kokoro 82M is not on this machine", to begin a sentence with."""
    return f"{name} {ABSENT}"


def not_here(card: ModelCard, offline: bool) -> str:
    """The whole sentence about a known model."""
    return f"{is_missing(f'{card.name} ({card.id})')} yet. {how_to_get(card, offline)}"


def how_to_get(card: ModelCard, offline: bool) -> str:
    """What a person does about it.

    Args:
        card: the model.
        offline: whether this studio may not use the network.
    """
    how = "The studio is offline now: allow the network once and get it" if offline else "Get it first"
    return f"{how}, on the Models page or with: {command(card.id)}"
