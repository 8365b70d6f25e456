"""/v1/jobs: two people, one queue that nobody works on, and one book through real workers."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from studio.library.jobs.leases import claim, finish

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)  # one, because each httpx.get() would build a TLS context
BOOK = "Chapter One\n\nIt was a bright cold day in April.\n\nChapter Two\n\nThe clocks were striking thirteen."


def as_person(studio: Studio, name: str) -> httpx.Client:
    return httpx.Client(base_url=studio.url, headers={"authorization": f"Bearer key-of-{name}-1"}, timeout=30)


@pytest.fixture
def ada(shared: Studio) -> Iterator[httpx.Client]:
    with as_person(shared, "ada") as client:
        yield client
        for job in client.get("/v1/jobs").json()["data"]:
            client.delete(f"/v1/jobs/{job['id']}")


@pytest.fixture
def bob(shared: Studio) -> Iterator[httpx.Client]:
    with as_person(shared, "bob") as client:
        yield client


def submit(client: httpx.Client, text: str = BOOK, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/jobs", files={"file": ("book.txt", text.encode())}, data=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_model_is_downloaded_for_a_job_only_where_that_was_allowed(
    ada: httpx.Client, bob: httpx.Client, silence_wav: Path
) -> None:
    book = {"files": {"file": ("book.txt", BOOK.encode())}, "data": {"model": "hexgrad/Kokoro-82M"}}
    sound = {"file": ("a.wav", silence_wav.read_bytes())}
    recording = {"files": sound, "data": {"kind": "transcription", "model": "mlx-community/parakeet-tdt_ctc-110m"}}
    for form in (book, recording):
        refused = ada.post("/v1/jobs", **form)  # type: ignore[arg-type]
        assert refused.status_code == 409, refused.text
        error = refused.json()["error"]
        assert error["code"] == "model_not_downloaded"
        assert " MB" in error["message"]
        allowing = form | {"data": form["data"] | {"allow_download": "true"}}
        assert ada.post("/v1/jobs", **allowing).status_code == 201  # type: ignore[arg-type]
        assert bob.post("/v1/jobs", **allowing).status_code == 400  # type: ignore[arg-type]
        assert ada.post("/v1/jobs", **form).status_code == 409, "consent is for one job"  # type: ignore[arg-type]


def test_some_jobs_are_asked_for_by_their_ids(ada: httpx.Client, bob: httpx.Client) -> None:
    jobs = [submit(ada, title=title) for title in ("One", "Two", " Three ")]
    assert [job["title"] for job in jobs] == ["One", "Two", "Three"]
    first, second, third = (job["id"] for job in jobs)

    def asked(client: httpx.Client, *ids: str) -> list[str]:
        answer = client.get("/v1/jobs", params=[("id", one) for one in ids])
        assert answer.status_code == 200, answer.text
        return [job["id"] for job in answer.json()["data"]]

    assert asked(ada, third, first) == [first, third]
    ada.post(f"/v1/jobs/{second}/cancel")
    assert asked(ada, second, first, "no such job", "") == [first, second]
    assert asked(bob, first, second) == []
    assert ada.get("/v1/jobs", params=[("id", "x")] * 101).status_code == 400


def test_a_book_is_submitted_seen_steered_and_deleted(ada: httpx.Client) -> None:
    job = submit(ada, voice="en-us", speed="1.2", format="mp3", loudness="none")
    assert job["object"] == "job"
    assert job["status"] == "queued"
    assert job["options"]["speed"] == 1.2
    address = f"/v1/jobs/{job['id']}"
    assert ada.get(address).json()["id"] == job["id"]
    assert ada.get("/v1/jobs").json()["data"][0]["id"] == job["id"]
    assert ada.post(f"{address}/pause").json()["status"] == "paused"
    refused = ada.post(f"{address}/pause")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "illegal_move")
    assert ada.post(f"{address}/resume").json()["status"] in {"queued", "running"}
    assert ada.post(f"{address}/cancel").json()["status"] == "cancelled"
    assert ada.delete(address).json() == {"id": job["id"], "object": "job", "deleted": True}
    assert ada.get(address).status_code == 404


def test_a_book_is_drawn_as_it_was_asked(ada: httpx.Client) -> None:
    job = submit(ada, temperature="0.4", top_p="0.8", top_k="40", max_tokens="1200", min_p="", seed="7")
    sampling = {name: value for name, value in job["options"]["sampling"].items() if value is not None}
    assert sampling == {"temperature": 0.4, "top_p": 0.8, "top_k": 40, "max_tokens": 1200}
    assert job["options"]["seed"] == 7
    assert submit(ada)["options"]["sampling"]["temperature"] is None


def test_no_answer_holds_a_path_or_an_owner(ada: httpx.Client, shared: Studio) -> None:
    job = submit(ada)
    text = json.dumps(job) + ada.get("/v1/jobs").text
    assert str(shared.context.settings.outputs) not in text
    assert '"path"' not in text
    assert '"owner"' not in text


def test_pasted_text_is_a_book_too(ada: httpx.Client) -> None:
    answer = ada.post("/v1/jobs", files={"text": (None, BOOK), "title": (None, "x")})
    assert answer.status_code == 201, answer.text


def test_jobs_are_reordered(ada: httpx.Client) -> None:
    first, second = submit(ada), submit(ada)
    assert ada.post(f"/v1/jobs/{second['id']}/move", json={"direction": "up"}).json()["position"] == 1
    order = [job["id"] for job in ada.get("/v1/jobs").json()["data"]]
    assert order == [second["id"], first["id"]]
    assert ada.post(f"/v1/jobs/{second['id']}/move", json={"direction": "sideways"}).status_code == 400


def test_nobody_reaches_another_persons_job(ada: httpx.Client, bob: httpx.Client) -> None:
    job = submit(ada)
    address = f"/v1/jobs/{job['id']}"
    assert bob.get("/v1/jobs").json()["data"] == []
    unknown = bob.get("/v1/jobs/" + "0" * 32)
    tries = [
        ("GET", address),
        ("GET", f"{address}/events"),
        ("GET", f"{address}/cover"),
        ("GET", f"{address}/parts/0/audio"),
        ("GET", f"{address}/results/{'0' * 32}"),
        ("POST", f"{address}/pause"),
        ("POST", f"{address}/cancel"),
        ("POST", f"{address}/retry"),
        ("POST", f"{address}/silence"),
        ("POST", f"{address}/failed/1/retry"),
        ("POST", f"{address}/parts/0/segments/0/retry"),
        ("DELETE", address),
    ]
    for method, path in tries:
        answer = bob.request(method, path)
        assert answer.status_code == 404, (method, path, answer.text)
    assert bob.get(address).json() == unknown.json()  # the same answer as for what never was
    assert bob.post(f"{address}/move", json={"direction": "up"}).status_code == 404
    assert ada.get(address).json()["status"] == "queued"


def test_clips_belong_to_who_made_them(shared: Studio, ada: httpx.Client, bob: httpx.Client) -> None:
    keep = {"x-studio-keep": "1"}
    said = ada.post("/v1/audio/speech", json={"input": "Mine.", "response_format": "pcm"}, headers=keep)
    assert said.status_code == 200
    deadline = time.monotonic() + 120
    while not (clips := ada.get("/v1/clips").json()["data"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    address = f"/v1/clips/{clips[0]['id']}"
    assert bob.get("/v1/clips").json()["data"] == []
    for method, path in (("GET", address), ("GET", f"{address}/audio"), ("DELETE", address)):
        assert bob.request(method, path).status_code == 404
    assert ada.get(f"{address}/audio").status_code == 200


def test_one_persons_streams_do_not_use_up_anothers(shared: Studio, ada: httpx.Client, bob: httpx.Client) -> None:
    body = {"input": "word " * 15_000, "response_format": "pcm"}
    requests = [ada.build_request("POST", "/v1/audio/speech", json=body) for _ in range(4)]
    answers = [ada.send(request, stream=True) for request in requests]
    assert ada.post("/v1/audio/speech", json={"input": "x"}).status_code == 429
    assert bob.post("/v1/audio/speech", json={"input": "x"}).status_code == 200
    for answer in answers:
        answer.close()
    assert shared.becomes_idle()


def test_the_queue_has_a_length(ada: httpx.Client, bob: httpx.Client) -> None:
    for _ in range(5):
        submit(ada)
    refused = ada.post("/v1/jobs", files={"file": ("book.txt", BOOK.encode())})
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "queue_full"
    job = submit(bob)
    bob.delete(f"/v1/jobs/{job['id']}")


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"file": ("a.epub", b"not a zip")}, 400),
        ({"file": ("a.epub", b"PK\x03\x04 torn")}, 400),
        ({"file": ("a.pdf", b"%PDF-1.7 torn")}, 400),
        ({"file": ("a.docx", b"PK\x05\x06" + b"\0" * 18)}, 400),
        ({"file": ("a.txt", b"")}, 400),
        ({"file": ("a.txt", b"   \n ")}, 400),
        ({"file": ("a.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff" * 50)}, 400),
        ({"text": (None, "")}, 400),
        ({}, 400),
        ({"file": ("a.txt", BOOK.encode()), "speed": (None, "0")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "speed": (None, "NaN")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "temperature": (None, "hot")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "temperature": (None, "7")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "top_k": (None, "1e99")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "max_tokens": (None, "0")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "format": (None, "8-track")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "loudness": (None, "11")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "chapters": (None, "99")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "chapters": (None, "one")}, 400),
        ({"file": ("a.txt", BOOK.encode()), "model": (None, "no-such-model")}, 404),
        ({"file": ("a.txt", BOOK.encode()), "kind": (None, "film")}, 400),
        ({"file": ("a.wav", b"RIFF torn"), "kind": (None, "transcription")}, 400),
        ({"file": ("a.wav", BOOK.encode()), "kind": (None, "transcription")}, 400),
        ({"kind": (None, "transcription")}, 400),
    ],
)
def test_bad_books_and_recordings_leave_nothing_half_made(
    ada: httpx.Client, shared: Studio, files: dict[str, Any], status: int
) -> None:
    if not files:
        answer = ada.post("/v1/jobs")
    else:
        answer = ada.post("/v1/jobs", files=files)
    assert answer.status_code == status, answer.text
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert str(shared.context.settings.outputs) not in answer.text
    assert ada.get("/v1/jobs").json()["data"] == []
    assert list(shared.context.library.storage.uploads("ada").iterdir()) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("translate", "true", "cannot translate"),
        ("prompt", "Dr. Smith", "takes no prompt"),
        ("hotwords", "Kokoro, Orpheus", "takes no prompt"),
        ("prompt", "x" * 4001, "prompt"),
        ("translate", "perhaps", "translate"),
    ],
)
def test_a_recogniser_that_cannot_do_as_it_is_told_is_not_queued(
    ada: httpx.Client, field: str, value: str, sentence: str
) -> None:
    files = {"file": ("a.wav", b"RIFF"), "kind": (None, "transcription"), field: (None, value)}
    answer = ada.post("/v1/jobs", files=files)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]["message"]


def test_a_recording_is_queued_with_what_the_recogniser_is_told(ada: httpx.Client, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(16000, np.float32), 16000)
    fields = {
        "kind": "transcription",
        "model": "mlx-community/whisper-tiny-asr-fp16",
        "translate": "true",
        "prompt": "Dr. Smith",
        "hotwords": "Kokoro, , Orpheus\n",
        "allow_download": "true",
    }
    answer = ada.post("/v1/jobs", data=fields, files={"file": ("a.wav", (tmp_path / "a.wav").read_bytes())})
    assert answer.status_code == 201, answer.text
    options = answer.json()["options"]
    assert (options["translate"], options["prompt"], options["hotwords"]) == (True, "Dr. Smith", ["Kokoro", "Orpheus"])
    ada.delete(f"/v1/jobs/{answer.json()['id']}")


@pytest.mark.parametrize("job_id", ["0" * 32, "x", "..", "%2e%2e", "%00", "a" * 5000, "é", "*"])
def test_an_unknown_job_is_not_found(ada: httpx.Client, job_id: str) -> None:
    for path in (f"/v1/jobs/{job_id}", f"/v1/jobs/{job_id}/events", f"/v1/jobs/{job_id}/parts/0/audio"):
        answer = ada.get(path)
        assert answer.status_code in {404, 405}, answer.text


@pytest.mark.parametrize("number", ["-1", "99999999999999999999999", "one", "1.5"])
def test_an_unknown_part_is_not_found_or_invalid(ada: httpx.Client, number: str) -> None:
    job = submit(ada)
    assert ada.get(f"/v1/jobs/{job['id']}/parts/{number}/audio").status_code in {400, 404}
    assert ada.post(f"/v1/jobs/{job['id']}/failed/{number}/retry").status_code in {400, 404}


def test_without_redis_long_work_says_so_and_speech_goes_on(studio: Studio) -> None:
    refused = HTTP.post(f"{studio.url}/v1/jobs", files={"file": ("book.txt", BOOK.encode())})
    assert refused.status_code == 503
    assert "Redis" in refused.json()["error"]["message"]
    assert int(refused.headers["retry-after"]) > 0
    assert HTTP.get(f"{studio.url}/v1/jobs").json()["data"] == []
    assert HTTP.post(f"{studio.url}/v1/audio/speech", json={"input": "x"}).status_code == 200


def events(client: httpx.Client, path: str, last: str = "") -> Iterator[dict[str, Any]]:
    headers = {"last-event-id": last} if last else {}
    with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        event: dict[str, Any] = {}
        for line in answer.iter_lines():
            if line.startswith("id: "):
                event["id"] = line[4:]
            elif line.startswith("data: "):
                event |= json.loads(line[6:])
            elif not line and event:
                yield event
                event = {}


def followed(seen: list[dict[str, Any]]) -> dict[str, Any]:
    """The job as a watcher has it after some events."""
    job: dict[str, Any] = {}
    for event in seen:
        if event["type"] == "job":
            job = event["job"]
        elif event["type"] == "change":
            news = {part["number"]: part for part in event["parts"]}
            job = {**job, **event["job"], "parts": [news.get(part["number"], part) for part in job["parts"]]}
    return job


def test_a_change_of_one_chapter_does_not_tell_of_the_others(ada: httpx.Client, shared: Studio) -> None:
    """Bytes of an event: a few for a change, however long the book is."""
    text = "".join(f"Chapter {n}\n\nSome words of it are said here, and a few more of them.\n\n" for n in range(1, 121))
    job = submit(ada, text)
    address = f"/v1/jobs/{job['id']}"
    assert len(job["parts"]) == 120

    seen: list[dict[str, Any]] = []
    for event in events(ada, f"{address}/events"):
        seen.append(event)
        if len(seen) == 1:
            held = claim(shared.context.library.db, job["id"], 5)
            assert held is not None
            finish(shared.context.library.db, held, words_done=9)
        elif event["type"] == "change" and any(part["status"] == "done" for part in event["parts"]):
            with as_person(shared, "ada") as other:
                other.post(f"{address}/cancel")
    changes = [event for event in seen if event["type"] == "change"]
    assert {part["number"] for event in changes for part in event["parts"]} == {5}
    assert max(len(json.dumps(event)) for event in changes) < len(json.dumps(seen[0])) / 10
    assert followed(seen) == ada.get(address).json()
    ada.delete(address)


def test_watching_tells_every_change_until_the_end(ada: httpx.Client, shared: Studio) -> None:
    job = submit(ada)
    address = f"/v1/jobs/{job['id']}"

    def steer() -> None:
        with as_person(shared, "ada") as other:
            time.sleep(0.7)
            other.post(f"{address}/pause")
            time.sleep(1.2)
            other.post(f"{address}/cancel")

    thread = threading.Thread(target=steer)
    thread.start()
    seen = list(events(ada, f"{address}/events"))
    thread.join()
    assert [event["job"]["status"] for event in seen[:-1]] == ["queued", "paused", "cancelled"]
    assert [event["type"] for event in seen] == ["job", "change", "change", "done"]
    assert "parts" not in seen[1]["job"]  # they have not changed
    assert followed(seen) == ada.get(address).json()
    # Who has seen the last state hears only that it is the end.
    again = list(events(ada, f"{address}/events", last=seen[-2]["id"]))
    assert [event["type"] for event in again] == ["done"]


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`studio run` in small: `serve` with its own Redis and one worker, as a process."""
    import subprocess
    import sys

    outputs = tmp_path_factory.mktemp("working")
    script = (
        "from studio.settings import Settings\n"
        "from studio.app import serve\n"
        f"settings = Settings(_env_file=None, outputs={str(outputs)!r}, port=0, offline=True, workers=1)\n"
        "serve(settings, supervise=True, on_ready=lambda addresses: print(addresses.here, flush=True))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:")
    yield address
    process.terminate()
    assert process.wait(20) in {0, -15}


def test_a_book_goes_in_and_an_audiobook_comes_out(working: str, tmp_path: Path) -> None:
    with httpx.Client(base_url=working, timeout=30) as client:
        job = submit(client, format="m4b")
        address = f"/v1/jobs/{job['id']}"
        seen = list(events(client, f"{address}/events"))
        last = followed(seen)
        assert last["status"] == "done", last
        assert last["progress"] == 1.0
        book = next(result for result in last["results"] if result["kind"] == "m4b")
        whole = client.get(book["url"])
        assert whole.headers["content-disposition"].startswith("attachment")
        assert len(whole.content) == book["size_bytes"]
        middle = client.get(book["url"], headers={"range": "bytes=100-299"})
        assert middle.status_code == 206
        assert middle.content == whole.content[100:300]
        part = client.get(last["parts"][0]["audio_url"], params={"format": "wav"})
        assert part.content[:4] == b"RIFF"
        assert float(part.headers["x-audio-duration"]) > 1
        assert client.delete(address).status_code == 200
        assert client.get(book["url"]).status_code == 404
