"""The Transcribe and Captions tabs, on sound that the studio itself has spoken."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.running import ARGUMENTS, Open, Studio, chromium, wait_until

SAID = "Good morning. My name is John. I have seven brothers and two sisters."


@pytest.fixture(scope="module")
def recording(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    body = {"input": SAID, "voice": "en-us", "speed": 0.85, "response_format": "wav"}
    path = tmp_path_factory.mktemp("said") / "<b>said.wav"
    path.write_bytes(httpx.post(f"{studio.address}/v1/audio/speech", json=body, timeout=30).content)
    return path


@pytest.fixture(scope="module")
def speaking_browser(playwright: Playwright, recording: Path) -> Iterator[Browser]:
    """A browser whose microphone says SAID, over and over."""
    spoken = recording.with_name("microphone.wav")
    spoken.write_bytes(recording.read_bytes())
    one = playwright.chromium.launch(
        executable_path=chromium(), args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={spoken}"]
    )
    yield one
    one.close()


def test_a_recording_becomes_a_transcript_with_files(open_page: Open, studio: Studio, recording: Path) -> None:
    studio.clear()
    page = open_page("Transcribe")
    page.locator("#recording-file input[type=file]").set_input_files(recording)
    page.locator("#recording-file").get_by_text("said").first.wait_for()
    page.get_by_role("button", name="Transcribe").click()
    job = page.locator("#transcripts .st-job")
    expect(job).to_have_attribute("data-status", "done", timeout=60_000)
    expect(job.locator(".st-transcript")).to_contain_text("good morning")
    kinds = {link.get_attribute("data-kind") for link in job.locator("a[data-kind]").all()}
    assert kinds == {"txt", "srt", "vtt", "json"}
    with page.expect_download() as waiting:
        job.locator("a[data-kind=srt]").click()
    assert "-->" in Path(waiting.value.path()).read_text()


def test_a_microphone_becomes_captions(open_page: Open, speaking_browser: Browser) -> None:
    page = open_page("Captions", browser=speaking_browser)
    level = page.locator("#captions [data-st=level]")
    page.locator("#captions [data-st=toggle]").click()
    expect(page.locator("#captions [data-st=status]")).to_have_text("Listening.")
    wait_until(lambda: int(level.get_attribute("aria-valuenow") or -60) > -40, what="the level moves")
    stable = page.locator("#captions [data-st=stable]")
    wait_until(lambda: len(stable.inner_text().split()) > 4, 30, what="stable words")
    before = stable.inner_text().split()
    page.locator("#captions [data-st=toggle]").click()
    expect(page.locator("#captions [data-st=status]")).to_have_text("Stopped.")
    after = stable.inner_text().split()
    assert after[: len(before)] == before
    page.get_by_role("button", name="Clear").click()
    assert stable.inner_text() == ""
