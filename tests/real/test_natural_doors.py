"""Where nobody names a model the natural voice speaks and Whisper listens: terminal, API, page and queue."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import soundfile
from playwright.sync_api import sync_playwright

from engine.audio.files.io import probe
from tests.browser.running import ARGUMENTS, NO_BROWSER, Studio, chromium, running_studio, wait_until

pytestmark = [pytest.mark.real, pytest.mark.timeout(900), pytest.mark.usefixtures("kokoro_folder", "ear")]

RATE = 24_000
PAGE = Path(__file__).parents[2] / "examples" / "aesop.txt"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Studio]:
    with running_studio(tmp_path_factory.mktemp("natural"), STUDIO_MODELS_DIR=str(models_dir)) as one:
        yield one


def terminal(*words: str, models_dir: Path, folder: Path) -> str:
    environment = os.environ | {
        "STUDIO_MODELS_DIR": str(models_dir),
        "STUDIO_OUTPUTS": str(folder / "outputs"),
        "STUDIO_OFFLINE": "true",
    }
    command = [sys.executable, "-m", "studio", *words]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_terminal_speaks_and_understands_itself(models_dir: Path, tmp_path: Path) -> None:
    said = "The harbour lay still, and the boats were waiting for the wind."
    terminal("say", said, "--out", "said.wav", models_dir=models_dir, folder=tmp_path)
    assert probe(tmp_path / "said.wav").sample_rate == RATE
    heard = terminal("transcribe", "said.wav", models_dir=models_dir, folder=tmp_path)
    assert heard.strip().replace("harbor", "harbour").casefold().rstrip(".") == said.casefold().rstrip(".")


def test_the_api_speaks_with_it(studio: Studio) -> None:
    body = {"input": "Good morning.", "response_format": "wav"}
    for names in ({}, {"model": "tts-1", "voice": "alloy"}):
        answer = httpx.post(f"{studio.address}/v1/audio/speech", json=body | names, timeout=300)
        assert answer.status_code == 200, answer.text
        samples, rate = soundfile.read(io.BytesIO(answer.content))
        assert rate == RATE
        assert abs(samples).max() > 0.05
    files = {"file": ("said.wav", answer.content)}
    heard = httpx.post(f"{studio.address}/v1/audio/transcriptions", files=files, timeout=300)
    assert heard.json()["text"].strip(" .!").casefold() == "good morning"


@pytest.mark.browser
@pytest.mark.skipif(not chromium(), reason=NO_BROWSER)
def test_play_is_the_natural_voice(studio: Studio) -> None:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        page = browser.new_page()
        page.goto(studio.address)
        page.locator("#speak-text textarea").fill("Good evening. This is your own machine, speaking.")
        page.locator("#speak-player [data-st=play]").click()
        play = wait_until(
            lambda: (now := page.evaluate("window.studio.metrics.plays.at(-1) ?? {}")).get("reason") and now,
            what="the play ends",
            limit_s=240,
        )
        browser.close()
    assert play["reason"] == "ended"
    assert play["rate"] == RATE
    assert play["loudest"] > 0.05
    assert 2 * RATE < play["samplesPlayed"] == play["samplesReceived"] < 8 * RATE


def test_a_page_of_a_real_book_becomes_an_m4b_in_it(studio: Studio) -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin = text.index("A Lion was awakened")
    job_id = studio.submit(text[begin : begin + 480], format="m4b")
    job = wait_until(
        lambda: (now := studio.job(job_id))["status"] in ("done", "failed") and now, what="the book", limit_s=600
    )
    assert job["status"] == "done", job
    assert job["options"]["model"] == "kokoro"
    result = next(one for one in job["results"] if one["kind"] == "m4b")
    file = studio.outputs.parent / "page.m4b"
    file.write_bytes(httpx.get(f"{studio.address}{result['url']}", timeout=60).content)
    assert 20 < probe(file).duration_s < 60
