"""A worker that hangs ends itself, and its part goes to another."""

import os
import subprocess
import sys
from pathlib import Path

from studio.library.db import migrate, open_database
from studio.library.jobs.leases import claim
from studio.library.jobs.options import BookOptions
from studio.library.library import open_library
from tests.workers.books import plain_book

HANG = """
import sys, time
import workers.progress
from studio.library.db import open_database
from studio.library.jobs.leases import claim
workers.progress.STUCK_AFTER_S = 0.5
db = open_database(sys.argv[1])
with workers.progress.Heart(db, claim(db, sys.argv[2], 0)):
    time.sleep(60)
"""


def test_a_worker_that_hangs_ends_itself_and_another_takes_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'studio.db'}"
    migrate(url)
    library = open_library(tmp_path, url)
    job_id = library.submit_book("ann", plain_book(1, 3), BookOptions()).id
    run = subprocess.run(
        [sys.executable, "-c", HANG, url, job_id], env=dict(os.environ), timeout=50, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "hangs" in run.stderr
    db = open_database(url)
    assert claim(db, job_id, 0) is not None
    db.dispose()
    library.close()
