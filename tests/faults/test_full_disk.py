"""A full disk: the job fails with one sentence, keeps what it made, and goes on when there is room.

As root on Linux the disk is real: a small tmpfs, filled to the last bytes. Anywhere else the operating system's refusal
is put in at the one border where the studio writes (`os.replace` in `storage.replacing`), for a worker in this process.
"""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.library.jobs.options import BookOptions
from studio.settings import Settings
from tests.faults.conftest import Studio
from tests.workers.books import assert_nothing_was_spoken_twice, journal, plain_book, wait_for, wait_until

OPTIONS = BookOptions(format="flac")
DISK_MB = 24


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("needs root on Linux to mount a small disk; the injected fault below runs everywhere")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, leave_bytes: int) -> Path:
    ballast = place / "ballast"
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    with open(ballast, "wb") as file:
        file.write(b"x" * max(0, free - leave_bytes))
    return ballast


def test_narration_on_a_full_disk_fails_in_a_sentence_and_goes_on_with_room(small_disk: Path) -> None:
    studio = Studio(small_disk / "outputs")
    studio.start()
    ballast = fill(small_disk, 2_500_000)
    job_id = studio.library.submit_book("ann", plain_book(2, 50), OPTIONS).id
    failed = wait_for(studio.library, job_id, "failed")
    assert failed.error == "The disk is full. Make room, then press Retry: everything made so far is kept."
    wait_until(studio.library, job_id, lambda view: all(part.status != "running" for part in view.parts))
    spoken = [entry for entry in journal(studio.library, job_id) if "end" in entry]
    assert len(spoken) > 5
    ballast.unlink()
    studio.library.retry("ann", job_id)
    wait_for(studio.library, job_id, "done")
    assert_nothing_was_spoken_twice(studio.library, job_id)
    studio.close()


def test_assembly_on_a_full_disk_fails_in_a_sentence_and_leaves_no_half_file(small_disk: Path) -> None:
    studio = Studio(small_disk / "outputs", workers=0)
    job_id = studio.library.submit_book("ann", plain_book(1, 60), BookOptions(format="wav")).id
    narrate = "import sys; from workers.audiobook import narrate_chapter; narrate_chapter(sys.argv[1], 0)"
    assemble = "import sys; from workers.audiobook import assemble; assemble(sys.argv[1], 1)"
    environment = os.environ | {"STUDIO_OUTPUTS": str(studio.outputs), "STUDIO_DATABASE_URL": studio.database_url}
    subprocess.run([sys.executable, "-c", narrate, job_id], env=environment, check=True)
    ballast = fill(small_disk, 3_000_000)
    subprocess.run([sys.executable, "-c", assemble, job_id], env=environment, check=True)
    failed = studio.library.view("ann", job_id)
    assert failed.status == "failed"
    assert "disk" in failed.error
    assert failed.results == ()
    assert [path.name for path in studio.outputs.rglob("*.wav*")] == []
    ballast.unlink()
    studio.library.retry("ann", job_id)
    subprocess.run([sys.executable, "-c", assemble, job_id], env=environment, check=True)
    assert studio.library.view("ann", job_id).status == "done"
    assert_nothing_was_spoken_twice(studio.library, job_id)
    studio.close()


def test_the_refusal_of_the_operating_system_becomes_that_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import workers.task
    from studio.library import storage
    from workers.audiobook import narrate_chapter

    studio = Studio(tmp_path / "outputs", workers=0)
    settings = Settings(outputs=studio.outputs, database_url=studio.database_url)
    monkeypatch.setattr(workers.task, "_surroundings", lambda: (settings, studio.library))
    job_id = studio.library.submit_book("ann", plain_book(1, 10), OPTIONS).id
    really_replace, written = os.replace, []

    def replace(source: Path, target: Path) -> None:
        if "segments" in str(target):
            written.append(target)
            if len(written) > 4:
                raise OSError(errno.ENOSPC, "No space left on device")
        really_replace(source, target)

    monkeypatch.setattr(storage.os, "replace", replace)
    narrate_chapter(job_id, 0)
    failed = studio.library.view("ann", job_id)
    assert (failed.status, failed.error) == (
        "failed",
        "The disk is full. Make room, then press Retry: everything made so far is kept.",
    )
    assert list(studio.outputs.rglob(".tmp-*")) == []
    assert len([entry for entry in journal(studio.library, job_id) if "end" in entry]) == 4
    monkeypatch.setattr(storage.os, "replace", really_replace)
    studio.library.retry("ann", job_id)
    narrate_chapter(job_id, 0)
    assert studio.library.view("ann", job_id).parts[0].status == "done"
    assert len([entry for entry in journal(studio.library, job_id) if "end" in entry]) == 11
    studio.close()
