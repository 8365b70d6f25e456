"""The files of assets/ as browsers get them: one folder whose name follows from all that is in it.

A browser loads one entry, which imports the rest by relative addresses. Whatever changes in any file, the folder has
another name, so no cache serves an old module beside a new one, and what was fetched once may be kept for ever.
"""

import hashlib
from pathlib import Path, PurePath

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ASSETS = Path(__file__).resolve().parent / "assets"
STATIC = "/static/studio"
"""Below an address that Gradio itself serves files from, so that whoever guards the page knows it already."""
ENTRY = "main.js"
FOR_EVER = "private, max-age=31536000, immutable"


def fingerprint(folder: Path) -> str:
    """What a folder is called by what is in it: twelve hexadecimal digits over all names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


VERSION = fingerprint(ASSETS)
FOLDER = f"{STATIC}/{VERSION}"
"""Where a browser finds assets/ of this version, and no other."""


def tags() -> list[str]:
    """What the page's head says of them: the entry, and what else will be asked for, so that it comes at once.

    The audio thread's files are fetched when there is sound.
    """
    modules = sorted(path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*.js"))
    early = [name for name in modules if name != ENTRY and not name.endswith("worklet.js")]
    preloads = [f'<link rel="modulepreload" href="{FOLDER}/{name}">' for name in early]
    return [f'<script type="module" src="{FOLDER}/{ENTRY}"></script>', *preloads]


def static_routes() -> list[BaseRoute]:
    """Routes for Gradio's application (`app_kwargs={"routes": ...}`) that serve assets/."""
    return [Mount(STATIC, _Versioned(directory=ASSETS))]


class _Versioned(StaticFiles):
    """Files in a folder of their version's name; there is no other version, and what is there never changes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As ever, with how long it may be kept."""
        version, _, name = PurePath(path).as_posix().partition("/")
        if version != VERSION:
            raise HTTPException(404)
        answer = await super().get_response(name, scope)
        answer.headers["cache-control"] = FOR_EVER
        return answer
