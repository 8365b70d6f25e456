"""Writes what docs/protocols.md says of the code: routes, messages with their fields, errors. A test holds it to them.

The prose between the blocks is written by hand and left alone.
Run: python -m tools.protocols
"""

import importlib
import inspect
import json
import pkgutil
import re
import sys
import types
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import studio.api
from studio.api import errors, events
from studio.api.asked import Asked
from studio.api.speech import stream_protocol
from studio.library.jobs.views import FailedSegmentView, JobView, PartView, ResultView

PAPER = Path(__file__).parent.parent / "docs" / "protocols.md"
_BLOCK = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def messages() -> list[type[BaseModel]]:
    """Every message of the programs' door, in the order of files and lines; bases that only lend fields are none."""
    found: list[type[BaseModel]] = []
    for module in sorted(pkgutil.walk_packages(studio.api.__path__, "studio.api."), key=lambda one: one.name):
        loaded = importlib.import_module(module.name)
        mine = [value for value in vars(loaded).values() if getattr(value, "__module__", "") == module.name]
        found += [value for value in mine if inspect.isclass(value) and issubclass(value, BaseModel)]
    lends = ("Fields", "Asked")
    return [one for one in found if not one.__name__.startswith("_") and not one.__name__.endswith(lends)]


def _of_orpheus(message: type[BaseModel]) -> bool:
    return message.__module__ == stream_protocol.__name__


def _of_captions(message: type[BaseModel]) -> bool:
    return message.__module__ == events.__name__ and message.__name__.startswith("Live")


def _of_http(message: type[BaseModel]) -> bool:
    return not _of_orpheus(message) and not _of_captions(message)


def written(paper: str) -> str:
    """The paper with its blocks as the code has them now.

    Raises:
        KeyError: it has a block of a name nobody knows.
    """
    return _BLOCK.sub(lambda match: f"{match[1]}{BLOCKS[match[2]]()}\n{match[3]}", paper)


def _routes() -> str:
    lines = ["| method | address | what it does |", "|---|---|---|"]
    for context in iter_route_contexts(studio.api.build_router().routes):
        endpoint = getattr(context.original_route, "endpoint", None)
        for method in sorted(getattr(context, "methods", None) or ["WS"]):
            lines.append(f"| {method} | `{context.path}` | {_first_line(endpoint)} |")
    return "\n".join(lines)


def _errors() -> str:
    rows = dict.fromkeys((code, status, kind) for _, status, kind, code in errors._STATUSES)  # pyright: ignore[reportPrivateUsage]
    waits = errors.RETRY_AFTER_S
    lines = ["| code | status | type | retry after, s |", "|---|---:|---|---:|"]
    return "\n".join(
        lines + [f"| `{code}` | {status} | {kind} | {waits.get(code, '')} |" for code, status, kind in rows]
    )


def _job() -> str:
    lines: list[str] = []
    for view in (JobView, PartView, FailedSegmentView, ResultView):
        names = ", ".join(f"`{field.name}`" for field in fields(view))
        lines.append(f"* **{view.__name__.removesuffix('View')}**: {names}")
    return "\n".join(lines)


def _told(belongs: Callable[[type[BaseModel]], bool]) -> str:
    return "\n\n".join(_message(message) for message in messages() if belongs(message))


def _message(message: type[BaseModel]) -> str:
    lines = [f"**{message.__name__}**. {_first_paragraph(message)}", "", "| field | kind | default |", "|---|---|---|"]
    lines += [
        f"| {_names(message, name)} | {_kind(field.annotation)} | {_default(field)} |"
        for name, field in _fields_of(message)
    ]
    return "\n".join(lines)


def _names(message: type[BaseModel], name: str) -> str:
    """A field's name, and what else it may be called."""
    others = message.other_names if issubclass(message, Asked) else {}
    return ", ".join(f"`{one}`" for one in (name, *(other for other, known in others.items() if known == name)))


def _fields_of(message: type[BaseModel]) -> Iterable[tuple[str, FieldInfo]]:
    """Its own first, those that are lent to it last."""
    own = message.__annotations__
    return sorted(message.model_fields.items(), key=lambda item: item[0] not in own)


def _kind(annotation: Any) -> str:
    """A type as JSON has it."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{json.dumps(value)}`" for value in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(map(_kind, inner)))
    if origin is list:
        return f"list of {_kind(inner[0])}"
    if origin is tuple:
        return f"[{', '.join(map(_kind, inner))}]"
    if hasattr(annotation, "__metadata__"):
        return _kind(inner[0])
    known = {str: "text", int: "whole number", float: "number", bool: "true or false", types.NoneType: "null"}
    return known.get(annotation) or (f"{annotation.__name__}" if inspect.isclass(annotation) else str(annotation))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    return f"`{json.dumps(value, default=str)}`"


def _first_line(thing: object) -> str:
    return _first_paragraph(thing).split(". ")[0].rstrip(".") + "."


def _first_paragraph(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split()).replace("|", "\\|")


BLOCKS: dict[str, Callable[[], str]] = {
    "routes": _routes,
    "errors": _errors,
    "job": _job,
    "http": lambda: _told(_of_http),
    "orpheus": lambda: _told(_of_orpheus),
    "captions": lambda: _told(_of_captions),
}


def main(paper: Path = PAPER) -> int:
    """Bring the paper up to date."""
    before = paper.read_text(encoding="utf-8")
    after = written(before)
    paper.write_text(after, encoding="utf-8")
    print(f"{paper.name} is {'as it was' if after == before else 'written anew'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
