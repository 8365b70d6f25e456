"""Writes THIRD_PARTY.md: what is installed with the studio, under which licence, and how GPL and LGPL parts are used.

Licences are what the packages say of themselves; where one says nothing, or carries something under another licence, it
stands here by hand. A package under a GPL of which nobody wrote how it is used ends this with a sentence.
Run: python -m tools.third_party; with --check it only says what is missing from the paper.
"""

import argparse
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageMetadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parent.parent
PAPER = PROJECT / "THIRD_PARTY.md"
EXTRAS = ("ja", "zh")

UNSAID: Mapping[str, str] = {
    "audioop-lts": "PSF-2.0",
    "espeakng-loader": "unsaid; the library in it GPL-3.0-or-later",
    "mlx-metal": "MIT",
    "pocketsphinx": "BSD-2-Clause",
    "pyopenjtalk-plus": "MIT; Open JTalk in it BSD-3-Clause",
    "sounddevice": "MIT",
}
"""Of those that say nothing, or that are not on every machine."""

USES: Mapping[str, tuple[str, str]] = {
    "espeakng-loader": (
        "eSpeak NG, GPL-3.0-or-later",
        "The library and its data are loaded by a process of their own (`engine/tts/espeak`), which is given text and "
        "gives back sound and phonemes over a pipe.",
    ),
    "imageio-ffmpeg": (
        "FFmpeg with x264 and others, GPL-3.0-or-later",
        "A program of its own: it is started with a command line and spoken to over pipes. Nothing of it is linked.",
    ),
    "num2words": ("num2words, LGPL-2.1", "A package of Python source, imported as it was published."),
    "numpy": (
        "libgfortran and libquadmath, GPL-3.0 with the GCC runtime exception and LGPL-2.1-or-later",
        "Shared libraries in the package's folder, as it was published (not in the Macs' wheels).",
    ),
    "scipy-openblas32": (
        "libgfortran and libquadmath inside, GPL-3.0 with the GCC runtime exception and LGPL-2.1-or-later",
        "A shared library. On Linux the studio makes a copy of it in the person's cache with other names inside, and "
        "loads that (`engine/blas`).",
    ),
    "soundfile": (
        "libsndfile, LGPL-2.1-or-later, with mpg123 and LAME in it, LGPL",
        "A shared library in the package's folder, loaded when the studio runs; another libsndfile can take its place.",
    ),
    "soxr": (
        "libsoxr, LGPL-2.1-or-later",
        "A compiled module of the package, loaded when the studio runs; another build can take its place.",
    ),
}
"""Package -> what of it is under a GPL or an LGPL, and how the studio uses it."""

_BEGINNING = """# What others made

The studio's own code is Apache-2.0; `NOTICE` names the data of others in its tree. What follows is installed beside it,
by pip, from what its makers published, and is not part of it. Written by `python -m tools.third_party` from what is
installed; licences are what the packages say of themselves. Models have licences of their own, which stand in the
README and on the Models tab.

## Parts under a GPL or an LGPL

| package | what | how it is used |
|---|---|---|"""

_MIDDLE = """
## Everything

| package | licence |
|---|---|"""

_GPL = re.compile(r"\bA?L?GPL|GNU .*General Public", re.IGNORECASE)
_LICENCE_CLASS = "License :: "


class UnexplainedLicence(Exception):
    """A package is under a GPL, and nobody wrote down how it is used."""


def installed(roots: list[str]) -> dict[str, str]:
    """What is installed here because of these requirements: name -> licence, by name.

    Args:
        roots: requirements as in pyproject.toml. What is ruled out here or not installed is left out.
    """
    found: dict[str, str] = {}
    waiting = [(Requirement(root), "") for root in roots]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted, extra = waiting.pop()
        name = canonicalize_name(wanted.name)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        found[name] = licence(name, distribution.metadata)
        for asked in ["", *sorted(wanted.extras)]:
            if (name, asked) not in seen:
                seen.add((name, asked))
                waiting += [(Requirement(line), asked) for line in distribution.requires or []]
    return dict(sorted(found.items()))


def licence(name: str, metadata: PackageMetadata) -> str:
    """What a package says of itself, in a few words."""
    if name in UNSAID:
        return UNSAID[name]
    said = "".join(metadata.get_all("License-Expression") or [])
    classes = [
        line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier") or [] if line.startswith(_LICENCE_CLASS)
    ]
    short = "".join(metadata.get_all("License") or []).strip()
    if not said and short and len(short) <= 60 and "\n" not in short:
        said = short
    return (
        said
        or " AND ".join(one for one in classes if one != "OSI Approved")
        or short.partition("\n")[0][:60]
        or "unsaid"
    )


def project_roots() -> list[str]:
    """The requirements of the studio and of its extras for people."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *(line for extra in EXTRAS for line in project["optional-dependencies"][extra])]


def written(packages: Mapping[str, str]) -> str:
    """The paper.

    Raises:
        UnexplainedLicence: one is under a GPL and not in USES.
    """
    unexplained = [name for name, said in packages.items() if _GPL.search(said) and name not in USES]
    if unexplained:
        raise UnexplainedLicence(f"Write in tools/third_party.py how these are used: {', '.join(unexplained)}.")
    uses = [f"| `{name}` | {what} | {how} |" for name, (what, how) in USES.items()]
    rows = [f"| `{name}` | {said} |" for name, said in sorted({**UNSAID, **packages}.items())]
    return "\n".join((_BEGINNING, *uses, _MIDDLE, *rows, ""))


def missing(packages: Mapping[str, str], paper: str) -> list[str]:
    """What is installed and not in the paper."""
    return [name for name in packages if f"\n| `{name}` | " not in paper]


def main(words: list[str] | None = None) -> int:
    """Write the paper, or say what it lacks. Exit status 1: something is missing, or nobody wrote how it is used."""
    parser = argparse.ArgumentParser(prog="python -m tools.third_party")
    parser.add_argument("--check", action="store_true", help="Write nothing.")
    asked = parser.parse_args(words)
    packages = installed(project_roots())
    try:
        paper = written(packages)
    except UnexplainedLicence as exc:
        print(exc)
        return 1
    if not asked.check:
        PAPER.write_text(paper, encoding="utf-8")
        print(f"{PAPER.name} names {len(packages)} packages.")
        return 0
    lacking = missing(packages, PAPER.read_text(encoding="utf-8"))
    if lacking:
        print(f"{PAPER.name} lacks {', '.join(lacking)}. Run: python -m tools.third_party")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
