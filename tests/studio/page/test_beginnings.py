"""What the page's pickers begin with, and what the page offers, follow what is on the machine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.defaults import speaking
from engine.pool import ModelPool
from engine.text.g2p.extras import EXTRAS, Extra
from studio.books import Readings
from studio.library.db import migrate
from studio.library.library import open_library
from studio.page import offers as offered
from studio.page.context import PageContext
from studio.page.fetching import Downloads
from studio.page.offers import offers
from studio.page.tabs.speak import Start
from studio.page.tabs.transcribe import listening_start
from studio.settings import Settings
from tests.present import put

Make = Callable[..., PageContext]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    opened: list[PageContext] = []

    def made(**changes: Any) -> PageContext:
        changes = {"models_dir": tmp_path / "models", "outputs": tmp_path / "outputs"} | changes
        settings = Settings(_env_file=None, **changes)  # type: ignore[call-arg]
        migrate(settings.resolved_database_url)
        library = open_library(settings.outputs, settings.resolved_database_url)
        downloads = Downloads(settings.models_dir, offline=True)
        opened.append(PageContext(library, ModelPool(), settings, downloads, Readings()))
        return opened[-1]

    yield made
    for context in opened:
        context.pool.close()
        context.library.close()


def test_the_pickers_begin_with_whoever_speaks_and_listens(make: Make, tmp_path: Path) -> None:
    context = make()
    assert Start.of(context).initial()["start"] == {"model": "espeak-ng", "voice": "en-us"}
    assert listening_start(context) == "pocketsphinx"
    put(tmp_path / "models", "kokoro", "whisper-base")
    start = Start.of(context).initial()
    assert start["start"] == {"model": "kokoro", "voice": "af_heart"}
    assert start["rates"]["kokoro"] == 24_000
    assert listening_start(context) == "whisper-base"


def test_the_settings_go_before(make: Make, tmp_path: Path) -> None:
    put(tmp_path / "models", "kokoro")
    start = Start.of(make(voice="de+m3")).initial()
    assert (start["model"], start["voice"], start["timbre"]) == ("espeak-ng", "de", "m3")
    assert start["start"] == {"model": "espeak-ng", "voice": "de+m3"}
    assert Start.of(make(speak_model="espeak-ng")).initial()["model"] == "espeak-ng"
    assert Start.of(make(voice="nobody")).initial()["start"] == {"model": "kokoro", "voice": "af_heart"}


def test_the_page_offers_the_natural_voice_then_what_reads_a_language(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = make()
    only = offers(context)
    assert [(one["id"], one["for"], one["is_running"]) for one in only] == [("natural", "", False)]
    assert only[0]["notice"] == speaking.who_speaks("", tmp_path / "models").notice, "the script knows it by this"
    assert "studio models" not in only[0]["sentence"], "a button stands beside it"
    assert only[0]["size_bytes"] > 50 * 10**6
    put(tmp_path / "models", "kokoro")
    monkeypatch.setattr(Extra, "is_here", property(lambda extra: extra.language == "zh"))
    monkeypatch.setattr(offered, "EXTRAS", EXTRAS)
    left = offers(context)
    assert [(one["id"], one["for"]) for one in left] == [("ja", "ja")]
    assert "studio models" not in left[0]["sentence"]
    assert left[0]["notice"] == speaking.who_speaks("ja", tmp_path / "models").notice
