"""All that decides a segment's samples, besides who speaks it, as plain values to name kept sound by.

Derived, so that nothing can be forgotten: every field of the request and of the segment counts, less those that are
said not to where the two are defined.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from engine.audio.tone import chain
from engine.text.segment import HEARD_WHERE_SET_OF_A_SEGMENT, UNHEARD_OF_A_SEGMENT, TextSegment
from engine.types import HEARD_WHERE_SET, UNHEARD_OF_A_PROMPT, UNHEARD_OF_A_REQUEST, SpeechRequest, VoicePrompt


def of_request(request: SpeechRequest) -> dict[str, Any]:
    """What of a request is heard, as a model's `check` has filled it in: field -> value that JSON can hold."""
    silent = SpeechRequest("")
    unset = {name for name in HEARD_WHERE_SET if getattr(request, name) == getattr(silent, name)}
    heard = _heard(request, UNHEARD_OF_A_REQUEST | unset)
    return heard if "tone" in unset else heard | {"tone_by": chain.VERSION}


def of_segment(segment: TextSegment) -> dict[str, Any]:
    """What of a segment is heard; as `of_request`."""
    unset = {name for name in HEARD_WHERE_SET_OF_A_SEGMENT if not getattr(segment, name)}
    return _heard(segment, UNHEARD_OF_A_SEGMENT | unset)


def of_prompt(prompt: VoicePrompt) -> str:
    """A name for a recording to sound like: another one when anything that is heard of it is another."""
    return hashlib.sha256(repr(sorted(_plain(prompt).items())).encode()).hexdigest()


def named(*parts: str) -> str:
    """One name of several, safe as a file's."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _heard(thing: Any, unheard: Collection[str]) -> dict[str, Any]:
    return {one.name: _plain(getattr(thing, one.name)) for one in fields(thing) if one.name not in unheard}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        held = np.ascontiguousarray(value)
        return [str(held.dtype), list(held.shape), hashlib.sha256(held.tobytes()).hexdigest()]
    if is_dataclass(value) and not isinstance(value, type):
        return _heard(value, UNHEARD_OF_A_PROMPT if isinstance(value, VoicePrompt) else ())
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return value
