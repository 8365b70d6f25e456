"""A log record as one line of JSON, without a word that a person wrote.

Our own sentences are in the code, and what is put into them is numbers and the names of things; an exception is said by
its kind and its places in the code, never by its own sentence, which may quote a text or a file's name. Of other
people's packages only the sentence in their code is kept. With `in_full` the line has all of it a second time, apart.
"""

import errno
import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import PurePath
from typing import Any, cast

from studio.logs.about import known_now

OURS = ("studio", "workers", "engine")
_PLAIN_SENTENCES = frozenset({"asyncio", "uvicorn.error"})
"""Packages that log without arguments sentences whose first line is always the same."""
_MOST_CHARS = 16_000
"""Of a message or an exception: a line stays readable, and a file does not turn over at one error."""


class Lines(logging.Formatter):
    """A record -> one JSON object on a line."""

    def __init__(self, in_full: bool = False) -> None:
        """Args: in_full: also what people's words were put into it, under `in_full`."""
        super().__init__()
        self._in_full = in_full

    def format(self, record: logging.LogRecord) -> str:
        """One object: time, level, logger, message, place, process; request_id, job_id, part and exception if known."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _clipped(_in_our_words(record) if _is_ours(record) else _in_their_code(record)),
            "place": f"{record.filename}:{record.lineno}",
            "process": record.process,
            **known_now(),
        }
        exc = record.exc_info[1] if record.exc_info else None
        if exc is not None:
            line["exception"] = _clipped(_places_of(exc))
        if self._in_full:
            full = record.getMessage()
            if exc is not None:
                full += "\n" + "".join(traceback.format_exception(exc))
            line["in_full"] = _clipped(full)
        return json.dumps(line, ensure_ascii=False)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _in_our_words(record: logging.LogRecord) -> str:
    args = record.args
    if not args:
        return str(record.msg)
    if isinstance(args, Mapping):
        return str(record.msg) % {name: _named(value) for name, value in args.items()}
    return str(record.msg) % tuple(_named(value) for value in args)


def _in_their_code(record: logging.LogRecord) -> str:
    sentence = str(record.msg).strip().partition("\n")[0]
    if record.args or record.name in _PLAIN_SENTENCES:
        return sentence
    return f"({record.funcName})"  # the sentence may be made of anything


def _named(value: object) -> object:
    """Numbers and names as they are; of anything that may speak for itself only what kind of thing it is."""
    if isinstance(value, Enum):
        return cast(object, value.value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and not isinstance(value, PurePath):
        return value
    return _kind(value) if isinstance(value, BaseException) else _Kind(type(value).__name__)


class _Kind(str):
    def __repr__(self) -> str:
        return str(self)


def _kind(exc: BaseException) -> _Kind:
    if isinstance(exc, OSError) and exc.errno is not None:
        return _Kind(f"{type(exc).__name__} {errno.errorcode.get(exc.errno, exc.errno)}")
    return _Kind(type(exc).__name__)


def _places_of(exc: BaseException) -> str:
    """A traceback without the exceptions' own sentences."""
    told: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = exc
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        told.append("".join(traceback.format_tb(one.__traceback__)) + _kind(one))
        if isinstance(one, BaseExceptionGroup):
            members = cast("tuple[BaseException, ...]", one.exceptions)
            told[-1] += "".join(f"\n| {line}" for member in members for line in _places_of(member).splitlines())
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\ncame from\n".join(told)


def _clipped(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"
