"""Where files live under the outputs folder, and nowhere else. Knows no table and no owner's rights.

outputs/
  content-credentials.pem     what finished files are signed with, if anybody wants that (STUDIO_C2PA)
  studio.db                   the database, and studio.db.before-... backups
  uploads/<owner>/            what came in and is not yet a job
  clips/<owner>/              what the Speak page kept
  cache/segments/ab/<hash>    spoken segments by the hash of all that decides their sound
  cache/previews/<hash>.wav   a sentence of each voice that somebody wanted to hear
  jobs/<id>/                  a job's text or recording, its journals and its results
  voices/<id>/                a voice of one's own: recordings, what models made of them, consents, what it sounds like
  drafts/<owner>/<id>/        recordings and designs of which no voice was made yet; they go after a day
  consents/<owner>/           consents that programs sent and with which no voice was made yet
"""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from studio.library.errors import DISK_FULL, NotFound, StorageError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The ways an operating system says that there is no room: disk, quota, file size."""

KEEP_FREE_BYTES = 64 * 1024**2
"""Jobs leave so much of the disk, or a fiftieth of a small one."""


class Storage:
    """The outputs folder. Making one touches nothing; folders appear when they are asked for."""

    def __init__(self, outputs: Path) -> None:
        self.outputs = outputs.resolve()

    def uploads(self, owner: str) -> Path:
        """The folder for what the owner sends."""
        return self._folder("uploads", owner_folder(owner))

    def clips(self, owner: str) -> Path:
        """The folder for what the owner had spoken."""
        return self._folder("clips", owner_folder(owner))

    @property
    def segment_cache(self) -> Path:
        """The folder of cached segments."""
        return self._folder("cache", "segments")

    @property
    def previews(self) -> Path:
        """The folder of what each voice sounds like."""
        return self._folder("cache", "previews")

    def job_folder(self, job_id: str) -> Path:
        """The folder of one job; the id has been checked against the rows before."""
        if not job_id.isalnum():
            raise NotFound("There is no such job.")
        return self._folder("jobs", job_id)

    def job_folders(self) -> list[Path]:
        """All jobs' folders that exist."""
        return [path for path in self._folder("jobs").iterdir() if path.is_dir()]

    def voice_folder(self, voice_id: str) -> Path:
        """The folder of one voice; the id has been checked against the rows before."""
        if not voice_id.isalnum():
            raise NotFound("There is no such voice.")
        return self._folder("voices", voice_id)

    def voice_folders(self) -> list[Path]:
        """All voices' folders that exist."""
        return [path for path in self._folder("voices").iterdir() if path.is_dir()]

    def drafts(self, owner: str) -> Path:
        """The folder for the owner's drafts of voices."""
        return self._folder("drafts", owner_folder(owner))

    def all_drafts(self) -> list[Path]:
        """Everybody's drafts."""
        return list(self._folder("drafts").glob("*/*"))

    def consents(self, owner: str) -> Path:
        """The folder for consents of the owner's that belong to no voice yet."""
        return self._folder("consents", owner_folder(owner))

    def resolve(self, relative: str) -> Path:
        """The place of a kept relative path.

        Raises:
            NotFound: it would leave the outputs folder.
        """
        path = (self.outputs / relative).resolve()
        if not path.is_relative_to(self.outputs) or path == self.outputs:
            raise NotFound("There is no such file.")
        return path

    def relative(self, path: Path) -> str:
        """A path as rows keep it: relative to the outputs folder, with forward slashes.

        Raises:
            NotFound: it lies outside the outputs folder.
        """
        whole = path.resolve()
        if not whole.is_relative_to(self.outputs):
            raise NotFound("There is no such file.")
        return whole.relative_to(self.outputs).as_posix()

    def delete_job(self, job_id: str) -> None:
        """Remove everything of a job; what is not there does not matter."""
        shutil.rmtree(self.job_folder(job_id), ignore_errors=True)

    def delete_voice(self, voice_id: str) -> None:
        """Remove everything of a voice; what is not there does not matter."""
        shutil.rmtree(self.voice_folder(voice_id), ignore_errors=True)

    def free_bytes(self) -> int:
        """Room left on the disk of the outputs folder."""
        self.outputs.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.outputs).free

    def check_room(self) -> None:
        """Stop before the last bytes are gone: the database on the same disk must still be able to say so.

        Raises:
            StorageError: hardly any room is left.
        """
        disk = os.statvfs(self.outputs)
        if disk.f_bavail * disk.f_frsize < min(KEEP_FREE_BYTES, disk.f_blocks * disk.f_frsize // 50):
            raise StorageError(DISK_FULL)

    def _folder(self, *names: str) -> Path:
        path = self.outputs.joinpath(*names)
        with storing():
            path.mkdir(parents=True, exist_ok=True)
        return path


def owner_folder(owner: str) -> str:
    """A folder name for an owner, whatever characters the login has."""
    return hashlib.sha256(owner.encode()).hexdigest()[:24]


@contextmanager
def storing() -> Generator[None]:
    """Turn the operating system's refusals to write into a sentence.

    Raises:
        StorageError: no room, or not allowed.
    """
    try:
        yield
    except OSError as exc:
        if exc.errno in FULL:
            raise StorageError(DISK_FULL) from exc
        if exc.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise StorageError(
                "The outputs folder cannot be written. Give the studio the right to write there, then press Retry."
            ) from exc
        raise


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    """A temporary neighbour to write to; it takes the place of `path` at once, or not at all.

    A reader never sees half a file, and a killed writer leaves at most a `.tmp-` file behind. Several who write the
    same file at once, threads of one process among them, write next to one another; the last one's stays.
    """
    temporary = path.with_name(f".tmp-{os.getpid()}-{secrets.token_hex(4)}-{path.name}")
    try:
        with storing():
            yield temporary
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
