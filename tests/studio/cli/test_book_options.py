"""`studio book` hands on how a model that draws tokens shall draw them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.errors import OptionError
from studio.cli import app


def narrate(folder: Path, *words: str) -> "tuple[str, BaseException | None]":
    (folder / "tale.md").write_text("# One\n\nA fox saw a crow.\n", encoding="utf-8")
    environment = {"STUDIO_OUTPUTS": str(folder), "STUDIO_REDIS_URL": "redis://127.0.0.1:1"}
    line = ["book", str(folder / "tale.md"), "--no-wait", "--json", *words]
    run = CliRunner().invoke(app, line, env=environment)
    return run.stdout, run.exception


def test_sampling_and_seed_are_kept_with_the_job(tmp_path: Path) -> None:
    said, problem = narrate(tmp_path, "--temperature", "0.4", "--top-p", "0.8", "--seed", "7", "--max-tokens", "1200")
    assert problem is None
    shown = CliRunner().invoke(
        app, ["jobs", "show", json.loads(said)["id"], "--json"], env={"STUDIO_OUTPUTS": str(tmp_path)}
    )
    options = json.loads(shown.stdout)["options"]
    drawn = {name: value for name, value in options["sampling"].items() if value is not None}
    assert drawn == {"temperature": 0.4, "top_p": 0.8, "max_tokens": 1200}
    assert options["seed"] == 7


@pytest.mark.parametrize(
    "words", [("--temperature", "2.1"), ("--temperature", "nan"), ("--top-p", "0"), ("--max-tokens", "3")]
)
def test_what_cannot_be_drawn_is_one_sentence(tmp_path: Path, words: tuple[str, str]) -> None:
    said, problem = narrate(tmp_path, *words)
    assert isinstance(problem, OptionError)
    assert str(problem).endswith(".")
    assert not said
