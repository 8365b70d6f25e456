"""Files that appear whole or not at all."""

import contextlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from studio.library.errors import StorageError
from studio.library.storage import Storage, replacing


def test_two_who_write_one_file_at_once_do_not_write_into_each_others(tmp_path: Path) -> None:
    path = tmp_path / "transcript.json"
    with replacing(path) as first:
        first.write_text("the first, and a long one")
        with replacing(path) as second:
            second.write_text("the second")
        assert path.read_text() == "the second"
    assert path.read_text() == "the first, and a long one"
    assert list(tmp_path.iterdir()) == [path]


def test_who_fails_on_the_way_leaves_the_old_file_and_no_stray(tmp_path: Path) -> None:
    path = tmp_path / "transcript.json"
    path.write_text("as it was")
    with pytest.raises(ValueError, match="half"), replacing(path) as fresh:
        fresh.write_text("half")
        raise ValueError("half way")
    assert path.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("size", "free", "is_refused"),
    [
        (10**12, 65 * 2**20, False),  # a large disk: 64 MiB are kept
        (10**12, 63 * 2**20, True),
        (10**9, 21 * 10**6, False),  # a small one: a fiftieth of it
        (10**9, 19 * 10**6, True),
    ],
)
def test_the_last_bytes_of_a_disk_are_left_to_the_database(
    size: int, free: int, is_refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = 4096
    disk = SimpleNamespace(f_frsize=block, f_blocks=size // block, f_bavail=free // block)
    monkeypatch.setattr("studio.library.storage.os.statvfs", lambda _: disk)
    with pytest.raises(StorageError, match="disk") if is_refused else contextlib.nullcontext():
        Storage(tmp_path).check_room()
