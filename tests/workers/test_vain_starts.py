"""A worker whose code cannot be imported: its jobs end with a sentence instead of being queued for ever."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.library.jobs.options import BookOptions
from studio.library.jobs.queue import VAIN_STARTS
from tests.workers.books import plain_book, wait_for, wait_until

# Read by every Python that starts with this folder on its path: the work-horse's own modules are not to be found.
BROKEN = """
import sys
from pathlib import Path
if any("workers.horse" in word for word in sys.orig_argv) and Path(__file__).with_name("broken").exists():
    with open(Path(__file__).with_name("starts"), "a") as starts:
        starts.write("x")
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name == {module!r}:
                raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
    sys.meta_path.insert(0, Missing())
"""


@pytest.mark.parametrize("module", ["workers.audiobook", pytest.param("workers.lifeline", marks=pytest.mark.slow)])
def test_a_job_whose_workers_cannot_start_fails_with_a_sentence_and_retries_when_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_studio: Callable[..., tuple], module: str
) -> None:
    place = tmp_path / "site"
    place.mkdir()
    (place / "sitecustomize.py").write_text(BROKEN.format(module=module))
    (place / "broken").touch()
    monkeypatch.setenv("PYTHONPATH", str(place))
    library, _ = make_studio(1)
    job_id = library.submit_book("ann", plain_book(1, 2), BookOptions(loudness="none", format="wav")).id
    failed = wait_until(library, job_id, lambda seen: seen.is_finished)
    assert failed.status == "failed"
    assert "No worker could begin this" in failed.error
    assert "retry" in failed.actions
    # Each ticket costs at most the process that waited for it, a second try and the next one's warming up.
    assert len((place / "starts").read_text()) <= 3 * VAIN_STARTS + 2
    (place / "broken").unlink()
    library.retry("ann", job_id)
    assert wait_for(library, job_id, "done").error == ""
