"""The two scripts beside this file, each in a process of its own, so that a crash there costs nothing here."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_LIMIT_S = 60


@dataclass(frozen=True, slots=True)
class Report:
    """A BLAS that multiplies rightly: its own name for the processor, its version, seconds of one product."""

    core: str
    version: str
    seconds: float


def check(library: Path, prefix: str, names: tuple[str, ...]) -> Report | None:
    """Try a BLAS; None where it is missing a name, multiplies wrongly, cannot be loaded or ends the process.

    Args:
        library: the shared library.
        prefix: what its names begin with.
        names: which it must have, without the prefix.
    """
    # -I -S: the standard library is enough, and nothing of this process' surroundings is wanted.
    told = _run(["-I", "-S", str(_HERE / "check_script.py"), str(library), prefix, *names])
    try:
        found = json.loads(told or "")
        return Report(str(found["core"]), str(found["version"]), float(found["seconds"]))
    except (ValueError, KeyError, TypeError):
        return None


def rename(source: Path, target: Path, prefix: str) -> bool:
    """Write a copy of a shared library whose names do not begin with `prefix`; whether it was written."""
    # -P: this folder's files must not be taken for packages.
    return _run(["-P", str(_HERE / "rename_script.py"), str(source), str(target), prefix]) is not None


def _run(arguments: list[str]) -> str | None:
    if not sys.executable:
        return None
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
