"""What a job cannot do in its state is 409 with one sentence, and the page and the terminal say that sentence."""

from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from studio.cli.main import app, exit_status
from studio.library.errors import IllegalMove
from studio.library.jobs.options import BookOptions
from tests.studio.api.conftest import Start, Studio
from tests.workers.books import plain_book

HTTP = httpx.Client(timeout=120)


@pytest.fixture(scope="module")
def here(start: Start, redis_url: str) -> Studio:
    """A studio of whoever runs it, with a queue that nobody works on."""
    return start(redis_url=redis_url)


@pytest.fixture
def job(here: Studio) -> Any:
    submitted = here.context.library.submit_book("local", plain_book(1, 2), BookOptions())
    yield submitted.id
    here.context.library.delete("local", submitted.id)


def refused(here: Studio, path: str) -> str:
    answer = HTTP.post(f"{here.url}/v1/jobs/{path}")
    assert answer.status_code == 409, answer.text
    assert answer.json()["error"]["code"] == "illegal_move"
    return answer.json()["error"]["message"]


def test_every_move_that_a_state_forbids_is_409(here: Studio, job: str) -> None:
    for path in ("resume", "retry", "silence", "parts/0/segments/1/retry", "parts/7/segments/0/retry"):
        assert refused(here, f"{job}/{path}").endswith(".")
    assert HTTP.post(f"{here.url}/v1/jobs/{job}/cancel").status_code == 200
    for path in ("pause", "resume", "cancel"):
        assert "cancelled" in refused(here, f"{job}/{path}")
    move = HTTP.post(f"{here.url}/v1/jobs/{job}/move", json={"direction": "up"})
    assert (move.status_code, move.json()["error"]["code"]) == (409, "illegal_move")
    # What is no state of a job stays what it was.
    assert HTTP.post(f"{here.url}/v1/jobs/{job}/explode").status_code == 400
    assert HTTP.post(f"{here.url}/v1/jobs/nobody/pause").status_code == 404


def test_page_and_terminal_say_the_same(here: Studio, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refused(here, f"{job}/resume")
    page = HTTP.post(f"{here.url}/gradio_api/run/job_action", json={"data": [job, "resume"], "session_hash": "wrong1"})
    assert 400 <= page.status_code < 500
    assert page.json()["error"] == sentence
    monkeypatch.setenv("STUDIO_OUTPUTS", str(here.context.settings.outputs))
    run = CliRunner().invoke(app, ["jobs", "resume", job])
    assert isinstance(run.exception, IllegalMove)
    assert (str(run.exception), exit_status(run.exception)) == (sentence, 2)
