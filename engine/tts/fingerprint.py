"""All that decides a segment's samples, besides who speaks it, as plain values to name kept sound by.

Derived, so that nothing can be forgotten: every field of the request and of the segment counts, less those that are
said not to where the two are defined.
"""

import hashlib
from collections.abc import Collection
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from engine.text.segment import UNHEARD_OF_A_SEGMENT, TextSegment
from engine.types import UNHEARD_OF_A_REQUEST, SpeechRequest


def of_request(request: SpeechRequest) -> dict[str, Any]:
    """What of a request is heard, as a model's `check` has filled it in: field -> value that JSON can hold."""
    return _heard(request, UNHEARD_OF_A_REQUEST)


def of_segment(segment: TextSegment) -> dict[str, Any]:
    """What of a segment is heard; as `of_request`."""
    return _heard(segment, UNHEARD_OF_A_SEGMENT)


def _heard(thing: Any, unheard: Collection[str]) -> dict[str, Any]:
    return {one.name: _plain(getattr(thing, one.name)) for one in fields(thing) if one.name not in unheard}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        held = np.ascontiguousarray(value)
        return [str(held.dtype), list(held.shape), hashlib.sha256(held.tobytes()).hexdigest()]
    if is_dataclass(value) and not isinstance(value, type):
        return _heard(value, ())
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return value
