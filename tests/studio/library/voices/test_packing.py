"""A voice as a file: out and in again, and files that are no voice, or mean harm."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import InputError
from engine.tts.kokoro import tuned
from engine.tts.prepared import read, write
from studio.library.db import session
from studio.library.errors import IllegalMove
from studio.library.library import Library
from studio.library.tables import OwnVoice
from studio.library.voices import saved
from studio.library.voices.own import consents, packing, rows
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.names import token
from studio.library.voices.worn import check
from tests.studio.library.voices.conftest import SAID, Make


@pytest.fixture
def packed(library: Library, make: Make) -> bytes:
    voice = make("ann", "Ada")
    state = tuned.state_of("af_heart", np.ones(128, np.float32), np.zeros(128, np.float32))
    write(VoiceFolder.of(library.storage, voice.id).tuned, state)
    with session(library.db, write=True) as opened:
        row = opened.get(OwnVoice, voice.id)
        assert row is not None
        row.tuned, row.notes, row.tone = "both", "hers", {"room": 0.25}
        opened.add(row)
    return packing.pack(library.db, library.storage, "ann", voice.id)


def of(packed: bytes, **changes: Any) -> dict[str, bytes]:
    """The files of a packed voice, its manifest changed."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"]) | changes
    return files | {"manifest.json": json.dumps(manifest).encode()}


def written(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_voice_goes_out_and_comes_in_for_its_importer_alone(library: Library, packed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "ada.voice"
    file.write_bytes(packed)
    voice = packing.unpack(library.db, library.storage, "bob", file)
    assert (voice.name, voice.owner, voice.imported, voice.notes) == ("Ada", "bob", True, "hers")
    assert (voice.consent.state, voice.consent.sentence) == ("elsewhere", "Given elsewhere, not checked here.")
    assert (voice.tone.room, voice.tuned, voice.recordings[0].text) == (0.25, "both", SAID)
    state = read(VoiceFolder.of(library.storage, voice.id).tuned)
    assert state is not None
    assert np.array_equal(state.arrays["timbre"], np.ones(128, dtype=np.float32))
    check(library.db, "bob", token(voice.id))
    with pytest.raises(IllegalMove, match="agrees here"):
        rows.change(library.db, "bob", voice.id, voice.version, rows.Changes(shared=True))
    declared = consents.declare(library.db, "bob", voice.id)
    assert rows.change(library.db, "bob", voice.id, declared.version, rows.Changes(shared=True)).shared
    again = packing.unpack(library.db, library.storage, "bob", file)
    assert again.name == "Ada 2"


def test_a_voice_to_which_nobody_agreed_comes_in_silent(library: Library, packed: bytes, tmp_path: Path) -> None:
    for state in ("none", "revoked", "asked", 7):
        file = written(tmp_path / "x.voice", of(packed, consent={"state": state}))
        assert packing.unpack(library.db, library.storage, "bob", file).consent.state == "none"


def test_a_blend_goes_out_and_comes_in(library: Library, tmp_path: Path) -> None:
    kept = saved.keep(library.db, "ann", "kokoro", "Evening", "af_heart:0.6+am_michael:0.4")
    file = tmp_path / "e.voice"
    file.write_bytes(packing.pack(library.db, library.storage, "ann", kept.id))
    assert packing.unpack(library.db, library.storage, "bob", file).blend == kept.blend


def hostile(packed: bytes) -> dict[str, dict[str, bytes]]:
    good = of(packed)
    recording = json.loads(good["manifest.json"])["recordings"][0]
    return {
        "a path": good | {"../../evil.wav": b"x"},
        "an absolute path": good | {"/etc/evil": b"x"},
        "a folder of another": good | {"recordings/../../evil.wav": b"x"},
        "a backslash": good | {"recordings\\0.wav": b"x"},
        "a strange name": good | {"recordings/evil.npz": b"x"},
        "a bomb": of(packed, recordings=[recording, recording | {"mood": "b"}])
        | {"recordings/1.wav": bytes(70_000_000)},
        "a manifest that is a bomb": good | {"manifest.json": b" " * 2_000_000 + good["manifest.json"]},
        "a newer version": of(packed, version=2),
        "no version": of(packed, version=None),
        "another format": of(packed, format="else"),
        "no manifest": {name: content for name, content in good.items() if name != "manifest.json"},
        "no JSON": good | {"manifest.json": b"{" * 100_000},
        "a list": good | {"manifest.json": b"[]"},
        "no recording": of(packed, recordings=[], tuned=None),
        "a missing recording": {name: content for name, content in good.items() if not name.endswith(".wav")},
        "a recording that is none": good | {"recordings/0.wav": b"RIFF" + bytes(1000)},
        "times that are none": of(packed, recordings=[recording | {"start_s": "a"}]),
        "times beyond": of(packed, recordings=[recording | {"start_s": 90.0, "end_s": 99.0}]),
        "two of one mood": good | {"recordings/1.wav": good["recordings/0.wav"]} | {
            "manifest.json": of(packed, recordings=[recording, recording])["manifest.json"]
        },
        "a name that is none": of(packed, name="\u0000"),
        "a kind nobody knows": of(packed, kind="cloned"),
        "a tone too strong": of(packed, tone={"pitch_semitones": 40}),
        "arrays of another size": of(packed, tuned={"family": "kokoro", "kind": "tuned", "base": "a", "arrays": {}}),
        "numbers that are none": of(
            packed,
            tuned={"family": "kokoro", "kind": "tuned", "base": "a",
                   "arrays": {"timbre": [float("inf")] * 128, "prosody": [0] * 128}},
        ),
        "a blend of nothing": of(packed, kind="blend", family="kokoro", blend="nobody:1"),
    }  # fmt: skip


def test_what_is_no_voice_is_refused_in_a_sentence_and_leaves_nothing(
    library: Library, packed: bytes, tmp_path: Path
) -> None:
    before = {path.name for path in library.storage.voice_folders()}
    for what, files in hostile(packed).items():
        with pytest.raises(InputError) as refused:
            packing.unpack(library.db, library.storage, "bob", written(tmp_path / "x.voice", files))
        assert str(refused.value).endswith((".", "?")), what
        assert str(tmp_path) not in str(refused.value)
    for content in (b"", b"PK\x03\x04", packed[: len(packed) // 2], bytes(2000)):
        (tmp_path / "torn.voice").write_bytes(content)
        with pytest.raises(InputError, match="no voice"):
            packing.unpack(library.db, library.storage, "bob", tmp_path / "torn.voice")
    assert rows.list_all(library.db, "bob") == []
    assert {path.name for path in library.storage.voice_folders()} == before
    assert not [path for place in (tmp_path, tmp_path.parent) for path in place.glob("evil*")]
