"""The tiny trained Parakeet on the page: a microphone says words, and those words stand there as captions."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Locator, Playwright, expect

from tests.browser.running import ARGUMENTS, Studio, Watch, chromium, running_studio, show, wait_until
from tests.sixty_words import MODEL, SAMPLE_RATE, Line, in_one_go, unheard, wrong

LEAD_S = 4


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return unheard(4, seed=21, voices="held_out_speeds")


@pytest.fixture(scope="module")
def listening_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that listens with the tiny Parakeet."""
    folder = tmp_path_factory.mktemp("listening")
    with running_studio(folder, STUDIO_TRANSCRIBE_MODEL=str(MODEL), STUDIO_WORKERS="0") as one:
        yield one


def words_in(captions: Locator) -> list[str]:
    """The words of the captions without the times beside them."""
    return [word for word in captions.inner_text().split() if ":" not in word]


def test_what_the_microphone_says_stands_on_the_page(
    playwright: Playwright, listening_studio: Studio, lines: list[Line], tmp_path: Path
) -> None:
    said = list(chain.from_iterable(line.words for line in lines))
    spoken = tmp_path / "microphone.wav"
    # Chromium plays the file from the moment it opens the device, before the page hears it: nobody speaks then.
    silence = np.zeros(LEAD_S * SAMPLE_RATE, dtype=np.float32)
    soundfile.write(spoken, np.concatenate([silence, in_one_go(lines, pause_s=1.2)]), SAMPLE_RATE)
    browser = playwright.chromium.launch(
        executable_path=chromium(), args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={spoken}%noloop"]
    )
    watch = Watch(listening_studio.address)
    try:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        watch.attach(page)
        page.goto(listening_studio.address)
        page.locator("#speak-player .st-play svg").wait_for()
        show(page, "Captions")
        page.locator("#captions [data-st=toggle]").click()
        expect(page.locator("#captions [data-st=status]")).to_have_text("Listening.", timeout=60_000)
        stable = page.locator("#captions [data-st=stable]")
        wait_until(lambda: len(words_in(stable)) >= len(said) - 1, 90, what="the words that were said")
        page.locator("#captions [data-st=toggle]").click()
        expect(page.locator("#captions [data-st=status]")).to_have_text("Stopped.", timeout=60_000)
        heard = words_in(stable)
    finally:
        browser.close()
    watch.check()
    assert wrong(said, heard) <= 0.15
