"""The studio's processes divide this machine's cores among them: the page, the workers, a `studio say` beside them."""

import os
import tempfile
from pathlib import Path

from engine import allowance


def share_cores() -> None:
    """Count, and be counted, from now on. Called once, where a process begins that will have models at work."""
    # In the machine's own temporary folder: a home may be on several machines, and slow to lock.
    allowance.share(Path(tempfile.gettempdir()) / f"speech-studio-{os.getuid()}.cores")
