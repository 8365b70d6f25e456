"""How often a sentence is tried before it is marked as one that cannot be spoken, and how that is said."""

from engine.wording import counted

TRIES = 3

DEATHS = TRIES + 2
"""A sentence over which so many workers died is marked too: a death may have been an accident."""


def after_all_tries() -> str:
    """The end of a sentence: `after three tries`."""
    return f"after {counted(TRIES, 'try')}"
