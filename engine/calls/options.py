"""Keywords of a call: unknown ones are refused with the nearest known name, those that do nothing are told of."""

import sys
import warnings
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import OptionError
from engine.wording import listed


class UnknownKeyword(OptionError, TypeError):
    """A keyword that a call does not take. A TypeError too, as Python's own is."""


class Notice(UserWarning):
    """A sentence about something that was asked for and is done otherwise, or not at all."""


def refuse_unknown(call: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse what is not in `known`, naming the nearest of it.

    Raises:
        UnknownKeyword: with the first of them.
    """
    names = sorted(set(known))
    strange = next((name for name in given if name not in names), None)
    if strange is None:
        return
    near = get_close_matches(strange, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"it takes {listed(names)}."
    raise UnknownKeyword(f"{call} takes no {strange[:40]}; {hint}")


def one_of(options: Mapping[str, Any], *names: str) -> Any:
    """The value that stands under one of several names for the same thing; None where none is given.

    Raises:
        OptionError: two of them disagree.
    """
    given = [name for name in names if options.get(name) not in (None, "")]
    if not given:
        return None
    for name in given[1:]:
        if options[name] != options[given[0]]:
            refuse_both(given[0], options[given[0]], name, options[name])
    return options[given[0]]


def refuse_both(name: str, value: object, other: str, value_of_other: object) -> NoReturn:
    """Two names for the same thing that disagree. Raises OptionError."""
    raise OptionError(
        f"{name} says {_short(value)} and {other} says {_short(value_of_other)}, and they mean the same: give one."
    )


def text(name: str, value: object) -> str:
    """A keyword that is text; None is "".

    Raises:
        OptionError: something else.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OptionError(f"{name} must be text, and {_short(value)} is not.")
    return value


def flag(name: str, value: object) -> bool:
    """A keyword that is true or false.

    Raises:
        OptionError: something else.
    """
    if not isinstance(value, bool):
        raise OptionError(f"{name} must be True or False, and {_short(value)} is neither.")
    return value


def tell(notices: Iterable[str]) -> None:
    """Warn of each once, as of the line of the person's own program."""
    for notice in dict.fromkeys(notices):
        warnings.warn(notice, Notice, stacklevel=_outside())


class Told:
    """The notices of one call: each is warned of once, and stands in one result.

    Args:
        first: those that are known when it begins; warned of at once.
    """

    def __init__(self, first: Iterable[str]) -> None:
        self._waiting = list(first)
        self._told = set(self._waiting)
        tell(self._waiting)

    def new(self, notices: Iterable[str]) -> tuple[str, ...]:
        """Those that were in no result yet, these among them."""
        fresh = [notice for notice in dict.fromkeys(notices) if notice not in self._told]
        tell(fresh)
        self._told.update(fresh)
        waiting, self._waiting = self._waiting, []
        return (*waiting, *fresh)


def _outside() -> int:
    """How many frames up the first one is that is not of these calls, as seen by the caller."""
    here = str(Path(__file__).parent)
    frame, depth = sys._getframe(1), 1  # pyright: ignore[reportPrivateUsage] - as `warnings` itself does
    while frame.f_back is not None and frame.f_code.co_filename.startswith(here):
        frame, depth = frame.f_back, depth + 1
    return depth


def _short(value: object) -> str:
    written = value if isinstance(value, str) else repr(value)
    written = " ".join(written.split())
    return written if len(written) <= 60 else f"{written[:59]}…"
