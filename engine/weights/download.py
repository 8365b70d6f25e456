"""Bringing a model here: resumable, checked against the hub's hashes, cancellable, whole or not visible at all.

huggingface_hub's own downloader throws a torn file away and can be stopped only every 10 MB, so the bytes come here
through its session and go into its cache layout; the snapshot appears after the last byte is checked.
"""

import logging
import os
import secrets
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import Cancelled, DownloadError
from engine.registry import ModelCard
from engine.types import DownloadProgress
from engine.weights.companions import companion_cards
from engine.weights.hub import Listing, RemoteFile, as_sentences, listing
from engine.weights.store import (
    COMMIT,
    NO_ROOM,
    cache_root,
    folder_of,
    free_bytes,
    is_present,
    repository,
)
from engine.weights.transfer import Transfer
from engine.wording import size_text

log = logging.getLogger(__name__)

# What must stay free beside the model: a full disk breaks more than this download.
DISK_MARGIN_BYTES = 512 * 1024**2
REPORT_EVERY_S = 0.1

Report = Callable[[DownloadProgress], None]
IsCancelled = Callable[[], bool]


def fetch(
    card: ModelCard,
    models_dir: Path | None = None,
    *,
    offline: bool = False,
    progress: Report | None = None,
    cancelled: IsCancelled | None = None,
    endpoint: str | None = None,
    token: str | None = None,
) -> Path | None:
    """Make sure that all files of a model and of its companions are here and are what the hub has now.

    Args:
        card: what to get; a built-in model needs nothing, a local folder only the companions it does not hold.
        models_dir: where models are kept; None is the hub's own cache.
        offline: never touch the network.
        progress: told of every file and about ten times a second, on this thread.
        cancelled: asked as often; True stops the download and keeps what has arrived for the next try.
        endpoint: another hub than the public one.
        token: another sign-in than the machine's own.

    Returns:
        The folder to load from; None for a built-in model.

    Raises:
        ModelNotFound: the hub has no such model.
        ModelNotDownloaded: offline, and it is not here.
        DownloadError: no network, gated, damaged on the way, or no room on the disk.
        Cancelled: `cancelled` said so.
    """
    # Companions first: they are small, and a model whose own files are here is then nearly always whole.
    parts = [part for part in (*companion_cards(card), card) if part.folder is None]
    if offline or card.built_in or not parts:
        return folder_of(card, models_dir, offline=offline)
    try:
        wanted = [(part, listing(part, endpoint, token)) for part in parts]
    except DownloadError:
        if not is_present(card, models_dir):
            raise
        log.info("the hub cannot be asked about %s; the files on this machine are used", card.id)
        return folder_of(card, models_dir)
    total = sum(file.size for _, its in wanted for file in its.files)
    done = 0

    def tell(now: DownloadProgress) -> None:
        if progress is not None:
            progress(replace(now, model=card.id, done_bytes=done + now.done_bytes, total_bytes=total))

    downloads = [_Download(part, its, models_dir, tell, cancelled, endpoint, token) for part, its in wanted]
    _check_room(card, downloads, cache_root(models_dir))
    folder = card.folder
    for download, (part, its) in zip(downloads, wanted, strict=True):
        brought = download.run()
        done += sum(file.size for file in its.files)
        folder = brought if part is card else folder
    return folder


def _check_room(card: ModelCard, downloads: "Sequence[_Download]", root: Path) -> None:
    missing = sum(download.missing_bytes() for download in downloads)
    if missing and free_bytes(root) < missing + DISK_MARGIN_BYTES:
        raise DownloadError(_no_room(card, missing, root))


def _no_room(card: ModelCard, missing: int, root: Path) -> str:
    return (
        f"There is not enough room on the disk for {card.name}: {size_text(missing)} are still to come, "
        f"{size_text(free_bytes(root))} are free, and {size_text(DISK_MARGIN_BYTES)} should stay free. "
        f"Make room and try again."
    )


class _Download:
    """One repository of a fetch: which files are missing, who brings them, and what the person is told."""

    def __init__(
        self,
        card: ModelCard,
        wanted: Listing,
        models_dir: Path | None,
        progress: Report | None,
        cancelled: IsCancelled | None,
        endpoint: str | None,
        token: str | None,
    ) -> None:
        self._card = card
        self._wanted = wanted
        self._repo = repository(card, models_dir)
        self._snapshot = self._repo / "snapshots" / wanted.commit
        self._locks = cache_root(models_dir) / ".locks" / self._repo.name
        self._progress = progress
        self._cancelled = cancelled
        self._endpoint = endpoint
        self._token = token
        self._total = sum(file.size for file in wanted.files)
        self._done = 0
        self._reported_at = 0.0

    def run(self) -> Path:
        try:
            for folder in (self._repo / "blobs", self._locks):
                folder.mkdir(parents=True, exist_ok=True)
            self._report("", 0, now=True)
            for file in self._wanted.files:
                with as_sentences(self._card):
                    self._bring(file)
                self._done += file.size
                self._report(file.name, 0, now=True)
            self._publish()
        except OSError as exc:
            if exc.errno in NO_ROOM:
                raise DownloadError(_no_room(self._card, self._total - self._done, self._repo)) from exc
            why = exc.strerror or type(exc).__name__
            raise DownloadError(
                f"{self._card.name} cannot be stored ({why}). Check the disk and the folder for models."
            ) from exc
        return self._snapshot / self._card.within

    def missing_bytes(self) -> int:
        """How much is still to come."""
        return sum(file.size - self._have(file) for file in self._wanted.files)

    def _have(self, file: RemoteFile) -> int:
        """Bytes of the file that need not come again."""
        if self._is_here(file):
            return file.size
        try:
            return min(self._partial(file).stat().st_size, file.size)
        except FileNotFoundError:  # not begun, or whole since: another one put it in its place just now
            return file.size if self._is_here(file) else 0

    def _is_here(self, file: RemoteFile) -> bool:
        # On a disk without links the snapshot itself holds the bytes.
        places = (self._blob(file), self._snapshot / file.name)
        return any(place.is_file() and place.stat().st_size == file.size for place in places)

    def _blob(self, file: RemoteFile) -> Path:
        return self._repo / "blobs" / file.digest

    def _partial(self, file: RemoteFile) -> Path:
        return self._repo / "blobs" / f"{file.digest}.studio.incomplete"

    def _bring(self, file: RemoteFile) -> None:
        self._check_cancelled()
        if self._is_here(file):
            return
        # The page and a worker may want the same file: one brings it, the other waits and sees it come.
        with self._locked(file):
            if self._is_here(file):
                return
            transfer = Transfer(self._card, file, self._wanted.commit, self._partial(file), self._endpoint, self._token)
            with closing(transfer.run()) as received:
                for have in received:
                    self._report(file.name, have)
                    self._check_cancelled()
            os.replace(self._partial(file), self._blob(file))

    @contextmanager
    def _locked(self, file: RemoteFile) -> Generator[None]:
        lock = FileLock(self._locks / f"{file.digest}.studio.lock")
        while True:
            try:
                lock.acquire(timeout=0.2)
                break
            except Timeout:
                self._check_cancelled()
                self._report(file.name, self._have(file))
        try:
            yield
        finally:
            lock.release()

    def _publish(self) -> None:
        """Make the checked files visible: a link for each, then the revision's name."""
        for file in self._wanted.files:
            place = self._snapshot / file.name
            if place.is_file() and place.stat().st_size == file.size:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = _beside(place)
            try:
                fresh.symlink_to(os.path.relpath(self._blob(file), place.parent))
            except (OSError, NotImplementedError):
                fresh = self._blob(file)  # a disk without links (exFAT): the file itself moves there
            os.replace(fresh, place)
        if COMMIT.fullmatch(self._card.revision):
            return
        ref = self._repo / "refs" / self._card.revision
        ref.parent.mkdir(parents=True, exist_ok=True)
        fresh = _beside(ref)
        fresh.write_text(self._wanted.commit, encoding="ascii")
        os.replace(fresh, ref)

    def _check_cancelled(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled(
                f"The download of {self._card.name} was stopped. What has arrived is kept; the next try goes on there."
            )

    def _report(self, name: str, have: int, now: bool = False) -> None:
        """Tell the person, at most every REPORT_EVERY_S unless `now`."""
        time_s = time.monotonic()
        if self._progress is not None and (now or time_s - self._reported_at >= REPORT_EVERY_S):
            self._reported_at = time_s
            self._progress(DownloadProgress(self._card.id, self._done + have, self._total, name))


def _beside(place: Path) -> Path:
    """A name for a file that will replace `place`; nobody else has it, no thread of this process either."""
    return place.with_name(f".{place.name}.{os.getpid()}.{secrets.token_hex(4)}")
