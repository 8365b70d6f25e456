"""Whose turn it is: people are served one after the other, a part at a time, whoever came first and with however much.

Pure: rows and queue are told elsewhere. What a person moved up or down changes that person's own line alone.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")

_NEVER = datetime.min.replace(tzinfo=UTC)


def in_turns(lines: Mapping[str, Sequence[T]], last_served: Mapping[str, datetime]) -> list[T]:
    """All that waits, in the order in which it is to be begun.

    Args:
        lines: what each person waits for, the first to be begun first. The order of the people decides between those
            who were served at the same moment, or never.
        last_served: when work was last begun for a person; whoever waits longest is next.

    Returns:
        One of each person, then a second one of each, and so on: between two of one person stands at most one of
        every other, and nobody waits for more than one of every other.
    """
    people = sorted(lines, key=lambda person: last_served.get(person, _NEVER))
    longest = max(map(len, lines.values()), default=0)
    waiting = [lines[person] for person in people]
    in_order: list[T] = []
    for turn in range(longest):
        waiting = [line for line in waiting if turn < len(line)]
        in_order += [line[turn] for line in waiting]
    return in_order
