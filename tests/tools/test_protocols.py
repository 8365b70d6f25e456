"""docs/protocols.md is what the code says: every route, message, field and error, and nothing that is gone."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from studio.api import events
from tools import protocols

PAPER = protocols.PAPER.read_text(encoding="utf-8")


def test_the_paper_is_as_the_code_is() -> None:
    assert protocols.written(PAPER) == PAPER, "run: python -m tools.protocols"
    assert set(re.findall(r"<!-- begin (\w+) -->", PAPER)) == protocols.BLOCKS.keys()


def test_every_message_and_every_kind_of_event_is_in_it() -> None:
    found = protocols.messages()
    assert len(found) > 35
    assert {events.SpeechBody, events.LiveStart} <= set(found)
    for message in found:
        assert PAPER.count(f"**{message.__name__}**") == 1
    api = Path(events.__file__).parent
    kinds = {
        kind
        for file in api.rglob("*.py")
        for kind in re.findall(r'"type": "([a-z_.]+)"', file.read_text(encoding="utf-8"))
    }
    ours = {kind for kind in kinds if not kind.startswith("http.")}  # those are the server's
    assert {kind for kind in ours if f'"{kind}"' not in PAPER} == set()


def test_every_action_of_a_live_session_is_in_it() -> None:
    from studio.api.live import COMMANDS

    assert [action for action in COMMANDS if f'"action": "{action}"' not in PAPER] == []


class Fresh(BaseModel):
    """A message that nobody wrote down."""

    loud: bool = Field(False)
    times: list[tuple[int, float]] | None = None
    name: str


def test_a_new_message_changes_the_paper_and_is_written_in_json_s_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(protocols, "messages", lambda: [Fresh])
    paper = tmp_path / "protocols.md"
    paper.write_text("Prose.\n\n<!-- begin http -->\nold\n<!-- end http -->\n\nMore.\n")
    protocols.main(paper)
    assert paper.read_text() == (
        "Prose.\n\n<!-- begin http -->\n**Fresh**. A message that nobody wrote down.\n\n"
        "| field | kind | default |\n|---|---|---|\n| `loud` | true or false | `false` |\n"
        "| `times` | list of [whole number, number] or null | `null` |\n| `name` | text | needed |\n"
        "<!-- end http -->\n\nMore.\n"
    )
    assert "written anew" in capsys.readouterr().out
