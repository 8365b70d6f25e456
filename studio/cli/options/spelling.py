"""How options may be spelled: with hyphens or underscores, and under the names that other programs have for them.

An option lists its other names where it is declared. Two of its names with two values are refused, for one of the two
would be dropped in silence.
"""

from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from engine.errors import OptionError


def hyphened(name: str) -> str:
    """`streaming_interval` is `streaming-interval`."""
    return name.replace("_", "-")


class OneSpelling(TyperCommand):
    """A command whose options have one value each, by whichever name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As ever, once it is sure what is meant.

        Raises:
            OptionError: two names of an option, and two values.
        """
        refuse_two(self.params, list(args))
        return super().parse_args(ctx, args)


class OneSpellingGroup(TyperGroup):
    """The same for a command with others below it: what stands before the other's name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As ever, once it is sure what is meant. Raises OptionError as `OneSpelling`."""
        below = next((at for at, word in enumerate(args) if word in self.commands), len(args))
        refuse_two(self.params, args[:below])
        return super().parse_args(ctx, args)


def refuse_two(params: Sequence[Any], args: list[str]) -> None:
    """Raises OptionError: two names of an option, and two values. Empties `args`."""
    options = {hyphened(name): option for option in params for name in (*option.opts, *option.secondary_opts)}
    said: dict[str, tuple[str, str]] = {}
    while args and (word := args.pop(0)) != "--":
        name, has_value, value = word.partition("=")
        option: Any = options.get(hyphened(name)) if name.startswith("-") else None
        if option is None or option.multiple:
            continue
        if getattr(option, "is_flag", False):
            value = str(hyphened(name) in map(hyphened, option.opts))
        elif not has_value:
            value = args.pop(0) if args else ""
        before, value_before = said.setdefault(option.name, (name, value))
        if hyphened(before) != hyphened(name) and value_before != value:
            raise OptionError(f"{before} and {name} are the same option: say one of them, not both.")


def one_of(said: dict[str, Any]) -> Any:
    """The one value that was given, of several ways to give it.

    Args:
        said: what a person calls each way -> its value; None, "" and [] are none.

    Raises:
        OptionError: two of them differ.
    """
    given = {name: value for name, value in said.items() if value not in (None, "", [])}
    if len({repr(value) for value in given.values()}) > 1:
        raise OptionError(f"{' and '.join(given)} are two ways to say the same: say one of them, not both.")
    return next(iter(given.values()), None)


def command_of(name: str, function: Any) -> typer.Typer:
    """A function as an application of one command."""
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name, cls=OneSpelling)(function)
    return single
