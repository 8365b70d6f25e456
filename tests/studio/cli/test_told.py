"""What is missing is said once on a machine; what was found out of a text is said each time."""

from pathlib import Path

import pytest

from studio.cli.telling.told import tell
from studio.library.voices.dressed import Dressed
from studio.settings import Settings


def test_what_is_missing_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(_env_file=None, models_dir=tmp_path / "models")  # type: ignore[call-arg]
    lacking = Dressed("espeak-ng", "en-us", "en-us", notice="Get it.", lacks="natural")
    found = Dressed("espeak-ng", "ru", "ru", notice="It is Russian.")
    said: list[str] = []
    for who in (lacking, lacking, found, found, Dressed("kokoro", "af_heart", "af_heart")):
        tell(settings, who)
        said.append(capsys.readouterr().err.strip())
    assert said == ["Get it.", "", "It is Russian.", "It is Russian.", ""]


def test_where_nothing_can_be_kept_it_is_said_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "models").write_text("no folder")
    settings = Settings(_env_file=None, models_dir=tmp_path / "models")  # type: ignore[call-arg]
    tell(settings, Dressed("espeak-ng", "en-us", "en-us", notice="Get it.", lacks="natural"))
    assert capsys.readouterr().err.strip() == "Get it."
