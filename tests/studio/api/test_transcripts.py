"""A transcript through the API: read, changed, heard, exported, by its owner alone."""

import io
import json
import wave
import zipfile
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from engine.types import Segment, Transcript, Word
from studio.library.jobs.options import TranscriptionOptions

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)
SAID = ("hello there world", "how are you", "very well thanks")


def recording(folder: Path, ending: str = "wav", seconds: float = 9.0) -> Path:
    path = folder / f"sound.{ending}"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((np.sin(np.arange(round(16000 * seconds)) / 20) * 3000).astype("<i2").tobytes())
    return path


def spoken(text: str, start_s: float) -> Segment:
    words = tuple(Word(word, start_s + n * 0.5, start_s + n * 0.5 + 0.4, 0.8) for n, word in enumerate(text.split()))
    return Segment(text, words[0].start_s, words[-1].end_s, words, 0.8)


@pytest.fixture
def kept(studio: Studio, tmp_path: Path) -> str:
    """The address of a finished transcript."""
    transcript = Transcript(tuple(spoken(text, n * 3.0) for n, text in enumerate(SAID)), "en", 9.0, "pocketsphinx")
    view = studio.context.library.keep_transcript(
        "local", "My <talk>.wav", recording(tmp_path), transcript, TranscriptionOptions()
    )
    return f"{studio.url}/v1/transcripts/{view.id}"


def change(
    address: str, version: int, start: int, remove: int, *segments: dict[str, Any], **more: Any
) -> httpx.Response:
    body = {"version": version, "start": start, "remove": remove, "segments": list(segments), **more}
    return HTTP.patch(address, json=body)


def test_what_was_kept_is_a_finished_job_with_sound_and_results(studio: Studio, kept: str) -> None:
    job = HTTP.get(kept.replace("transcripts", "jobs")).json()
    assert (job["status"], job["kind"], job["title"]) == ("done", "transcription", "My <talk>.wav")
    assert {result["kind"] for result in job["results"]} == {"txt", "srt", "vtt", "json"}
    whole = HTTP.get(kept).json()
    assert [segment["text"] for segment in whole["segments"]] == list(SAID)
    assert (whole["version"], whole["is_final"], whole["count"], whole["duration_s"]) == (0, True, 3, 9.0)
    assert [segment["text"] for segment in HTTP.get(kept, params={"from": 2}).json()["segments"]] == [SAID[2]]
    assert HTTP.get(kept, params={"from": 99}).json()["segments"] == []


def test_a_change_keeps_times_and_counts_versions(kept: str) -> None:
    first = HTTP.get(kept).json()["segments"][0]
    answer = change(kept, 0, 0, 1, {**first, "text": "hello dear world"}, title="A talk")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["title"]) == (1, "A talk")
    words = answer.json()["segments"][0]["words"]
    assert [(word["text"], word["start_s"]) for word in words] == [("hello", 0.0), ("dear", 0.5), ("world", 1.0)]
    assert words[1]["confidence"] is None
    whole = HTTP.get(kept).json()
    assert whole["segments"][0]["text"] == "hello dear world"
    assert whole["segments"][1:] == [*whole["segments"][1:]]
    assert (whole["version"], whole["title"]) == (1, "A talk")


def test_words_carry_their_spaces_and_a_change_keeps_them(kept: str) -> None:
    heard = [("It", None), ("is", True), ("$3.50", True), ("用", True), ("Python", False)]
    words = [
        {"text": text, "start_s": n, "end_s": n + 0.9} | ({} if space is None else {"space_before": space})
        for n, (text, space) in enumerate(heard)
    ]
    segment = {"text": "It is $3.50 用Python", "start_s": 0, "end_s": 5, "words": words}
    assert change(kept, 0, 0, 3, segment).status_code == 200
    told = HTTP.get(kept).json()["segments"][0]
    assert [(word["text"], word.get("space_before")) for word in told["words"]] == heard
    assert change(kept, 1, 0, 1, {**told, "text": "It was $3.50 用Python"}).status_code == 200
    told = HTTP.get(kept).json()["segments"][0]
    assert [word.get("space_before") for word in told["words"]] == [space for _, space in heard]
    assert HTTP.get(f"{kept}/export", params={"format": "txt"}).text == "It was $3.50 用Python\n"


def test_two_tabs_cannot_lose_each_others_work(kept: str) -> None:
    first = HTTP.get(kept).json()["segments"][0]
    assert change(kept, 0, 0, 1, {**first, "text": "mine"}).status_code == 200
    late = change(kept, 0, 0, 1, {**first, "text": "yours"})
    assert late.status_code == 409
    assert late.json()["error"]["code"] == "conflict"
    assert "another tab" in late.json()["error"]["message"]
    assert HTTP.get(kept).json()["segments"][0]["text"] == "mine"
    whole = HTTP.get(kept).json()
    put = HTTP.put(kept, json={"version": 1, "segments": whole["segments"][1:]})
    assert (put.status_code, put.json()["count"], put.json()["version"]) == (200, 2, 2)


@pytest.mark.parametrize(
    "body",
    [
        {"version": 0, "start": 2, "remove": 5},
        {"version": 0, "start": 0, "remove": 1, "segments": [{"text": "x", "start_s": 5, "end_s": 1}]},
        {"version": 0, "start": 0, "remove": 1, "segments": [{"text": "x", "start_s": -1, "end_s": 1}]},
        {"version": 0, "start": 0, "remove": 1, "segments": [{"text": "x", "start_s": 0, "end_s": 1e12}]},
        {"version": 0, "start": 0, "remove": 1, "segments": [{"text": "x", "start_s": 8, "end_s": 9}]},
        {"version": 0, "start": 0, "remove": 1, "segments": [{"text": 7, "start_s": 8, "end_s": 9}]},
        {"version": 0, "start": 0, "remove": 1, "segments": [{"text": "x" * 60_000, "start_s": 0, "end_s": 1}]},
        {"version": -1}, {"version": "x"}, {"version": 1e400}, [], None,
    ],
)  # fmt: skip
def test_a_change_that_fits_nothing_is_refused_and_changes_nothing(kept: str, body: Any) -> None:
    text = json.dumps(body)
    answer = HTTP.patch(kept, content=text, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]
    assert HTTP.get(kept).json()["version"] == 0


def test_hostile_text_is_kept_as_text(kept: str) -> None:
    odd = {"text": "a\u0000b </script> =1+1", "start_s": 0, "end_s": 1, "speaker": "  Ada\n\u0000 "}
    body = json.dumps({"version": 0, "start": 0, "remove": 1, "segments": [odd]})
    answer = HTTP.patch(kept, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    segment = HTTP.get(kept).json()["segments"][0]
    assert segment["text"] == "ab </script> =1+1"
    assert segment["speaker"] == "Ada"


def test_a_confidence_beyond_all_bounds_leaves_the_transcript_readable(kept: str) -> None:
    words = [
        {"text": text, "start_s": n, "end_s": n + 1, "confidence": 1.7e308}
        for n, text in enumerate(("one", "two", "three"))
    ]
    changed = {"text": "one two four", "start_s": 0, "end_s": 3, "words": words, "confidence": -1e308}
    answer = change(kept, 0, 0, 1, changed)
    assert answer.status_code == 200, answer.text
    whole = HTTP.get(kept)
    assert whole.status_code == 200, whole.text
    assert [word["confidence"] for word in whole.json()["segments"][0]["words"]] == [1.0, 1.0, None]


def test_results_and_exports_follow_the_changes(kept: str) -> None:
    first = HTTP.get(kept).json()["segments"][0]
    job = HTTP.get(kept.replace("transcripts", "jobs")).json()
    txt = next(result["url"] for result in job["results"] if result["kind"] == "txt")
    base = kept[: kept.index("/v1/")]
    assert HTTP.get(base + txt).text.startswith("hello there world")
    change(kept, 0, 0, 1, {**first, "text": "Goodbye"})
    assert HTTP.get(base + txt).text.startswith("Goodbye")
    made = {kind: HTTP.get(f"{kept}/export", params={"format": kind}) for kind in
            ("txt", "md", "srt", "vtt", "json", "csv", "docx")}  # fmt: skip
    for kind, answer in made.items():
        assert answer.status_code == 200
        assert "attachment" in answer.headers["content-disposition"]
        assert (
            f"My talk .{kind}" in answer.headers["content-disposition"]
            or f"My talk.{kind}" in answer.headers["content-disposition"]
        )
    assert "Goodbye" in made["srt"].text
    assert zipfile.ZipFile(io.BytesIO(made["docx"].content)).testzip() is None
    words = HTTP.get(f"{kept}/export", params={"format": "srt", "word_level": True}).text
    assert words.count("-->") == 7


@pytest.mark.parametrize(
    "options",
    [{"format": "exe"}, {"line_length": 0}, {"lines": 10**9}, {"chars_per_second": "nan"}, {"word_level": "?"}],
)
def test_an_export_nobody_can_make_is_refused(kept: str, options: dict[str, Any]) -> None:
    answer = HTTP.get(f"{kept}/export", params={"format": "srt", **options})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_the_sound_is_served_in_ranges(kept: str) -> None:
    answer = HTTP.get(f"{kept}/audio", headers={"range": "bytes=100-199"})
    assert answer.status_code == 206
    assert len(answer.content) == 100
    assert answer.headers["content-type"] == "audio/wav"
    mp3 = HTTP.get(f"{kept}/audio", params={"format": "mp3"}, headers={"range": "bytes=0-9"})
    assert (mp3.status_code, mp3.headers["content-type"]) == (206, "audio/mpeg")


def test_sound_that_browsers_do_not_know_is_made_into_something_they_do(studio: Studio, tmp_path: Path) -> None:
    transcript = Transcript((spoken("hello", 0.0),), "en", 1.0, "pocketsphinx")
    path = recording(tmp_path, "html", seconds=1.0)
    job = studio.context.library.keep_transcript("local", "x.html", path, transcript, TranscriptionOptions())
    answer = HTTP.get(f"{studio.url}/v1/transcripts/{job.id}/audio")
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.content[:3] == b"ID3" or answer.content[0] == 0xFF


def test_another_persons_transcript_is_an_unknown_one(shared: Studio, tmp_path: Path) -> None:
    transcript = Transcript((spoken("hello", 0.0),), "en", 1.0, "pocketsphinx")
    job = shared.context.library.keep_transcript(
        "ada", "hers", recording(tmp_path, seconds=1.0), transcript, TranscriptionOptions()
    )
    address = f"{shared.url}/v1/transcripts/{job.id}"
    for key, status in (("key-of-ada-1", 200), ("key-of-bob-1", 404)):
        with httpx.Client(headers={"authorization": f"Bearer {key}"}) as http:
            body = {"version": 0, "start": 0, "remove": 0, "segments": []}
            answers = [http.get(address), http.get(f"{address}/audio"), http.get(f"{address}/export"),
                       http.patch(address, json=body)]  # fmt: skip
            assert [answer.status_code for answer in answers] == [status] * 4
    assert HTTP.get(address).status_code == 401
