"""POST /v1/audio/compare on a real server."""

import base64
import io
import json
from typing import Any

import httpx
import pytest
import soundfile
from PIL import Image

from tests.studio.api.conftest import Studio


def events_of(studio: Studio, **body: Any) -> list[dict[str, Any]]:
    answer = httpx.post(f"{studio.url}/v1/audio/compare", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line.removeprefix("data: ")) for line in answer.text.split("\n\n") if line]


def test_every_way_is_told_with_its_sound_its_measures_and_a_picture(studio: Studio) -> None:
    events = events_of(studio, text="One, two. Well <gasp> three.", voice="en-gb", seed=3)
    takes = [event for event in events if event["type"] == "compare.take"]
    assert [take["way"] for take in takes] == ["whole", "clean", "callback"]
    for take in takes:
        samples, rate = soundfile.read(io.BytesIO(base64.b64decode(take["audio"])))
        assert (len(samples), rate) == (take["measures"]["samples"], 22050)
        assert take["measures"]["max_difference"] == 0.0
    done = events[-1]
    assert done["type"] == "compare.done"
    assert Image.open(io.BytesIO(base64.b64decode(done["picture"]))).format == "PNG"
    assert "smooth is left out" in done["remark"]
    assert any("<gasp>" in notice for notice in done["notices"])
    shares = [event["share"] for event in events if event["type"] == "compare.progress"]
    assert shares == sorted(shares)


def test_the_words_that_a_person_kept_are_compared_as_they_want_them(studio: Studio) -> None:
    entry = {"word": "Hello", "respelling": "Goodbye"}
    kept = httpx.post(f"{studio.url}/v1/pronunciations", json=entry).json()
    try:
        said = [event["audio"] for event in events_of(studio, text="Hello there.") if "audio" in event]
    finally:
        httpx.delete(f"{studio.url}/v1/pronunciations/{kept['id']}")
    assert said == [event["audio"] for event in events_of(studio, text="Goodbye there.") if "audio" in event]
    assert said != [event["audio"] for event in events_of(studio, text="Hello there.") if "audio" in event]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"text": "a" * 1001}, "1,001"),
        ({"text": "  "}, "nothing"),
        ({"text": "a", "model": "pocketsphinx"}, "listens"),
        ({"text": "a", "seed": -1}, "seed"),
        ({}, "text"),
    ],
)
def test_what_cannot_be_compared_is_refused(studio: Studio, body: dict[str, Any], part: str) -> None:
    answer = httpx.post(f"{studio.url}/v1/audio/compare", json=body)
    assert 400 <= answer.status_code < 500
    assert part in answer.json()["error"]["message"]


def test_an_error_on_the_way_is_the_last_event(studio: Studio) -> None:
    events = events_of(studio, text="Hello.", model="espeak-ng", voice="nobody")
    assert events[-1]["type"] == "error"
    assert "nobody" in events[-1]["error"]["message"]


def test_leaving_stops_the_model(studio: Studio) -> None:
    with httpx.stream("POST", f"{studio.url}/v1/audio/compare", json={"text": "Some words. " * 80}) as answer:
        next(answer.iter_raw())
    assert studio.becomes_idle()
