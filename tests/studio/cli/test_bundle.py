"""`studio doctor --bundle`: a zip for somebody who helps, in which no secret is."""

import json
import logging
import platform
import zipfile
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from engine.errors import InputError
from studio.access.tokens import Tokens
from studio.cli import bundle, doctor_command
from studio.cli.doctor import Finding
from studio.cli.main import app
from studio.library.db import migrate
from studio.library.jobs.options import BookOptions
from studio.library.library import open_library
from studio.logs import kept
from studio.settings import Settings
from tests.workers.books import plain_book

LOGIN, KEY, SIGNS = "ada", "key-of-ada-1-long", "signs-the-cookies-here"
PLANTED = (
    *(LOGIN, KEY, SIGNS, Tokens(SIGNS).owner, Tokens(SIGNS).guest),
    *(
        "/home/grace",
        "grace",
        "gracebook",
        "studio.example.org",
        "queue-host",
        "redis-password",
    ),
    *("10.1.2.3", "2001:db8::7", "marzipan", "hf_abcdefghijklmnop", "nougat"),
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HOME", "/home/grace")
    monkeypatch.setenv("USER", "grace")
    monkeypatch.setattr(platform, "node", lambda: "gracebook.lan")
    outputs = tmp_path / "outputs"
    plain = Settings(_env_file=None, outputs=outputs)  # type: ignore[call-arg]
    migrate(plain.resolved_database_url)
    library = open_library(outputs, plain.resolved_database_url)
    library.submit_book("ann", plain_book(2, 2, title="nougat"), BookOptions(format="wav"))
    library.close()
    return plain.model_copy(
        update={
            "users": {LOGIN: SecretStr(KEY)},
            "session_secret": SecretStr(SIGNS),
            "host": "10.1.2.3",
            "allowed_hosts": ["studio.example.org"],
            "redis_url": "redis://:redis-password@queue-host:6379/0",
            "natural_dir": Path("/home/grace/marzipan"),
            "voice": "marzipan",
        }
    )


def contents(file: Path) -> dict[str, str]:
    with zipfile.ZipFile(file) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_no_planted_secret_is_in_the_zip(settings: Settings, tmp_path: Path) -> None:
    said = " ".join(PLANTED[:-1])
    with kept(settings.logs, "studio", "debug"):
        logging.getLogger("studio").warning("heard %s", ValueError("nougat"))
        logging.getLogger("studio").warning(said.replace("marzipan", ""))
        try:
            raise ValueError(PLANTED[-1])
        except ValueError:
            logging.getLogger("workers").exception("%s", said.replace("marzipan", ""))
    (settings.logs / "worker-1.log").write_text("nougat is no line of ours\n[1]\n")
    (settings.logs / "other.txt").write_text("nougat")
    finding = Finding("outputs", True, said.replace("marzipan", ""), "export STUDIO_OUTPUTS=/home/grace/x")
    told = bundle.write_bundle(tmp_path / "help.zip", settings, [finding])
    inside = contents(tmp_path / "help.zip")
    for name, text in inside.items():
        for secret in PLANTED:
            assert secret not in text, f"{secret} is in {name}"
    assert set(inside) == {
        *("README.txt", "doctor.json", "versions.json", "settings.json", "tables.json"),
        *("logs/studio.log", "logs/worker-1.log"),
    }
    assert all(sentence in inside["README.txt"] for sentence in told)
    lines = [json.loads(line) for line in inside["logs/studio.log"].splitlines()]
    assert lines[0]["message"] == "heard ValueError" and "in_full" not in json.dumps(lines)
    assert "test_bundle.py" in lines[2]["exception"]
    assert (tmp_path / "help.zip").stat().st_mode & 0o077 == 0


def test_it_tells_what_helps(settings: Settings, tmp_path: Path) -> None:
    bundle.write_bundle(tmp_path / "help.zip", settings, [])
    inside = {name: text for name, text in contents(tmp_path / "help.zip").items()}
    tables = json.loads(inside["tables.json"])
    assert (tables["job"], tables["clip"]) == (1, 0) and tables["jobpart"] >= 2
    assert tables["revision"] > "0003"
    found = json.loads(inside["settings.json"])
    assert set(found) == set(Settings.model_fields)
    assert (found["port"], found["users"], found["redis_url"], found["database_url"]) == (
        *(7860, "1 given", "set", "as it comes"),
    )
    versions = json.loads(inside["versions.json"])
    assert versions["python"] == platform.python_version()


def test_a_file_that_is_there_is_left_and_a_place_that_cannot_be_written_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        bundle.write_bundle(tmp_path / "mine.zip", settings, [])
    assert (tmp_path / "mine.zip").read_text() == "mine"
    with pytest.raises(bundle.BundleError, match="cannot be written"):
        bundle.write_bundle(tmp_path / "nowhere" / "a.zip", settings, [])


def test_no_database_and_no_logs_are_no_trouble(tmp_path: Path) -> None:
    empty = Settings(_env_file=None, outputs=tmp_path / "nothing")  # type: ignore[call-arg]
    bundle.write_bundle(tmp_path / "a.zip", empty, [])
    assert json.loads(contents(tmp_path / "a.zip")["tables.json"]) == {}
    assert not empty.outputs.exists()
    elsewhere = Settings(
        _env_file=None,  # type: ignore[call-arg]
        outputs=tmp_path / "nothing",
        database_url="nonsense://me:db-password@db-host/x",
    )
    bundle.write_bundle(tmp_path / "b.zip", elsewhere, [])
    assert "problem" in json.loads(contents(tmp_path / "b.zip")["tables.json"])
    assert "db-" not in "".join(contents(tmp_path / "b.zip").values())


def test_the_terminal_says_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setattr(doctor_command, "examine", lambda _: [Finding("Redis", False, "no")])
    run = CliRunner().invoke(app, ["doctor", "--bundle", str(tmp_path / "a.zip")])
    assert run.exit_code == 0, run.output
    assert "tables.json" in run.output and "nothing was sent" in run.output
    refused = CliRunner().invoke(app, ["doctor", str(tmp_path / "b.zip")])
    assert isinstance(refused.exception, InputError)
