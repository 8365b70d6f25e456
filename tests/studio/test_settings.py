"""Settings are read once from the environment and say who may come in."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from studio.settings import Settings


@pytest.fixture(autouse=True)
def no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_environment_sets_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_PORT", "9001")
    assert Settings().port == 9001


def test_the_database_lies_in_the_outputs_folder_unless_a_url_is_given(tmp_path: Path) -> None:
    assert Settings(outputs=tmp_path).resolved_database_url == f"sqlite:///{tmp_path / 'studio.db'}"
    assert Settings(database_url="postgresql://db/studio").resolved_database_url == "postgresql://db/studio"


@pytest.mark.parametrize(
    ("settings", "keeper"),
    [
        (Settings(), ""),
        (Settings(host="0.0.0.0"), "local"),
        (Settings(share=True), "local"),
        (Settings(host="0.0.0.0", users={"ada": SecretStr("a"), "bob": SecretStr("b")}), "ada"),
    ],
)
def test_the_models_are_kept_by_the_first_user_or_the_owner_among_guests(settings: Settings, keeper: str) -> None:
    assert settings.keeper == keeper


def test_a_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_USERS", '{"ada": "correct horse battery"}')
    assert "horse" not in repr(Settings())


@pytest.mark.parametrize(("name", "value"), [("workers", -1), ("max_upload_mb", 0), ("memory_budget_gb", -0.5)])
def test_a_senseless_value_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["MODELS_DIR", "NATURAL_DIR"])
def test_an_empty_folder_is_none_and_not_where_a_program_stands(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"STUDIO_{name}", "")
    assert getattr(Settings(_env_file=None), name.lower()) is None  # type: ignore[call-arg]
