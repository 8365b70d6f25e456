"""Resolves what a plain install asks for, on each Python and machine that the studio is made for. Installs nothing.

uv resolves as pip would there: it knows the other machine's markers and its kinds of wheel. What it chose must have a
wheel that fits, or a source with nothing in it for a compiler.
Run: make platforms
"""

import argparse
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

PROJECT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# MLX's own wheels say how old a system may be: glibc 2.35 (Ubuntu 22.04, Debian 12) and macOS 14.
MACHINES = {
    "macOS arm64": "aarch64-apple-darwin",
    "Linux x86-64": "x86_64-manylinux_2_35",
    "Linux arm64": "aarch64-manylinux_2_35",
}
OLDEST_MACOS = "14.0"
AT_ONCE = 4  # they wait for the index most of the time

# What a compiler or a builder of compiled things would be needed for.
_COMPILED = frozenset(
    (
        *(".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".m", ".mm", ".s", ".asm", ".cu", ".pyx", ".pxd", ".pxi", ".rs"),
        *(".go", ".f", ".f90", ".for", ".i", ".swig"),
    )
)
_BUILDERS = frozenset(("cmakelists.txt", "cargo.toml", "meson.build", "configure", "makefile.am"))
_NO_ANSWER = re.compile(r"failed to fetch|error sending request|dns error|timed out|network was disabled", re.I)
_TIMEOUT_S = 300


class NoIndex(Exception):
    """The package index does not answer."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package that was chosen.

    Attributes:
        name: normalised.
        version: as published.
        wheels: how many wheels of it fit.
        source: URL and sha256 of its source, or None.
    """

    name: str
    version: str
    wheels: int
    source: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was chosen for one Python on one machine; `trouble` says why nothing could be."""

    python: str
    machine: str
    packages: tuple[Package, ...] = ()
    trouble: str = ""


Resolve = Callable[[str, str], Resolved]
IsPure = Callable[[str, str], bool]


def resolve(python: str, machine: str) -> Resolved:
    """Ask uv what a plain install would choose.

    Raises:
        NoIndex: the index does not answer.
    """
    from uv import find_uv_bin

    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "pylock.toml"
        line = [find_uv_bin(), "pip", "compile", "--quiet", "pyproject.toml", "--output-file", str(lock)]
        line += ["--format", "pylock.toml", "--python-version", python, "--python-platform", MACHINES[machine]]
        line += ["--python", sys.executable, "--no-python-downloads", "--no-config"]
        run = subprocess.run(
            line,
            cwd=PROJECT,
            env={**os.environ, **_index(), "MACOSX_DEPLOYMENT_TARGET": OLDEST_MACOS},
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
        if run.returncode:
            if _NO_ANSWER.search(run.stderr):
                raise NoIndex
            return Resolved(python, machine, trouble=_why(run.stderr))
        return Resolved(python, machine, packages(lock.read_text(encoding="utf-8")))


def packages(lock: str) -> tuple[Package, ...]:
    """The packages of a pylock.toml, which names only the wheels that fit."""
    found: list[dict[str, Any]] = tomllib.loads(lock).get("packages", [])
    return tuple(
        Package(
            str(one["name"]),
            str(one.get("version", "")),
            len(one.get("wheels", ())),
            (str(one["sdist"]["url"]), str(one["sdist"]["hashes"]["sha256"])) if "sdist" in one else None,
        )
        for one in found
    )


@cache
def is_pure(url: str, sha256: str) -> bool:
    """Whether a source has nothing in it for a compiler.

    Raises:
        NoIndex: it cannot be had.
    """
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            content: bytes = answer.read()
    except OSError as exc:
        raise NoIndex from exc
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SystemExit(f"{PurePosixPath(url).name} is not the file that the index names.")
    return not needs_compiler(members(content))


def members(archive: bytes) -> list[str]:
    """The names in a source: a tar of any compression, or a zip."""
    if zipfile.is_zipfile(io.BytesIO(archive)):
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return opened.namelist()
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return opened.getnames()


def needs_compiler(names: Iterable[str]) -> bool:
    """Whether files of these names are made into something compiled."""
    places = [PurePosixPath(name.lower()) for name in names]
    return any(place.suffix in _COMPILED or place.name in _BUILDERS for place in places)


def without_wheel(resolved: Resolved, is_pure: IsPure) -> list[Package]:
    """What has neither a wheel that fits nor a pure source."""
    return [one for one in resolved.packages if not one.wheels and not (one.source and is_pure(*one.source))]


def left_out(cells: Sequence[Resolved], declared: Iterable[str]) -> dict[str, list[Resolved]]:
    """What pyproject.toml asks for somewhere, and where its markers leave it out."""
    whole = [cell for cell in cells if not cell.trouble]
    absent = {name: [cell for cell in whole if name not in {one.name for one in cell.packages}] for name in declared}
    return {name: where for name, where in absent.items() if where}


def declared() -> list[str]:
    """The names of pyproject.toml's default dependencies, normalised."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = (re.match(r"[\w.-]+", line) for line in project["dependencies"])
    return sorted({re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name})


def table(cells: Sequence[Resolved], is_pure: IsPure) -> str:
    """A line a Python, a column a machine; below, what is left out and what is wrong."""
    lines = [f"{'':<12}" + "".join(f"{machine:<28}" for machine in MACHINES)]
    for python in PYTHONS:
        row = [_cell(cell, is_pure) for cell in cells if cell.python == python]
        lines.append(f"Python {python:<5}" + "".join(f"{cell:<28}" for cell in row))
    for name, where in left_out(cells, declared()).items():
        lines.append(f"Left out by its marker: {name} on {_places(where)}.")
    for cell in cells:
        if cell.trouble:
            lines.append(f"Python {cell.python} on {cell.machine} cannot be resolved: {cell.trouble}")
        lines += [
            f"Python {cell.python} on {cell.machine}: {one.name} {one.version} has no wheel and no pure source."
            for one in without_wheel(cell, is_pure)
        ]
    return "\n".join(line.rstrip() for line in lines)


def main(arguments: Sequence[str] | None = None, resolve: Resolve = resolve, is_pure: IsPure = is_pure) -> int:
    """Print the table; 1 where something has no wheel and no pure source."""
    parser = argparse.ArgumentParser(prog="python -m tools.platforms")
    parser.add_argument("--where-answered", action="store_true", help="no failure where the index does not answer")
    asked = parser.parse_args(arguments)
    places = [(python, machine) for python in PYTHONS for machine in MACHINES]
    try:
        # The first one alone: it fills the cache that the others read.
        first = resolve(*places[0])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            cells = [first, *pool.map(lambda place: resolve(*place), places[1:])]
        print(table(cells, is_pure))
    except NoIndex:
        print("The package index does not answer: the platforms were not checked.")
        return 0 if asked.where_answered else 1
    return 1 if any(cell.trouble or without_wheel(cell, is_pure) for cell in cells) else 0


@cache
def _index() -> dict[str, str]:
    """The index that pip is set to ask, for uv, which does not read pip's settings; empty where it is the usual one."""
    line = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    named = os.environ.get("PIP_INDEX_URL") or subprocess.run(line, capture_output=True, text=True, check=False).stdout
    return {"UV_DEFAULT_INDEX": named.strip()} if named.strip() and "UV_DEFAULT_INDEX" not in os.environ else {}


def _why(said: str) -> str:
    """uv's reason on one line."""
    text = " ".join(said.split())
    found = re.search(r"cause: (.*?)(?: hint: |$)", text)
    return found[1] if found else text[-400:]


def _cell(cell: Resolved, is_pure: IsPure) -> str:
    if cell.trouble:
        return "cannot be resolved"
    missing = len(without_wheel(cell, is_pure))
    wheels = sum(one.wheels > 0 for one in cell.packages)
    sources = len(cell.packages) - wheels - missing
    return f"{wheels} wheels" + (f", {sources} source" if sources else "") + (f", {missing} missing" if missing else "")


def _places(cells: Sequence[Resolved]) -> str:
    """ "Python 3.14; Python 3.12 (Linux arm64)" """
    said: list[str] = []
    for python in PYTHONS:
        machines = [cell.machine for cell in cells if cell.python == python]
        if machines:
            said.append(f"Python {python}" + ("" if len(machines) == len(MACHINES) else f" ({', '.join(machines)})"))
    return "; ".join(said)


if __name__ == "__main__":
    sys.exit(main())
