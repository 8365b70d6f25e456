"""What a person writes is in no log: not from the page, not from a program, not from a job, whatever goes wrong."""

import ast
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import workers.audiobook
import workers.task
from engine.errors import GenerationError
from studio.library.db import migrate
from studio.library.jobs.options import BookOptions
from studio.library.library import open_library
from studio.logs import kept
from studio.settings import Settings
from tests.studio.api.conftest import Studio, starting
from tests.workers.books import plain_book

SECRET = "marzipan"
HTTP = httpx.Client(timeout=120)

# Everything that is put into a sentence of ours, looked at by somebody: numbers, our own names, ids, and exceptions,
# which a log says by their kind. A person's words are none of it; wrap them in an exception, or leave them out.
LOOKED_AT = {
    *("exc", "why", "status", "type(exc).__name__", "type(thing).__name__", "handler.__name__", "self._name"),
    *("asked(scope)", "asked(request.scope)", "request_id", "self._file"),
    *("card.id", "self._card.id", "place.card.id", "model_id", "extra.name", "package.name", "self._file.name"),
    *("held.job.id", "held.part.number", "held.part.kind", "self._held.job.id", "self._held.part.number"),
    *("self._task.held.part.number", "line.index", "len(batch)", "len(answer)"),
    *("time.monotonic() - started", "time.monotonic() - began", "STALL_TIMEOUT_S", "CLOSE_PATIENCE_S"),
    *("PipSaid(said[-2000:])", "_Said(told[-4000:].decode('utf-8', 'replace'))"),
}
CALLS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    project = Path(__file__).parents[3]
    for room in ("studio", "workers", "engine"):
        for file in sorted((project / room).rglob("*.py")):
            text = file.read_text("utf-8")
            for node in ast.walk(ast.parse(text)) if "getLogger" in text else ():
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in CALLS
                    and ast.unparse(node.func.value) in {"log", "logger"}
                ):
                    yield f"{file.relative_to(project)}:{node.lineno}", node


def test_every_log_call_is_a_sentence_with_things_in_it_that_somebody_looked_at() -> None:
    found = list(log_calls())
    assert len(found) > 40
    for place, call in found:
        assert isinstance(call.args[0], ast.Constant), f"{place}: the sentence is put together before it is logged"
        for arg in call.args[1:]:
            assert ast.unparse(arg) in LOOKED_AT, f"{place}: may {ast.unparse(arg)} be something a person wrote?"


def written(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in folder.glob("*.log*") for line in file.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with starting(tmp_path_factory.mktemp("secretive")) as start:
        yield start(token=True)


def test_a_word_said_to_the_page_and_the_api_is_in_no_log(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError(f"{SECRET} is broken")

    def stuck(*_: object, **__: object) -> Any:
        raise GenerationError(f"{SECRET} is stuck.") from ValueError(SECRET)

    owner = studio.context.access.tokens.owner  # type: ignore[union-attr]
    headers = {"authorization": f"Bearer {owner}"}
    socket = studio.url.replace("http", "ws")
    with kept(tmp_path, "studio", "info"):
        say = {"input": SECRET, "model": "espeak-ng", "voice": "en-us"}
        assert HTTP.post(f"{studio.url}/v1/audio/speech", json=say, headers=headers).status_code == 200
        assert HTTP.get(f"{studio.url}/v1/{SECRET}?token={owner}", follow_redirects=True).status_code in {303, 404}
        wrong = {"authorization": f"Bearer {SECRET}"}
        assert httpx.get(f"{studio.url}/v1/jobs", headers=wrong, timeout=120).status_code == 401
        with pytest.raises(InvalidStatus):
            connect(f"{socket}/ws/orpheus?key={SECRET}")
        with connect(f"{socket}/ws/orpheus?key={owner}") as connection:
            assert connection.response.headers["x-request-id"]
            connection.send(json.dumps({"type": "start_orpheus_stream", "text": SECRET, "voice": SECRET}))
            connection.recv(60)
        page = f"{studio.url}/gradio_api"
        HTTP.post(f"{page}/run/{SECRET}", json={"data": [SECRET], "session_hash": SECRET}, headers=headers)
        HTTP.post(f"{page}/queue/join", json={"data": [SECRET], "session_hash": SECRET}, headers=headers)
        HTTP.post(f"{page}/upload", files={"files": (f"{SECRET}.txt", SECRET.encode())}, headers=headers)
        book = {"file": (f"{SECRET}.docx", SECRET.encode())}
        assert HTTP.post(f"{studio.url}/v1/books", files=book, headers=headers).status_code >= 400
        with monkeypatch.context() as patch:
            patch.setattr(studio.context.library, "view", broken)
            answer = HTTP.get(f"{studio.url}/v1/jobs/{SECRET}", headers=headers | {"x-request-id": "a-good-name.1"})
            assert answer.status_code == 500
        with monkeypatch.context() as patch:
            patch.setattr(studio.context.pool, "speak", stuck)
            assert HTTP.post(f"{studio.url}/v1/audio/speech", json=say, headers=headers).status_code == 500
        assert HTTP.get(f"{studio.url}/v1/models", headers=headers | {"x-request-id": "bad id"}).status_code == 200
    text = "".join(file.read_text("utf-8") for file in tmp_path.glob("*.log*"))
    assert SECRET not in text and owner not in text
    [fault] = [line for line in written(tmp_path) if line["logger"] == "studio.api.errors" and line["level"] == "error"]
    assert fault["request_id"] == answer.headers["x-request-id"] == "a-good-name.1"
    assert fault["message"].endswith("GET /v1/jobs/{job_id} failed")
    assert "RuntimeError" in fault["exception"] and "test_nobodys_words.py" in fault["exception"]


@pytest.mark.parametrize("given", ["short", "with space", "a" * 65, "-begins-badly", 'quote"inside', "x/../../y-long"])
def test_a_request_id_that_is_not_well_formed_is_replaced(studio: Studio, given: str) -> None:
    found = HTTP.get(f"{studio.url}/health", headers={"x-request-id": given}).headers["x-request-id"]
    assert found != given and len(found) == 16


def test_a_word_in_a_book_is_in_no_log_and_the_job_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(outputs=tmp_path / "outputs", database_url="", redis_url="")
    migrate(settings.resolved_database_url)
    library = open_library(settings.outputs, settings.resolved_database_url)
    monkeypatch.setattr(workers.task, "_surroundings", lambda: (settings, library))
    job_id = library.submit_book("ann", plain_book(3, 2, title=SECRET), BookOptions(format="wav", loudness="none")).id

    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError(SECRET)

    with kept(settings.logs, "worker-1", "info"):
        workers.audiobook.narrate_chapter(job_id, 0)
        monkeypatch.setattr(workers.audiobook, "load_voice", broken)
        workers.audiobook.narrate_chapter(job_id, 1)
        logging.getLogger("studio").info("no job now")
    library.close()
    lines = written(settings.logs)
    assert SECRET not in json.dumps(lines)
    faults = [line for line in lines if "exception" in line]
    assert faults and all((line["job_id"], line["part"]) == (job_id, 1) for line in faults)
    assert next(line["message"] for line in lines if line.get("part") == 0) == "a part begins: chapter"
    assert "job_id" not in lines[-1]
