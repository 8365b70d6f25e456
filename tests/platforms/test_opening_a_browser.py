"""`studio run` opens the page where somebody sits in front of the machine, and only there."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from studio import app
from studio.addresses import Addresses
from studio.cli import run

Ready = Callable[[Addresses], None]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened by a studio that starts at once and ends."""
    found: list[str] = []

    def serve(settings: Any, supervise: bool, on_ready: Ready, on_warm: object = None, seen: object = None) -> None:
        on_ready(Addresses("http://127.0.0.1:7860"))

    monkeypatch.setattr(app, "serve", serve)
    monkeypatch.setattr(run, "webbrowser", SimpleNamespace(open=found.append))
    for name in ("SSH_CONNECTION", "CI", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return found


@pytest.mark.parametrize(
    ("system", "environment", "opens"),
    [
        ("darwin", {}, True),
        ("darwin", {"SSH_CONNECTION": "10.0.0.1 22"}, False),
        ("darwin", {"CI": "true"}, False),
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "10.0.0.1 22"}, False),
    ],
)
def test_it_opens_in_front_of_somebody(
    system: str, environment: dict[str, str], opens: bool, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "sys", SimpleNamespace(platform=system))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run.run()
    assert opened == (["http://127.0.0.1:7860"] if opens else [])


def test_it_does_not_where_it_was_told_not_to(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "sys", SimpleNamespace(platform="darwin"))
    run.run(no_open=True)
    assert opened == []
