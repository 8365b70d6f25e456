"""A studio as a process, a browser to look at it with, and a watch on what the page does. No fixtures here."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import ConsoleMessage, Locator, Page, Request
from playwright.sync_api import TimeoutError as NotInTime

PROJECT = Path(__file__).resolve().parents[2]
START_S = 60
PATIENCE_S = 60  # with a page or an answer
NO_BROWSER = "Chromium is not installed (on Debian: apt install chromium)"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def chromium() -> str:
    """The machine's browser, or "" where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), "")
    return found or next((place for place in PLACES if Path(place).exists()), "")


@dataclass
class Studio:
    """A running studio, started as a person starts it."""

    outputs: Path
    port: int
    environment: dict[str, str]
    process: "subprocess.Popen[str] | None" = None
    said: list[str] = field(default_factory=list[str])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.said = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "studio", "run", "--no-open", "--port", str(self.port)],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        give_up = time.monotonic() + START_S
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.address}/health", timeout=20).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError("the studio did not start:\n" + "".join(self.said[-40:]))

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.said.extend(process.stdout)

    def jobs(self) -> list[dict[str, Any]]:
        return httpx.get(f"{self.address}/v1/jobs", timeout=PATIENCE_S).json()["data"]

    def job(self, job_id: str) -> dict[str, Any]:
        return httpx.get(f"{self.address}/v1/jobs/{job_id}", timeout=PATIENCE_S).json()

    def submit(self, text: str, **options: str) -> str:
        """Queue a book of this text; its id."""
        answer = httpx.post(
            f"{self.address}/v1/jobs",
            files={"text": (None, text), **{k: (None, v) for k, v in options.items()}},
            timeout=PATIENCE_S,
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def pcm16(self, text: str, **options: Any) -> bytes:
        """What the studio says to a program that asks for the whole of it."""
        body = {"input": text, "voice": "en-us", "response_format": "pcm", **options}
        answer = httpx.post(f"{self.address}/v1/audio/speech", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.content

    def keep(self, text: str, voice: str) -> None:
        """Speak a text as the page does, so that it is kept as a clip."""
        body = {"input": text, "voice": voice, "response_format": "pcm", "stream_format": "sse"}
        httpx.post(f"{self.address}/v1/audio/speech", json=body, headers={"X-Studio-Keep": "1"}, timeout=30)

    def clear(self) -> None:
        """Delete all jobs and clips."""
        for job in self.jobs():
            httpx.delete(f"{self.address}/v1/jobs/{job['id']}", timeout=PATIENCE_S)
        for clip in httpx.get(f"{self.address}/v1/clips", timeout=PATIENCE_S).json()["data"]:
            httpx.delete(f"{self.address}/v1/clips/{clip['id']}", timeout=PATIENCE_S)


@contextmanager
def running_studio(folder: Path, **variables: str) -> Iterator[Studio]:
    """A studio with a folder, a port and a home of its own, without a network; `variables` are further ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "GRADIO_"))}
    own = {
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(folder / "home" / "cache"),
        "STUDIO_OUTPUTS": str(folder / "outputs"),
        "STUDIO_OFFLINE": "true",
        "STUDIO_ALLOWED_HOSTS": '["studio.test"]',  # as whom a browser may take it for another machine
        "STUDIO_TOKEN": "false",  # whoever else has an account on the machine that runs the tests
    }
    terminal = {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "COLUMNS": "200"}
    (folder / "home").mkdir()
    one = Studio(folder / "outputs", free_port(), {**kept, **own, **terminal, **variables})
    try:
        one.start()
        yield one
    finally:
        one.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Watch:
    """What a page did that it should not."""

    address: str
    troubles: list[str] = field(default_factory=list[str])
    allowed: list[str] = field(default_factory=list[str])

    def allow(self, pattern: str) -> None:
        """The test provokes this on purpose."""
        self.allowed.append(pattern)

    def attach(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note(f"script error: {error.stack or error}"))
        page.on("request", self._request)
        page.on("response", lambda answer: answer.status >= 500 and self._note(f"{answer.status} from {answer.url}"))

    def check(self) -> None:
        left = [trouble for trouble in self.troubles if not any(re.search(p, trouble) for p in self.allowed)]
        assert not left, "the page misbehaved:\n" + "\n".join(left)

    def _note(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "blob:", "data:")):
            self._note(f"request to {request.url}")


Open = Callable[..., Page]

SLOWLY = """([address, pauses]) => {
  const real = window.fetch;
  window.fetch = async (...all) => {
    const answer = await real(...all);
    if (!String(all[0]).endsWith(address)) return answer;
    let n = 0, rest = "";
    const text = new TextDecoder(), bytes = new TextEncoder();
    const slow = new TransformStream({ async transform(chunk, out) {
      rest += text.decode(chunk, { stream: true });
      for (let end; (end = rest.indexOf("\\n\\n")) >= 0; rest = rest.slice(end + 2)) {
        out.enqueue(bytes.encode(rest.slice(0, end + 2)));
        const pause = pauses[n++] ?? pauses.at(-1);
        if (pause) await new Promise((done) => setTimeout(done, pause));
      }
    } });
    return new Response(answer.body.pipeThrough(slow), answer);
  };
}"""
"""For `page.evaluate(SLOWLY, [address, pauses])`: so many ms after each event of such an answer; the last holds on."""


def show(page: Page, tab: str) -> None:
    """Go to a tab."""
    button = page.get_by_role("tab", name=tab, exact=True)
    button.click()
    page.locator(f'[role=tab][aria-selected=true]:has-text("{tab}")').wait_for()


def click_until_shown(button: Locator, wanted: Locator) -> None:
    """Press it, and again where a busy page did not hear it, which is told; what is shown may go by itself."""
    for _ in range(3):
        button.click()
        with contextlib.suppress(NotInTime):
            wanted.wait_for(timeout=1000 * PATIENCE_S / 2)
            return
        told = button.page.evaluate("({ said: window.studio.said, built: window.studio.built })")
        warnings.warn(f"A press on {button} was not heard; what the page knows: {told}", stacklevel=2)
    raise AssertionError(f"{button} was pressed three times, and {wanted} did not come")


def wait_until(true: Callable[[], Any], limit_s: float = PATIENCE_S, every_s: float = 0.1, what: str = "") -> Any:
    """The first truthy value of `true`."""
    give_up = time.monotonic() + limit_s
    while True:
        value = true()
        if value:
            return value
        if time.monotonic() > give_up:
            raise AssertionError(f"not within {limit_s} s: {what or true}")
        time.sleep(every_s)
