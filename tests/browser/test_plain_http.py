"""The page from another machine over plain http, where browsers give no audio thread and no microphone."""

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from studio.page.scripts import FOLDER
from tests.browser.running import ARGUMENTS, Studio, Watch, chromium, show, wait_until

NAME = "studio.test"
TEXT = "One, two, three. The quick brown fox."
LONG = "This sentence is one of very many. " * 200

# What is handed to the loudspeaker: when each slice begins, in samples of its rate, and what is in it.
LISTEN_IN = """
  window.scheduled = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when) {
    const pcm = Int16Array.from(this.buffer.getChannelData(0), (sample) => Math.round(sample * 32768));
    const bytes = new Uint8Array(pcm.buffer);
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    window.scheduled.push({ at: when * this.context.sampleRate, pcm: btoa(text) });
    return start.call(this, when);
  };
"""

# The ear alone, rendered without a clock: 4 s of a tone in slices of many lengths, and what comes out of it.
RENDER = """async (address) => {
  const { ScheduledEar } = await import(address);
  const rate = 22050, all = Int16Array.from({ length: 4 * rate }, (_, i) => Math.round(20000 * Math.sin(i / 7)));
  const offline = new OfflineAudioContext(1, 5 * rate, rate);
  const ear = new ScheduledEar(offline);
  ear.connect(offline.destination);
  ear.port.postMessage({ type: "start", id: 1, lead: 0 });
  for (let at = 0, size = 1; at < all.length; at += size, size = (size * 7 + 3) % 4001)
    ear.port.postMessage({ type: "samples", id: 1, samples: all.slice(at, at + size) });
  const heard = (await offline.startRendering()).getChannelData(0);
  const begin = heard.findIndex((sample, i) => sample !== 0 && heard[i + 1] !== 0) - 1; // a tone begins with zero
  let worst = 0;
  for (let i = 0; i < all.length; i++) worst = Math.max(worst, Math.abs(heard[begin + i] - all[i] / 32768));
  return worst;
}"""


@pytest.fixture(scope="module")
def elsewhere(playwright: Playwright) -> Iterator[Browser]:
    """A browser for which the studio is on another machine."""
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    one = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, rules])
    yield one
    one.close()


@pytest.fixture
def page(elsewhere: Browser, studio: Studio) -> Iterator[Page]:
    address = f"http://{NAME}:{studio.port}"
    # Browsers say of each such page that the header does nothing there.
    watch = Watch(address, allowed=["Cross-Origin-Opener-Policy"])
    context = elsewhere.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.add_init_script(LISTEN_IN)
    watch.attach(opened)
    opened.goto(address)
    opened.locator("#speak-player .st-play svg").wait_for()
    assert opened.evaluate("[isSecureContext, 'audioWorklet' in AudioContext.prototype]") == [False, False]
    yield opened
    context.close()
    watch.check()


def scheduled(page: Page) -> tuple[np.ndarray, np.ndarray, bytes]:
    """Where the slices begin, how long they are, and all of them one after the other."""
    slices: list[dict[str, Any]] = page.evaluate("window.scheduled")
    sound = [base64.b64decode(one["pcm"]) for one in slices]
    return np.array([one["at"] for one in slices]), np.array([len(one) // 2 for one in sound]), b"".join(sound)


def test_what_is_scheduled_are_the_samples_without_a_gap(page: Page, studio: Studio) -> None:
    page.locator("#speak-text textarea").fill(TEXT)
    page.locator("#speak-player [data-st=play]").click()
    play = wait_until(lambda: (now := page.evaluate("window.studio.metrics.plays.at(-1) ?? {}")).get("reason") and now)
    begins, lengths, sound = scheduled(page)
    assert sound == studio.pcm16(TEXT)
    assert play["reason"] == "ended"
    assert play["samplesPlayed"] == play["samplesReceived"] == len(sound) // 2
    assert play["loudest"] > 0.05
    if play["underruns"] == 0:  # a busy machine may be late; then a pause is right
        assert np.abs(np.diff(begins) - lengths[:-1]).max() < 1e-3
    expect(page.locator("#speak-player [data-st=status]")).to_have_text("Finished.")
    worst = page.evaluate(RENDER, f"{FOLDER}/sound/scheduled_ear.js")
    assert worst < 1e-4, "heard as it was made: no sample lost, doubled or moved"


def test_stop_is_silence(page: Page) -> None:
    page.locator("#speak-text textarea").fill(LONG)
    page.locator("#speak-player [data-st=play]").click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.samplesPlayed > 4000"))
    page.evaluate("window.studio.player.stop()")
    loudness = """() => {
      const held = new Float32Array(2048);
      window.studio.player.analyser.getFloatTimeDomainData(held);
      return Math.max(...held.map(Math.abs));
    }"""
    wait_until(lambda: page.evaluate(loudness) == 0, what="silence")
    assert page.evaluate("window.studio.player.state") == "idle"


def test_the_microphone_says_what_to_do(page: Page) -> None:
    show(page, "Captions")
    open_it = "async (address) => (await import(address)).openMicrophone({}).catch((error) => error.message)"
    sentence = page.evaluate(open_it, f"{FOLDER}/sound/microphone.js")
    assert "studio run --https" in sentence
    assert "share link" in sentence


def test_the_stream_page_is_heard_too(page: Page, studio: Studio) -> None:
    page.goto(f"http://{NAME}:{studio.port}/listen")
    wait_until(lambda: page.locator("#voice").input_value(), what="the voices are listed")
    page.locator("#text").fill(TEXT)
    page.locator("#start").click()
    expect(page.locator("#status")).to_have_text("Finished.")
    now = page.evaluate("window.listen.metrics")
    assert now["played"] == now["received"] == now["complete"]["samples"]
    assert now["loudest"] > 0.05
    assert now["firstMs"] > 0
    assert scheduled(page)[2] == studio.pcm16(TEXT)
