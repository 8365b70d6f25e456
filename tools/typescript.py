"""Check the page's scripts with TypeScript's checker: `python -m tools.typescript`, a part of `make check`.

The checker is fetched once, in the version named here, into a folder that git ignores. Nothing that runs needs it:
where there is no Node.js, or no network the first time, it is said that the scripts were not checked.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VERSION = "5.9.3"
FOLDER = PROJECT / ".tools" / f"typescript-{VERSION}"
COMPILER = Path("node_modules", "typescript", "bin", "tsc")
QUIETLY = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
BRIEFLY = ("--fetch-retries=1", "--fetch-timeout=30000")


def main() -> int:
    """The exit code: of the checker, or 0 where there is none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return _skipped("Node.js with npm is not installed")
    if not (FOLDER / COMPILER).exists() and not _fetched(npm):
        return _skipped(f"TypeScript {VERSION} could not be fetched")
    return subprocess.run([node, str(FOLDER / COMPILER), "--project", str(PROJECT)], check=False).returncode


def _fetched(npm: str) -> bool:
    """Whether it is in its folder now; whole, or not at all."""
    beside = FOLDER.with_name(f"{FOLDER.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    line = [npm, "install", *QUIETLY, *BRIEFLY, "--prefix", str(beside), f"typescript@{VERSION}"]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode == 0 and (beside / COMPILER).exists():
        beside.replace(FOLDER)
        return True
    shutil.rmtree(beside, ignore_errors=True)
    return False


def _skipped(reason: str) -> int:
    print(f"The page's scripts were not checked: {reason}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
