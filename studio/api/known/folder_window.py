"""A folder shown in the window of this machine's desktop."""

import shutil
import subprocess
import sys
from pathlib import Path

from engine.errors import DeviceError


def show(folder: Path) -> None:
    """Open a folder; does not wait for its window.

    Raises:
        DeviceError: nothing here opens one.
    """
    program = "open" if sys.platform == "darwin" else "xdg-open"
    found = shutil.which(program)
    if found is None:
        raise DeviceError(f"This machine has no {program}, which opens folders. The folder is {folder}.")
    quiet = subprocess.DEVNULL
    subprocess.Popen([found, str(folder)], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
