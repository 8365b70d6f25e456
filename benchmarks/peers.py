"""Other people's packages, each set in a virtual environment of its own: what a benchmark compares us with.

They never enter our environment. The environments are made under `benchmarks/.peers` by pip, with whatever index it is
configured for, and kept. STUDIO_BENCH_PEERS names the folder of a virtual environment to use instead, with everything
in it already.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.blas import openblas

HOME = Path(__file__).parent / ".peers"
READY = "STUDIO_BENCH_PEERS"


class PeerMissing(RuntimeError):
    """A peer could not be installed or could not run; the sentence says which."""


class PeerTooSlow(PeerMissing):
    """A peer was still at work when its time was up."""


def peer_python(packages: Sequence[str], without_dependencies: Sequence[str] = ()) -> Path:
    """The Python of an environment with these packages, made now if it is not there.

    Args:
        packages: as pip names them.
        without_dependencies: installed with `--no-deps`, for packages that ask for more than their model needs.

    Raises:
        PeerMissing: pip could not install them.
    """
    if ready := os.environ.get(READY):
        python = Path(ready) / "bin" / "python"
        if not python.is_file():
            raise PeerMissing(f"{READY} names no virtual environment: {ready}")
        return python
    wanted = [*sorted(packages), *(f"{name} (alone)" for name in sorted(without_dependencies))]
    name = re.sub(r"[^a-z0-9]+", "-", "-".join([*packages, *without_dependencies]).lower())[:48].strip("-")
    home = HOME / f"{name}-{hashlib.sha256(repr(wanted).encode()).hexdigest()[:8]}"
    python = home / "bin" / "python"
    if (home / "ready").is_file():
        return python
    print(f"Installing {', '.join(wanted)} for comparison ...", file=sys.stderr, flush=True)
    venv.create(home, with_pip=True, clear=True)
    _pip(python, list(packages))
    if without_dependencies:
        _pip(python, ["--no-deps", *without_dependencies])
    (home / "ready").touch()
    return python


def run_peer(
    python: Path,
    script: Path,
    args: Sequence[str] = (),
    timeout_s: float = 900,
    env: Mapping[str, str] | None = None,
    job: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Run a script in a process of its own.

    Args:
        python: from `peer_python`, or `ours()`.
        script: prints one JSON object as the last line of its standard output; imports no neighbours.
        args: for it.
        timeout_s: how long it may take.
        env: to add to the environment, such as `fast_blas()`.
        job: given to its standard input as JSON, for what is too long for an argument.

    Raises:
        PeerTooSlow: it took longer.
        PeerMissing: it failed; the end of its error is in the sentence.
    """
    # -P: the script's neighbours must not be taken for the packages and standard modules whose names they bear.
    command = [str(python), "-P", str(script), *args]
    # No PYTHONPATH: a peer must not find our packages where its own are meant.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        done = subprocess.run(
            command,
            input="" if job is None else json.dumps(job),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            env=inherited | {"HF_HUB_OFFLINE": "1"} | dict(env or {}),
            cwd=Path(__file__).parent.parent,
        )
    except subprocess.TimeoutExpired as exc:
        raise PeerTooSlow(f"{script.stem} was not done after {timeout_s:.0f} s") from exc
    lines = done.stdout.strip().splitlines()
    try:
        found: object = json.loads(lines[-1]) if lines else None
    except ValueError:
        found = None
    if done.returncode or not isinstance(found, dict):
        raise PeerMissing(f"{script.stem} failed ({done.returncode}): {done.stderr.strip()[-600:]}")
    return found


def ours() -> Path:
    """Our own Python, for our side of a comparison in a process of its own."""
    return Path(sys.executable)


def fast_blas() -> dict[str, str]:
    """The environment that gives MLX on Linux this machine's OpenBLAS; empty where there is none.

    MLX's Linux wheel brings the reference BLAS, many times slower. Both sides of a comparison get the same.
    """
    found = openblas()
    return {"LD_PRELOAD": str(found)} if found else {}


def _pip(python: Path, packages: list[str]) -> None:
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PeerMissing(f"pip could not install {' '.join(packages)}: {done.stderr.strip()[-400:]}")
