"""A file that nobody but its owner reads: keys and what opens with them."""

import os
import secrets
from pathlib import Path


def write_private(file: Path, content: bytes) -> None:
    """Keep it, readable for its owner alone; of two who make one at once, the last one's holds."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
