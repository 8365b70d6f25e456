"""`studio serve-orpheus` as a process: its port, its login, its end."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

PROJECT = Path(__file__).parents[3]
START = json.dumps({"type": "start_orpheus_stream", "text": "Hello."})


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[tuple["subprocess.Popen[str]", list[str]]]:
    """The process, and what it said until it was ready."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("STUDIO_") or key == "STUDIO_MODELS_DIR"
    }
    if "--host" not in words:
        environment["STUDIO_TOKEN"] = "false"  # the machine may have several accounts
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", "serve-orpheus", "--port", "0", *words],
        env=environment
        | {"STUDIO_OUTPUTS": str(folder), "COLUMNS": "200", "PYTHONPATH": str(PROJECT), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    try:
        said: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.startswith("Ctrl-C"):
                break
        yield process, said
    finally:
        process.kill()
        process.communicate()


def address_in(said: list[str]) -> str:
    found = re.search(r"ws://(\S+)/ws/orpheus", "".join(said))
    assert found, said
    return found[1]


def frames_until_over(url: str, **options: dict[str, str]) -> int:
    with connect(url, **options) as socket:
        socket.send(START)
        frames = 0
        while True:
            message = socket.recv(timeout=20)
            if isinstance(message, bytes):
                frames += message.startswith(b"PCM0")
            elif json.loads(message)["type"] != "stream_started":
                assert json.loads(message)["type"] == "stream_complete"
                return frames


def test_it_speaks_on_its_own_port_and_ends_cleanly_on_an_interrupt(tmp_path: Path) -> None:
    with serving(tmp_path, "--model", "espeak-ng") as (process, said):
        place = address_in(said)
        assert frames_until_over(f"ws://{place}/ws/orpheus") > 0
        assert "worklet" in httpx.get(f"http://{place}/listen/listen.js").text
        assert httpx.get(f"http://{place}/", follow_redirects=True).url.path == "/listen"
        assert httpx.get(f"http://{place}/v1/jobs").status_code == 404
        with connect(f"ws://{place}/ws/orpheus") as socket:
            socket.send(json.dumps({"type": "start_orpheus_stream", "text": "word " * 10_000}))
            socket.recv(timeout=20)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert not list(tmp_path.iterdir()), "neither database nor folders"


def test_the_network_is_served_only_with_a_token(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0", "--no-preload") as (_, said):
        place = address_in(said)
        key = re.search(r"/listen\?token=(\S+)", "".join(said))
        assert key, said
        with pytest.raises(InvalidStatus) as refused:
            frames_until_over(f"ws://{place}/ws/orpheus")
        assert refused.value.response.status_code == 401
        page = httpx.get(f"http://{place}/listen", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=/listen")
        browser = httpx.get(f"http://{place}/listen?token={key[1]}", follow_redirects=True)
        assert (browser.status_code, browser.url.query) == (200, b"")
        bearer = {"additional_headers": {"Authorization": f"Bearer {key[1]}"}}
        assert frames_until_over(f"ws://{place}/ws/orpheus", **bearer) > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--model", "hexgrad/Kokoro-82M"), "not on this machine"),
        (("--model", "pocketsphinx"), "listens"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(tmp_path: Path, words: tuple[str, ...], part: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "studio", "serve-orpheus", "--port", "0", *words],
        env=os.environ
        | {"STUDIO_OFFLINE": "true", "HF_HOME": str(tmp_path), "PYTHONPATH": str(PROJECT), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert run.returncode in (1, 2)
    assert part in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr


def test_verbose_tells_each_answer_and_no_token_and_no_text(tmp_path: Path) -> None:
    with serving(tmp_path, "--model", "espeak-ng", "--no-preload", "--verbose") as (process, said):
        place = address_in(said)
        assert httpx.get(f"http://{place}/listen?token=secret").status_code == 200
        assert httpx.get(f"http://{place}/nowhere/of/ada").status_code == 404
        assert frames_until_over(f"ws://{place}/ws/orpheus?token=secret") > 0
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr is not None
        told = process.stderr.read()
    assert re.search(r"^GET /listen 200, \d+ ms$", told, re.M)
    assert re.search(r"^GET elsewhere 404, \d+ ms$", told, re.M)
    assert re.search(r"^a socket opens: /ws/orpheus$", told, re.M)
    assert re.search(r"^a socket closes: /ws/orpheus, \d+ ms$", told, re.M)
    assert not re.search("secret|ada|Hello", told)
