"""Nothing that a program sends is ignored in silence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.errors import OptionError
from engine.types import Chunking
from studio.api.asked import Asked
from studio.api.errors import invalid_sentence
from studio.api.events import BookForm, LiveStart, RecordingForm, SpeechBody
from studio.api.speech.stream_protocol import StreamStart, parse

DOORS: dict[type[Asked], dict[str, Any]] = {
    SpeechBody: {"input": "Hello."},
    StreamStart: {"type": "start_orpheus_stream", "text": "Hello."},
    BookForm: {},
    RecordingForm: {},
    LiveStart: {},
}
AT_EVERY_DOOR = pytest.mark.parametrize("door", DOORS, ids=lambda one: one.__name__)


def refused(door: type[Asked], **sent: Any) -> tuple[str, str | None]:
    with pytest.raises(ValidationError) as caught:
        door.model_validate(DOORS[door] | sent)
    return invalid_sentence(caught.value.errors())


@AT_EVERY_DOOR
def test_a_field_that_nobody_knows_is_refused_with_the_nearest(door: type[Asked]) -> None:
    assert refused(door, langauge="en") == ("There is no field `langauge` here; did you mean `language`?", "langauge")
    assert refused(door, zzzzz=1) == ("There is no field `zzzzz` here; leave it out.", "zzzzz")
    sentence, param = refused(door, **{"x" * 500: 1})
    assert len(sentence) < 120
    assert param == "x" * 40


@AT_EVERY_DOOR
@given(st.dictionaries(st.text(max_size=20), st.none() | st.booleans() | st.integers() | st.text(), min_size=1))
def test_whatever_it_is_called(door: type[Asked], sent: dict[str, Any]) -> None:
    strange = {name: value for name, value in sent.items() if name not in {*door.model_fields, *door.other_names}}
    if strange:
        sentence, param = refused(door, **strange)
        assert sentence.startswith("There is no field `")
        assert param in strange


@pytest.mark.parametrize("door", [SpeechBody, StreamStart])
@pytest.mark.parametrize(
    ("theirs", "value", "ours"),
    [
        ("lang_code", "en-gb", "language"),
        ("instruct", "softly", "instructions"),
        ("chunk_tokens", 14, "streaming_chunk_tokens"),
    ],
)
def test_names_that_other_libraries_use_are_taken(door: type[Asked], theirs: str, value: Any, ours: str) -> None:
    assert getattr(door.model_validate(DOORS[door] | {theirs: value}), ours) == value
    assert getattr(door.model_validate(DOORS[door] | {theirs: value, ours: value}), ours) == value
    assert getattr(door.model_validate(DOORS[door] | {theirs: value, ours: None}), ours) == value
    assert getattr(door.model_validate(DOORS[door] | {ours: value, theirs: None}), ours) == value
    sentence, _ = refused(door, **{ours: value, theirs: 7 * value if isinstance(value, int) else "x"})
    assert sentence == f"`{ours}` and `{theirs}` say different things; give one of them."


@pytest.mark.parametrize("door", [SpeechBody, StreamStart])
def test_a_recording_to_sound_like_is_not_answered_in_another_voice(door: type[Asked]) -> None:
    for name in ("ref_audio", "ref_text"):
        assert refused(door, **{name: "clip.wav"})[0].endswith(f"leave `{name}` out.")


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ({}, Chunking()),
        ({"output_chunk_duration_ms": 150}, Chunking(streaming_interval=0.15)),
        (
            {"output_chunk_duration_ms": 150, "chunk_tokens": 35},
            Chunking(streaming_interval=0.15, streaming_chunk_tokens=35),
        ),
        ({"output_chunk_duration_ms": 150, "respect_source_boundaries": True}, Chunking()),
        ({"output_chunk_duration_ms": 150, "streaming_interval": 0.15}, Chunking(streaming_interval=0.15)),
        ({"respect_source_boundaries": None, "mode": None, "lookback": None}, Chunking()),
    ],
)
def test_a_length_in_milliseconds_is_an_interval(sent: dict[str, Any], wanted: Chunking) -> None:
    for door, least in ((SpeechBody, DOORS[SpeechBody]), (StreamStart, DOORS[StreamStart])):
        assert door.model_validate(least | sent).chunking() == wanted  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "sent",
    [
        {"output_chunk_duration_ms": 150, "streaming_interval": 0.2},
        {"respect_source_boundaries": True, "streaming_interval": 0.2},
    ],
)
def test_two_lengths_are_one_too_many(sent: dict[str, Any]) -> None:
    assert "give one of them" in refused(SpeechBody, **sent)[0]


@pytest.mark.parametrize("value", [0, 9.9, 120_001, float("nan"), "x", True, []])
def test_a_length_has_bounds(value: Any) -> None:
    assert refused(StreamStart, output_chunk_duration_ms=value)[1] == "output_chunk_duration_ms"


def test_a_socket_says_it_too() -> None:
    with pytest.raises(OptionError, match="did you mean `temperature`"):
        parse('{"type": "start_orpheus_stream", "text": "x", "temprature": 1}')
