"""Getting what reads Japanese or Mandarin: named packages at fixed versions, into the studio's own environment.

What is installed is written in `engine.text.g2p.extras` and nowhere else: no word of a request reaches pip. `--no-deps`
keeps it from touching what the studio runs on. What was installed is used at once, without a restart.
"""

import importlib
import subprocess
import sys
import threading
from collections.abc import Callable

from engine.errors import EngineError, OptionError
from engine.text.g2p.extras import EXTRAS, Extra

TIMEOUT_S = 1800.0

Run = Callable[[list[str]], int]
"""A command line -> its exit status."""

_installing = threading.Lock()


class ExtraFailed(EngineError):
    """The packages of a language could not be had."""


def find(name: str) -> Extra | None:
    """The extra of a language, by its tag or its name ("ja", "Japanese"); None for anything else."""
    wanted = name.strip().casefold()
    return next((one for one in EXTRAS.values() if wanted in (one.language, one.name.casefold())), None)


def install(extra: Extra, *, offline: bool = False, run: Run | None = None) -> None:
    """Install an extra's packages; does nothing where they are here. One at a time in a process.

    Args:
        extra: which.
        offline: whether the studio may not touch the network.
        run: runs pip; the real one when None.

    Raises:
        OptionError: the studio is offline.
        ExtraFailed: they cannot be had here.
    """
    with _installing:
        importlib.invalidate_caches()
        if extra.is_here:
            return
        if offline:
            raise OptionError(
                f"The studio is set to stay offline, so what reads {extra.name} cannot be had; allow the network once."
            )
        line = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-input", "--disable-pip-version-check"]
        status = (run or _run)([*line, "--quiet", *extra.pins])
        importlib.invalidate_caches()
        if status != 0 or not extra.is_here:
            raise ExtraFailed(
                f"What reads {extra.name} could not be installed: pip found no packages for this machine, no network, "
                f"or no room. By hand it is: {sys.executable} -m pip install {' '.join(extra.by_hand)}"
            )


def _run(line: list[str]) -> int:
    try:
        done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return -1
    return done.returncode
