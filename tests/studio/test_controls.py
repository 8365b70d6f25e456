"""What can be turned is declared once, and every door says the same of it."""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import controls
from engine.controls import Control
from engine.errors import OptionError
from engine.types import Sampling, SpeechRequest, Tone
from studio.api.events import BookForm, SpeechBody
from studio.api.speech.stream_protocol import StreamStart
from studio.library.jobs.options import BookOptions

DOCS = Path(__file__).parents[2] / "docs" / "controls.md"


@pytest.mark.parametrize("control", controls.ALL, ids=lambda one: one.name)
def test_the_bounds_are_allowed_and_what_lies_beyond_is_not(control: Control) -> None:
    for value in (control.low, control.high, control.default):
        if value is not None:
            control.check(value)
    beyond = 1 if control.is_whole else 1e-6
    for value in (
        control.low - beyond,
        control.high * (1 + 1e-9) + beyond,
        math.nan,
        math.inf,
        10**400,
        -(10**400),
        "1",
        True,
        [1],
    ):
        with pytest.raises(OptionError, match=control.label.lower()):
            control.check(value)


@given(st.floats())
def test_a_whole_number_is_whole(value: float) -> None:
    with pytest.raises(OptionError, match="whole number"):
        controls.TOP_K.check(value)


def test_every_number_of_a_request_is_a_control_with_its_default() -> None:
    told = {one.name: one.default for one in controls.ALL}
    for kind in (SpeechRequest, BookOptions):
        numbers = {one.name: one.default for one in fields(kind) if isinstance(one.default, float)}
        assert numbers == {name: told[name] for name in numbers}, kind
    assert [one.name for one in fields(Sampling)] == [one.name for one in controls.SAMPLING]
    assert [(one.name, one.default) for one in fields(Tone)] == [(one.name, one.default) for one in controls.TONE]


@pytest.mark.parametrize("door", [SpeechBody, BookForm, StreamStart], ids=lambda one: one.__name__)
def test_every_door_has_the_same_bounds(door: Any) -> None:
    said = door.model_json_schema()["properties"]
    for control in controls.ALL:
        if control.name not in said:
            absent = controls.STREAMING_INTERVAL if door is BookForm else controls.CHAPTER_PAUSE
            assert control in (absent, controls.PARTIAL_INTERVAL, *controls.TONE)  # a tone is a part of a voice
            continue
        bounds = [one for one in said[control.name].get("anyOf", [said[control.name]]) if "minimum" in one]
        assert [(one["minimum"], one["maximum"]) for one in bounds] == [(control.low, control.high)], control.name


def test_the_docs_tell_of_each() -> None:
    rows = [line.split("|")[1:-1] for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {cells[0].strip().strip("`"): [cell.strip() for cell in cells[1:]] for cells in rows}
    default = {one.name: "the model's own" if one.default is None else f"{one.default:g}" for one in controls.ALL}
    assert told == {one.name: [one.label, one.range, default[one.name], one.help] for one in controls.ALL}
