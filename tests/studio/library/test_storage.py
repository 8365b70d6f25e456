"""Files that appear whole or not at all."""

from pathlib import Path

import pytest

from studio.library.storage import replacing


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
