"""The README says what is there: every command, every setting, every file it names."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from studio.settings import Settings

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme() -> None:
    missing = [name for name in Settings.model_fields if f"`STUDIO_{name.upper()}`" not in README]
    assert not missing


def test_every_setting_in_the_readme_exists() -> None:
    named = set(re.findall(r"`STUDIO_([A-Z_]+)`", README))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_command_is_in_the_readme() -> None:
    from studio.cli import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    missing = [name for name in commands if f"`studio {name}" not in README]
    assert not missing


@pytest.mark.parametrize("named", re.findall(r"\((docs/[^)]+)\)|`(examples/[^`]+?\.epub)`", README))
def test_every_file_the_readme_names_is_there(named: tuple[str, str]) -> None:
    path = next(part for part in named if part)
    assert (PROJECT / path).is_file(), f"{path} is named in the README and missing"


def test_every_room_of_the_tree_is_on_the_map() -> None:
    architecture = (PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [path.parent for path in PROJECT.glob("*/__init__.py")] + [
        path.parent for room in ("engine", "studio") for path in (PROJECT / room).glob("*/__init__.py")
    ]
    missing = [room.name for room in rooms if not re.search(rf"\b{room.name}\b", architecture)]
    assert not missing


def test_the_changelog_has_the_version_and_the_form() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    heads = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    assert heads[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", heads[1])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", changelog, re.MULTILINE)) <= kinds
    below_no_kind = re.findall(r"^## .*\n+- ", changelog, re.MULTILINE)
    assert not below_no_kind


PAPERS = [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md")]
PAPERS += sorted((PROJECT / "docs").glob("*.md"))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_every_link_between_the_papers_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|/)([^)#]+)", paper.read_text(encoding="utf-8"))
    assert [link for link in links if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_every_file_the_papers_name_is_there(paper: Path) -> None:
    """What stands in backquotes and begins with a room of the tree."""
    rooms = r"engine|studio|workers|migrations|tests|tools|docs|benchmarks|examples"
    named = re.findall(rf"`((?:{rooms})/[\w./]+\.\w+)`", paper.read_text(encoding="utf-8"))
    assert [name for name in named if not (PROJECT / name).exists()] == []
