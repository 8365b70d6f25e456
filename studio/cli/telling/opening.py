"""Opening a browser without showing a token to other people's accounts, who can read each command line."""

import atexit
import html
import tempfile
from collections.abc import Callable
from pathlib import Path


def open_with_token(address: str, opens: Callable[[str], object]) -> None:
    """Open an address; one with a token goes by way of a file that only its owner can read.

    Args:
        address: what to open.
        opens: hands an address to a browser.
    """
    if "token=" not in address:
        opens(address)
        return
    # Made with mode 600, whatever the umask.
    with tempfile.NamedTemporaryFile("w", prefix="studio-", suffix=".html", delete=False, encoding="utf-8") as file:
        file.write(
            f'<!doctype html><meta charset="utf-8"><title>Speech Studio</title>'
            f'<meta http-equiv="refresh" content="0; url={html.escape(address)}">'
        )
    atexit.register(Path(file.name).unlink, missing_ok=True)
    opens(Path(file.name).as_uri())
