"""A voice whose fixtures changed sounds another way: its VERSION is raised, so that kept sound is made anew."""

import hashlib
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from engine import registry

HERE = Path(__file__).parent
KEPT: dict[str, dict[str, Any]] = json.loads((HERE / "versions.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("family", KEPT)
def test_the_version_is_that_of_the_fixtures(family: str) -> None:
    kept = KEPT[family]
    mark = hashlib.sha256(b"".join((HERE / "fixtures" / name).read_bytes() for name in kept["fixtures"])).hexdigest()
    version = import_module(f"engine.tts.{family}").VERSION
    told = (
        f"Raise VERSION in engine/tts/{family}/__init__.py, then write it and {mark} into tests/parity/versions.json."
    )
    assert (version, mark) == (kept["version"], kept["sha256"]), told


def test_every_downloaded_voice_has_one() -> None:
    assert {card.family for card in registry.cards("speak") if not card.built_in} == KEPT.keys()
