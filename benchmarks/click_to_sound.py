"""From the click to the first sound in headless Chromium: our page beside stock Gradio streaming, in one run.

Ours: the real studio; from the click event to the message that the first sample above -60 dBFS was rendered.
Stock: gr.Audio(streaming=True, autoplay=True) on a generator that answers at once; from the click event to the first
animation frame in which its <audio> element plays beyond 0 (its kindest reading: silence counts as sound).
The two take turns; each side's first click is reported apart, as cold.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROUNDS = 25
PROJECT = Path(__file__).resolve().parent.parent
TEXT = "The quick brown fox jumps over the lazy dog. It was a fine day, and nobody was in a hurry."
QUIET_MS = 350  # between a stop and the next click, so that nothing of the last play is left
STOCK_TAIL_MS = 4500  # the stock page's three seconds of sound must have ended
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
]

STOCK = """
import os, sys
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio as gr, numpy as np
RATE = 22050
def speak(text):
    time = np.arange(RATE // 2)
    for i in range(6):
        yield RATE, (np.sin(2 * np.pi * 440 * (time + i * len(time)) / RATE) * 12000).astype(np.int16)
with gr.Blocks(analytics_enabled=False) as page:
    text = gr.Textbox("Hello", label="Text")
    button = gr.Button("Play", elem_id="play")
    sound = gr.Audio(streaming=True, autoplay=True)
    button.click(speak, text, sound)
page.launch(server_port=int(sys.argv[1]), quiet=True)
"""

WATCH_STOCK = """() => {
  window.heard = null;
  document.querySelector("#play").addEventListener("click", (event) => {
    const before = new Map([...document.querySelectorAll("audio")].map((one) => [one, one.currentSrc]));
    const look = () => {
      for (const one of document.querySelectorAll("audio"))
        if (one.currentTime > 0 && !one.paused && before.get(one) !== one.currentSrc) {
          window.heard = performance.now() - event.timeStamp;
          return;
        }
      requestAnimationFrame(look);
    };
    look();
  }, { once: true });
}"""


def main() -> None:
    """Print the table."""
    browser_path = _chromium()
    if not browser_path:
        print("Chromium is not installed; nothing was measured.")
        return
    with (
        _server(["-m", "studio", "run", "--no-open", "--workers", "0", "--port"]) as ours,
        _server(["-c", STOCK]) as stock,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        times = _measured(browser, ours, stock)
        version = browser.version
        browser.close()
    print(f"Chromium {version}, headless; {ROUNDS} clicks each, warm, in turns; milliseconds from the click.\n")
    print("| page | cold | median | p95 | least | most |\n|---|---|---|---|---|---|")
    for name, values in times.items():
        warm = sorted(values[1:])
        p95 = statistics.quantiles(warm, n=20, method="inclusive")[18]
        cells = (values[0], statistics.median(warm), p95, warm[0], warm[-1])
        print(f"| {name} | {' | '.join(f'{cell:,.0f}' for cell in cells)} |")
    medians = [statistics.median(values[1:]) for values in times.values()]
    print(f"\nRatio of the medians: {medians[1] / medians[0]:.0f}. Aim: median at most 100 ms, p95 at most 200 ms.")


def _measured(browser: Browser, ours: str, stock: str) -> dict[str, list[float]]:
    studio, other = browser.new_page(), browser.new_page()
    studio.goto(ours)
    studio.locator("#speak-player .st-play svg").wait_for()
    studio.locator("#speak-text textarea").fill(TEXT)
    other.goto(stock)
    other.locator("#play").wait_for()
    times: dict[str, list[float]] = {"Speech Studio": [], "stock Gradio streaming": []}
    for _ in range(ROUNDS + 1):
        times["Speech Studio"].append(_ours(studio))
        times["stock Gradio streaming"].append(_stock(other))
    return times


def _ours(page: Page) -> float:
    page.bring_to_front()
    page.wait_for_timeout(QUIET_MS)
    page.locator("#speak-player .st-play").click()
    page.wait_for_function("window.studio.metrics.plays.at(-1)?.clickToSoundMs", timeout=20_000)
    heard = float(page.evaluate("window.studio.metrics.plays.at(-1).clickToSoundMs"))
    page.evaluate("window.studio.player.stop()")
    return heard


def _stock(page: Page) -> float:
    page.bring_to_front()
    page.wait_for_timeout(QUIET_MS)
    page.evaluate(WATCH_STOCK)
    page.locator("#play").click()
    page.wait_for_function("window.heard", timeout=30_000)
    heard = float(page.evaluate("window.heard"))
    page.wait_for_timeout(STOCK_TAIL_MS)
    return heard


@contextmanager
def _server(arguments: list[str]) -> Iterator[str]:
    """A page on a port of its own, with a home and outputs of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"STUDIO_OUTPUTS": f"{folder}/outputs", "GRADIO_TEMP_DIR": f"{folder}/gradio"}
        environment["STUDIO_TOKEN"] = "false"
        process = subprocess.Popen(
            [sys.executable, *arguments, str(port)], cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL
        )
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                except (urllib.error.URLError, TimeoutError, ConnectionError):
                    time.sleep(0.1)
            else:
                raise RuntimeError(f"nothing answers at {address}")
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _chromium() -> str:
    import shutil

    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), "")
