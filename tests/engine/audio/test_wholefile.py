"""There whole, or not at all."""

import errno
from pathlib import Path

import pytest

from engine.audio.files.wholefile import whole_file
from engine.errors import EngineError


def test_the_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with whole_file(path) as temporary:
        temporary.write_bytes(b"new")
        assert not path.exists()
        assert temporary.parent == tmp_path
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    with pytest.raises(KeyError), whole_file(path) as temporary:
        temporary.write_bytes(b"half")
        raise KeyError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with whole_file(path) as first, whole_file(path) as second:
        first.write_bytes(b"first")
        second.write_bytes(b"second")
    assert path.read_bytes() == b"first"  # the last to finish
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EIO, "could not be written")])
def test_what_the_disk_says_is_a_sentence_without_a_path(number: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=words) as caught, whole_file(tmp_path / "f"):
        raise OSError(number, "Some Reason", str(tmp_path / "f"))
    assert str(tmp_path) not in str(caught.value)


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="could not be written"), whole_file(tmp_path / "no" / "f") as temporary:
        temporary.write_bytes(b"x")


def test_the_longest_name_a_disk_takes_is_taken(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 127)
    with whole_file(path) as temporary:
        temporary.write_bytes(b"x")
    assert path.exists()
