"""How a file of the page's folder is handed out: as a file, never as a page or a script of the studio.

Whatever somebody uploaded comes from this address, so its ending decides nothing but this: sounds, plain pictures and
plain text are shown, everything else is saved to disk. Even what is shown stands in a sandbox of its own.
"""

from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from studio.access.errors import Forbidden

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
UNKNOWN = "application/octet-stream"
SHOWN = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".aac": "audio/aac",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".txt": "text/plain; charset=utf-8",
}
"""Endings that a browser may show, and what it is told. No browser runs anything of these."""


async def send_file(path: Path, folder: Path, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a file; Range and HEAD are understood.

    Args:
        path: of the file, as a signed name named it.
        folder: what it must lie in, links resolved.
        scope: of a GET or HEAD request.
        receive: its body, which nobody reads.
        send: where the answer goes.

    Raises:
        Forbidden: there is no such file in the folder.
    """
    await file_answer(path, folder)(scope, receive, send)


def file_answer(path: Path, folder: Path) -> Response:
    """The answer with a file.

    Raises:
        Forbidden: there is no such file in the folder.
    """
    real = path.resolve()
    if not real.is_relative_to(folder) or not real.is_file():
        raise Forbidden("That file is not here any more; upload it again.")
    shown = SHOWN.get(path.suffix.lower())
    return FileResponse(
        real,
        media_type=shown or UNKNOWN,
        filename=path.name,
        content_disposition_type="inline" if shown else "attachment",
        headers={"content-security-policy": POLICY, "x-content-type-options": "nosniff"},
    )
