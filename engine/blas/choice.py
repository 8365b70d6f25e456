"""Which BLAS MLX gets on this machine: decided once, remembered in a stamp, decided anew when something changes.

A distribution's own OpenBLAS goes first, but only if it knows the processor: one that is older than the processor
takes it for a generic one and is up to eight times slower than it could be (0.3.21 on a Xeon of 2023: 154 ms for a
1024-cube product, 0.3.34 19 ms). So both are tried, and ours is taken where it is well ahead. Ours is
`scipy-openblas32` (BSD), whose names begin with `scipy_`, copied with plain names into the machine's cache folder.
Where neither can be had MLX goes on with its own, and a sentence says so.

The stamp is named and compared by all that could change the answer: this decision's version, the machine's kind and
processor, our two packages, the distribution's library. So a cache folder that several machines or environments share
holds a stamp for each.
"""

import json
import os
import platform
import shutil
import time
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Literal

import platformdirs

from engine.blas import children, distribution

PREFIX = "scipy_"

PRODUCTS = ("cblas_sgemm", "cblas_dgemm", "cblas_cgemm")
NAMES = (
    *PRODUCTS,
    *("sgetrf_", "dgetrf_", "sgetri_", "dgetri_", "strtri_", "dtrtri_", "spotrf_", "dpotrf_", "sgeqrf_", "dgeqrf_"),
    *("sorgqr_", "dorgqr_", "sgesdd_", "dgesdd_", "cgesdd_", "ssyevd_", "dsyevd_", "cheevd_", "sgeev_", "dgeev_"),
    *("cgeev_", "openblas_set_num_threads"),
)
"""What MLX's library asks for (`nm -D --undefined-only libmlx.so`), and what we ask for."""

AHEAD = 1.5
"""Ours is taken where it is so many times as quick as the distribution's."""

_VERSION = 1
_KEPT = 3
_TRY_AGAIN_S = 24 * 3600.0
_WAIT_S = 90.0

Whose = Literal["distribution", "studio", "mlx", "system"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What MLX multiplies with.

    Attributes:
        whose: a distribution's OpenBLAS, the studio's own copy, the reference BLAS that MLX brings, or the system's
            own where MLX needs no help.
        library: what is loaded before MLX; None for the last two.
        version: OpenBLAS's, "" where it is not known.
        core: the processor's kind as OpenBLAS names it, "" where it is not known.
        why: one sentence, where there is something to tell; "" otherwise.
    """

    whose: Whose
    library: Path | None = None
    version: str = ""
    core: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    """Our packages: the library, and what tells one state of them from another."""

    library: Path
    mark: str


class _NotMade(Exception):
    """Why there is no copy, as the part of a sentence that follows "because"."""


def cache_folder() -> Path:
    """Where stamps and copies lie on this machine."""
    return platformdirs.user_cache_path("speech-studio") / "blas"


def choose(folder: Path | None = None) -> Choice:
    """What MLX multiplies with on this Linux machine; made if need be, which takes a second or two.

    Args:
        folder: where the stamp and the copy are kept; the machine's cache folder when None.
    """
    folder = cache_folder() if folder is None else folder
    theirs, source = distribution.find(), find_source()
    key = [str(_VERSION), platform.machine(), processor(), source.mark if source else "", _mark(theirs)]
    known = _read(folder, key)
    if known is not None:
        return known
    try:
        _make_room(folder, source)
        from filelock import FileLock, Timeout

        try:
            with FileLock(_place(folder, key, ".lock"), timeout=_WAIT_S):
                # Another process may have made it while this one waited.
                return _read(folder, key) or _decide(folder, key, theirs, source)
        except Timeout:
            raise _NotMade("another process is still at it") from None
    except _NotMade as exc:
        return _without(theirs, exc)
    except (OSError, NotImplementedError):  # the second: a file system without locks
        return _without(theirs, _NotMade("the cache folder cannot be written to"))


def forget(choice: Choice, folder: Path | None = None) -> None:
    """Drop what was kept of a choice that turned out to be unusable, so that the next `choose` decides anew."""
    folder = cache_folder() if folder is None else folder
    for stamp in folder.glob("*.json"):
        found = _load(stamp)
        if found is not None and found.get("library") == str(choice.library):
            stamp.unlink(missing_ok=True)
    if choice.whose == "studio" and choice.library is not None:
        choice.library.unlink(missing_ok=True)


def better(theirs: children.Report | None, ours: children.Report | None) -> Whose:
    """Which of two that were tried is taken; None is one that is not there or did not pass."""
    if theirs is not None and (ours is None or theirs.seconds <= AHEAD * ours.seconds):
        return "distribution"
    return "mlx" if ours is None else "studio"


def find_source() -> _Source | None:
    """Our packages in this environment, found without importing them; None unless both are there."""
    marks: list[str] = []
    folders: list[Path] = []
    for name in ("scipy_openblas32", "lief"):
        spec = PathFinder.find_spec(name)
        if spec is None or not spec.origin:
            return None
        folders.append(Path(spec.origin).parent)
        marks.append(_mark(Path(spec.origin)))
    library = next(iter(sorted((folders[0] / "lib").glob("libscipy_openblas*.so"))), None)
    return None if library is None else _Source(library, " ".join([_mark(library), *marks]))


def processor() -> str:
    """The processor's kind: what the system says of the first core, without what changes from moment to moment."""
    telling = ("vendor_id", "cpu family", "model", "stepping", "flags", "CPU ", "Features")
    try:
        with open("/proc/cpuinfo", "rb") as file:
            first = file.read(1 << 14).decode("utf-8", "replace").split("\n\n")[0]
    except OSError:
        return platform.processor()
    kept = "\n".join(line for line in first.splitlines() if line.startswith(telling))
    return f"{zlib.crc32(kept.encode()):08x}"


def _decide(folder: Path, key: list[str], theirs: Path | None, source: _Source | None) -> Choice:
    """Try what there is, make the copy if it is the one, and write the stamp. Under the lock."""
    report = children.check(theirs, "", PRODUCTS) if theirs else None
    ours = children.check(source.library, PREFIX, NAMES) if source else None
    taken, why = better(report, ours), ""
    if taken == "studio" and source is not None and ours is not None:
        try:
            library = _copy(folder, key, source)
            if report is not None:
                ratio = report.seconds / ours.seconds
                why = f"The distribution's own, {report.version}, is {ratio:.1f} times as slow on this processor."
            return _keep(folder, key, Choice("studio", library, ours.version, ours.core, why))
        except _NotMade as exc:
            taken, why = better(report, None), _sentence(exc) if report is None else ""
    if taken == "distribution" and report is not None:
        return _keep(folder, key, Choice("distribution", theirs, report.version, report.core))
    if not why:
        reason = "it does not pass its check here" if source else "scipy-openblas32 and lief are not installed"
        why = _sentence(_NotMade(reason))
    return _keep(folder, key, Choice("mlx", why=why))


def _copy(folder: Path, key: list[str], source: _Source) -> Path:
    target = _place(folder, key, ".so")
    part = target.with_suffix(f".{os.getpid()}.part")
    try:
        if not children.rename(source.library, part, PREFIX):
            raise _NotMade("its names could not be changed")
        if children.check(part, "", NAMES) is None:
            raise _NotMade("the copy does not pass its check")
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _make_room(folder: Path, source: _Source | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise _NotMade("the cache folder cannot be written to")
    if not _is_trusted(folder):
        # A wide umask made it so, or a file system that knows no owners.
        with suppress(OSError):
            folder.chmod(0o755)
        if not _is_trusted(folder):
            raise _NotMade("others can write to the cache folder")
    if source is not None and shutil.disk_usage(folder).free < 2 * source.library.stat().st_size:
        raise _NotMade("there is no room in the cache folder")


def _keep(folder: Path, key: list[str], choice: Choice) -> Choice:
    stamp = _place(folder, key, ".json")
    part = stamp.with_suffix(f".{os.getpid()}.part")
    told = asdict(choice) | {"library": str(choice.library) if choice.library else ""}
    told |= {"key": key, "mark": _mark(choice.library), "at": time.time()}
    try:
        part.write_text(json.dumps(told))
        part.chmod(0o644)
        part.replace(stamp)
    finally:
        part.unlink(missing_ok=True)
    _sweep(folder)
    return choice


def _sweep(folder: Path) -> None:
    """Keep the newest few; a process that has an older one open keeps it until it ends."""
    stamps = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in stamps[_KEPT:]:
        for path in (old, old.with_suffix(".so")):
            path.unlink(missing_ok=True)


def _read(folder: Path, key: list[str]) -> Choice | None:
    """What the stamp says, if it is about this very state of things and what it names is still as it was."""
    found = _load(_place(folder, key, ".json"))
    try:
        if found is None or found["key"] != key:
            return None
        library = Path(str(found["library"])) if found["library"] else None
        if found["mark"] != _mark(library):
            return None
        if found["whose"] == "studio" and (library is None or not _is_trusted(library)):
            return None
        if found["whose"] == "mlx" and time.time() - float(str(found["at"])) > _TRY_AGAIN_S:
            return None
        words = (str(found[name]) for name in ("version", "core", "why"))
        whose: Whose | None = next((w for w in ("distribution", "studio", "mlx") if w == found["whose"]), None)
        return None if whose is None or (whose != "mlx") != (library is not None) else Choice(whose, library, *words)
    except (KeyError, ValueError):
        return None


def _load(stamp: Path) -> dict[str, object] | None:
    try:
        if not _is_trusted(stamp):
            return None
        found: object = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return None
    return {str(name): value for name, value in found.items()} if isinstance(found, dict) else None


def _is_trusted(path: Path) -> bool:
    """Whether nobody else could have written what is about to be run."""
    try:
        found = path.stat()
    except OSError:
        return False
    return found.st_uid in {0, os.geteuid()} and not found.st_mode & 0o022


def _without(theirs: Path | None, reason: _NotMade) -> Choice:
    """Nothing can be tried or kept: the distribution's as it is, or MLX's own."""
    return Choice("distribution", theirs) if theirs else Choice("mlx", why=_sentence(reason))


def _sentence(reason: _NotMade) -> str:
    return f"The studio's own OpenBLAS could not be made because {reason}."


def _place(folder: Path, key: list[str], ending: str) -> Path:
    return folder / f"{zlib.crc32(repr(key).encode()):08x}{ending}"


def _mark(path: Path | None) -> str:
    """What tells one state of a file from another without reading it; "" where it is not there."""
    try:
        found = path.stat() if path else None
    except OSError:
        found = None
    return "" if found is None else f"{path} {found.st_size} {found.st_mtime_ns}"
