"""From the end of a spoken word to its draft on the screen, in headless Chromium whose microphone plays a file.

A word's delay has two parts. The model's own: how much sound behind the word it wants before it offers it, found by
giving the very samples that the page sent to the same recogniser, one step at a time. The rest is ours: packets,
network, resampling, the queue, the decoding itself, and the browser's painting. Each sample's moment is taken from the
audio thread's own clock: the packet that was delayed least says when the microphone began.
"""

import base64
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.click_to_sound import ARGUMENTS, _server
from engine.stt.live import LiveSession
from engine.stt.pocketsphinx import load
from engine.types import Samples, Word

SECONDS = 30
PACKET_S = 0.04
TEXT = (
    "Good morning. My name is John. I have seven brothers and two sisters. The weather was cold and the river was "
    "high. She opened the window and looked at the garden. They walked along the road for a very long time."
)
MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]

# Notes what the page sends and when, and when a text is drawn: in the frame after the change.
WATCH = """() => {
  window.sent = []; window.seen = [];
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (typeof data !== "string") window.sent.push([performance.now(), new Uint8Array(data.buffer ?? data,
      data.byteOffset ?? 0, data.byteLength).slice()]);
    return send.call(this, data);
  };
  const box = document.querySelector(".st-heard");
  const read = () => [...box.querySelectorAll("p, [data-st=draft]")].map((one) =>
    [...one.childNodes].filter((node) => node.nodeName !== "TIME").map((node) => node.textContent).join("")).join(" ")
    .split(/\\s+/).filter(Boolean);
  new MutationObserver(() => requestAnimationFrame(() => window.seen.push([performance.now(), read()])))
    .observe(box, { childList: true, characterData: true, subtree: true });
}"""
SENT = """() => window.sent.map(([at, bytes]) =>
  [at, btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""))])"""


@dataclass(frozen=True)
class Spoken:
    """A word that was seen; seconds since the microphone began."""

    word: Word
    offered_s: float
    shown_s: float


def main() -> None:
    """Print the table."""
    browser_path = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), "")
    if not browser_path:
        print("Chromium is not installed; nothing was measured.")
        return
    with tempfile.TemporaryDirectory() as folder, _server(
        ["-m", "studio", "run", "--no-open", "--workers", "0", "--port"]
    ) as address, sync_playwright() as playwright:  # fmt: skip
        sound = _sound(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=[*ARGUMENTS, *MICROPHONE, f"--use-file-for-fake-audio-capture={sound}"]
        )
        page = browser.new_page()
        sent, seen, rate = _session(page, address)
        version = browser.version
        browser.close()
    _report(sent, seen, rate, version)


def _sound(folder: Path) -> Path:
    path = folder / "microphone.wav"
    line = [sys.executable, "-m", "studio", "say", TEXT, "--out", str(path), "--speed", "0.85"]
    subprocess.run(line, check=True, env=os.environ | {"STUDIO_OUTPUTS": str(folder)}, stderr=subprocess.DEVNULL)
    return path


def _session(page: Page, address: str) -> tuple[list[Any], list[Any], int]:
    page.goto(address)
    page.locator("#speak-player .st-play svg").wait_for()
    page.get_by_role("tab", name="Captions", exact=True).click()
    page.locator("#captions [data-st=toggle]").wait_for()
    page.evaluate(WATCH)
    page.locator("#captions [data-st=toggle]").click()
    page.wait_for_timeout(SECONDS * 1000)
    seen = page.evaluate("window.seen")
    sent = page.evaluate(SENT)
    rate = int(page.evaluate("new AudioContext().sampleRate"))
    return sent, seen, rate


def _report(sent: list[Any], seen: list[Any], rate: int, version: str) -> None:
    packets = [np.frombuffer(base64.b64decode(data), dtype="<i2").astype(np.float32) / 32768 for _, data in sent]
    ends = list(itertools.accumulate(len(packet) for packet in packets))
    # The microphone's clock: no packet can be sent before its last sample was heard.
    began_s = min(at / 1000 - end / rate for (at, _), end in zip(sent, ends, strict=True))
    offers = _offers(np.concatenate(packets), rate)
    spoken = _matched(offers, seen, began_s)
    if not spoken:
        print("No word was seen; nothing was measured.")
        return
    print(f"Chromium {version}, headless; {ends[-1] / rate:.0f} s of speech, {len(spoken)} words; seconds.\n")
    print("| | median | p95 | most |\n|---|---|---|---|")
    rows = {
        "end of the word to its draft on the screen": [one.shown_s - one.word.end_s for one in spoken],
        "of it the model's own: sound it waits for": [one.offered_s - one.word.end_s for one in spoken],
        "of it ours: everything else": [one.shown_s - one.offered_s for one in spoken],
    }
    for name, values in rows.items():
        p95 = statistics.quantiles(values, n=20, method="inclusive")[18]
        print(f"| {name} | {statistics.median(values):.2f} | {p95:.2f} | {max(values):.2f} |")
    print("\nAim: ours at most 0.50.")


def _offers(sound: Samples, rate: int) -> list[tuple[float, list[Word]]]:
    """(seconds of sound, all words believed in) whenever the recogniser changes its mind, on the same samples."""
    session = LiveSession(load(), "", rate)
    stable: list[Word] = []
    offers: list[tuple[float, list[Word]]] = []
    step = round(PACKET_S * rate)
    for at in range(0, len(sound), step):
        for event in session.add_audio(sound[at : at + step]):
            stable.extend(event.stable)
            offers.append(((at + step) / rate, [*stable, *event.draft]))
    session.close()
    return offers


def _matched(offers: list[tuple[float, list[Word]]], seen: list[Any], began_s: float) -> list[Spoken]:
    """For each text that the recogniser offered anew: when its last new word was first on the screen."""
    found: list[Spoken] = []
    longest = 0
    shown = [(at / 1000 - began_s, words) for at, words in seen]
    for offered_s, words in offers:
        # Only a word that is new at the end counts: a guess that is only corrected was not waited for.
        if len(words) <= longest:
            continue
        longest = len(words)
        texts = [word.text for word in words]
        when = next((at for at, have in shown if at >= offered_s - 1 and have[: len(texts)] == texts), None)
        if when is not None:
            found.append(Spoken(words[-1], offered_s, when))
    return found


if __name__ == "__main__":
    main()
