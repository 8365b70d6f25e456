"""Signed for real where the extra is installed; what is asked of it is looked at everywhere, with a stand-in."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from cryptography import x509

from engine.audio.files import credentials
from engine.audio.files.encode import write_file
from engine.audio.files.io import read
from engine.audio.files.m4b import Chapter, write_book
from engine.audio.files.provenance import DIGITAL_SOURCE_TYPE, Provenance
from studio.library import signing
from studio.library.storage import Storage
from studio.settings import Settings

RATE = 24_000
SOUND = (0.3 * np.sin(np.arange(24_000) / 20)).astype(np.float32)
MADE_BY = Provenance("Kokoro", "Ann", "cloned", "CC-BY-NC-4.0")
PATHS = ["a.wav", "a.mp3", "a.m4a", "a.m4b"]


def on(outputs: Path) -> Settings:
    return Settings(outputs=outputs, c2pa=True)


def made(path: Path) -> Path:
    if path.suffix == ".m4b":
        marks = [Chapter("One", 0, 1)]
        write_book(path, [SOUND], RATE, marks, title="T", author="A", narrator="N", made_by=MADE_BY)
    else:
        write_file(path, [SOUND], path.suffix.lstrip("."), RATE, made_by=MADE_BY)
    return path


@pytest.mark.parametrize("name", PATHS)
def test_a_signed_file_is_valid_by_a_signer_whom_nobody_knows(name: str, tmp_path: Path):
    c2pa: Any = pytest.importorskip("c2pa")
    path = made(tmp_path / name)
    assert signing.sign_finished(on(tmp_path), Storage(tmp_path), path, MADE_BY, "Title") == ()
    with path.open("rb") as file:
        told = json.loads(c2pa.Reader(credentials.MEDIA_TYPES[path.suffix], file).json())
    assert told["validation_state"] == "Valid"
    assert [one["code"] for one in told["validation_status"]] == ["signingCredential.untrusted"]
    active = told["manifests"][told["active_manifest"]]
    assert active["title"] == "Title"
    assert DIGITAL_SOURCE_TYPE in json.dumps(active["assertions"]) and '"cloned"' in json.dumps(active["assertions"])
    assert len(read(path, RATE)) == len(SOUND)


def test_a_changed_file_is_not_valid(tmp_path: Path):
    c2pa: Any = pytest.importorskip("c2pa")
    path = made(tmp_path / "a.wav")
    signing.sign_finished(on(tmp_path), Storage(tmp_path), path, MADE_BY)
    data = bytearray(path.read_bytes())
    data[data.index(b"data") + 1_000] ^= 1
    path.write_bytes(data)
    with path.open("rb") as file:
        told = json.loads(c2pa.Reader("audio/wav", file).json())
    assert told["validation_state"] == "Invalid"


def test_the_studios_certificate_is_made_once_and_is_its_owners_alone(tmp_path: Path):
    storage = Storage(tmp_path)
    first = signing.own_signer(storage)
    file = tmp_path / signing.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert signing.own_signer(storage) == first
    leaf, root = x509.load_pem_x509_certificates(first.chain)
    leaf.verify_directly_issued_by(root)
    assert file.read_bytes().count(b"PRIVATE KEY-----\n") == 2  # the root's key is nowhere


@pytest.mark.parametrize("harm", ["readable", "broken", "old"])
def test_one_that_does_not_hold_is_made_anew(harm: str, tmp_path: Path):
    storage = Storage(tmp_path)
    first, file, present = signing.own_signer(storage), tmp_path / signing.FILE, datetime.now(UTC)
    if harm == "readable":
        file.chmod(0o644)
    elif harm == "broken":
        file.write_bytes(file.read_bytes()[:200])
    else:
        present += signing.LIFETIME
    again = signing.own_signer(storage, present)
    assert again != first
    assert signing.own_signer(storage, present + timedelta(days=1)) == again


def test_without_the_setting_nothing_happens(tmp_path: Path):
    path = made(tmp_path / "a.wav")
    before = path.read_bytes()
    assert signing.sign_finished(Settings(outputs=tmp_path), Storage(tmp_path), path, MADE_BY) == ()
    assert path.read_bytes() == before and not (tmp_path / signing.FILE).exists()


def test_a_missing_extra_costs_a_sentence_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(credentials, "is_here", lambda: False)
    path = made(tmp_path / "a.mp3")
    before = path.read_bytes()
    told = signing.sign_finished(on(tmp_path), Storage(tmp_path), path, MADE_BY)
    assert told == ("The file was not signed: The extra `c2pa` is not installed.",)
    assert path.read_bytes() == before
    assert not signing.is_on(on(tmp_path), ".mp3")


def test_a_kind_of_file_that_cannot_be_signed_is_told(tmp_path: Path):
    path = made(tmp_path / "a.flac")
    told = signing.sign_finished(on(tmp_path), Storage(tmp_path), path, MADE_BY)
    assert told == ("The file was not signed: A file of type “flac” cannot be signed.",)


@pytest.mark.parametrize("fails", [False, True])
def test_the_library_is_asked_as_it_says(fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []

    class Held:
        def __init__(self, *arguments: Any) -> None:
            asked.append(arguments)

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            asked.append("closed")

        @classmethod
        def from_info(cls, info: Any) -> Any:
            return cls(info)

        def sign(self, hand: Any, media_type: str, source: Any, target: Any) -> None:
            asked.append(media_type)
            target.write(b"half")
            if fails:
                raise RuntimeError("no")

    stand_in = ModuleType("c2pa")
    stand_in.Signer = stand_in.Builder = stand_in.C2paSignerInfo = Held  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "c2pa", stand_in)
    monkeypatch.setattr(credentials, "is_here", lambda: True)
    path = made(tmp_path / "a.wav")
    before = path.read_bytes()
    told = signing.sign_finished(on(tmp_path), Storage(tmp_path), path, MADE_BY)
    assert asked[0][0] == b"es256" and b"BEGIN CERTIFICATE" in asked[0][1] and asked[0][3] is None
    assert "audio/wav" in asked and asked.count("closed") == 2
    assert path.read_bytes() == (before if fails else b"half")
    assert bool(told) == fails
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
