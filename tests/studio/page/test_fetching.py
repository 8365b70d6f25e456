"""The page's downloads: where files may come from is passed on, and what failed is one sentence."""

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.errors import Cancelled, DownloadError
from engine.types import DownloadProgress
from studio.page import fetching
from studio.page.fetching import Downloads, Fetching


class Slow:
    """A fetch that is held up until it is told to go on, or stopped."""

    def __init__(self, end: Exception | None = None) -> None:
        self.begun, self.go_on, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.asked: dict[str, Any] = {}
        self._end = end

    def __call__(self, card: Any, models_dir: Any, *, progress: Any, cancelled: Any, **asked: Any) -> None:
        self.asked = {"card": card.id, "models_dir": models_dir, **asked}
        progress(DownloadProgress(card.id, 10, 40))
        self.begun.set()
        try:
            while not self.go_on.wait(0.01):
                if cancelled():
                    raise Cancelled("Stopped.")
            if self._end is not None:
                raise self._end
        finally:
            self.ended.set()


def until(downloads: Downloads, state: Fetching | None) -> None:
    while downloads.state("kokoro") != state:
        threading.Event().wait(0.01)


def test_a_model_of_the_natural_set_is_got_like_any_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = Slow()
    monkeypatch.setattr(fetching.weights, "fetch", slow)
    downloads = Downloads(tmp_path / "models", False, tmp_path / "given")
    downloads.start("kokoro")
    assert slow.begun.wait(60)
    assert downloads.state("kokoro") == Fetching(10, 40)
    assert slow.asked == {
        "card": "kokoro",
        "models_dir": tmp_path / "models",
        "offline": False,
        "natural_dir": tmp_path / "given",
    }
    slow.go_on.set()
    until(downloads, None)


def test_stop_stops_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = Slow()
    monkeypatch.setattr(fetching.weights, "fetch", slow)
    downloads = Downloads(tmp_path, False)
    downloads.start("kokoro")
    assert slow.begun.wait(60)
    downloads.stop("kokoro")
    assert slow.ended.wait(60)
    until(downloads, None)


def test_what_failed_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = Slow(DownloadError("The index is away."))
    monkeypatch.setattr(fetching.weights, "fetch", slow)
    downloads = Downloads(tmp_path, False)
    slow.go_on.set()
    downloads.start("kokoro")
    until(downloads, Fetching(is_running=False, error="The index is away."))
