"""The names under which Gradio's files leave and come back: no path of the server, and good for one person only.

Gradio names uploads and results by their absolute path, serves every file of its folder to everybody, and, mounted on
another application, takes any path of the machine as an input file. Here each path goes out as

    studio/<signature of person and path>/<path inside Gradio's folder>

and nothing else is understood on the way back. Only what Gradio itself marks as a file is signed: a path that somebody
wrote into a text must not come back as a name that opens it.
"""

import base64
import hashlib
import hmac
import html
import json
import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

from studio.access.errors import Forbidden, Unreadable
from studio.access.people import Person

PREFIX = "studio/"
_SIGNATURE_CHARS = 27
MAX_DEPTH = 100
"""JSON deeper than this is nobody's form; refusing it keeps the recursion below Python's own limit."""

Json = Any


class PageFiles:
    """Translates names of Gradio's files for one folder."""

    def __init__(self, folder: Path, secret: str) -> None:
        """Args: folder: Gradio's upload and cache folder.  secret: signs the names."""
        self._folder = folder.resolve()
        self._secret = hashlib.sha256(b"studio page files\0" + secret.encode()).digest()
        spellings = {str(folder), str(self._folder), quote(str(folder)), quote(str(self._folder))}
        longest_first = sorted(spellings, key=len, reverse=True)
        prefix = "|".join(re.escape(spelling) for spelling in longest_first)
        self._in_text = re.compile(rf"(?P<url>file=)?(?:{prefix})(?P<rest>(?:/[^\s\"'<>?#\\]*)?)")
        self._whole = re.compile(rf"(?:{prefix})/(?P<rest>[^\0]+)")
        escaped = {json.dumps(spelling)[1:-1] for spelling in spellings}
        self._needles = [needle.encode() for needle in spellings | escaped | {html.escape(s) for s in spellings}]

    @property
    def folder(self) -> Path:
        """Gradio's folder, links resolved."""
        return self._folder

    def mentioned_in(self, body: bytes) -> bool:
        """Whether an answer may hold a path of the folder: a cheap look before parsing."""
        return any(needle in body for needle in self._needles)

    def inward(self, name: str, person: Person) -> str:
        """The path behind a name this person was given.

        Raises:
            Forbidden: not a name of ours, or somebody else's.
        """
        signature, _, relative = name.removeprefix(PREFIX).partition("/")
        sound = (
            name.startswith(PREFIX)
            and len(signature) == _SIGNATURE_CHARS
            and relative
            and "\0" not in relative
            and not Path(relative).is_absolute()
            and ".." not in Path(relative).parts
            and hmac.compare_digest(signature.encode(), self._signature(relative, person).encode())
        )
        if not sound:
            raise Forbidden("That file is not one of yours; upload it again.")
        return str(self._folder / relative)

    def inward_json(self, value: Json, person: Person, depth: int = 0) -> Json:
        """A JSON value with every file's name turned into its path.

        Raises:
            Forbidden: a file that is not this person's, or a web address in place of a file.
            Unreadable: absurd nesting.
        """
        _check_depth(depth)
        if isinstance(value, list):
            return [self.inward_json(item, person, depth + 1) for item in cast(list[Json], value)]
        if isinstance(value, dict):
            entries = cast(dict[str, Json], value)
            path = entries.get("path")
            if _is_file(entries) and not (isinstance(path, str) and path):
                raise Forbidden("That file is not one of yours; upload it again.")
            # Gradio takes every object with a text "path" for a file.
            return {
                key: self.inward(item, person)
                if key == "path" and isinstance(item, str) and item
                else self.inward_json(item, person, depth + 1)
                for key, item in entries.items()
            }
        return value

    def outward_json(self, value: Json, person: Person, depth: int = 0, is_file: bool = False) -> Json:
        """A JSON value whose files have this person's names, and whose texts hold no path of the folder.

        Args:
            value: what Gradio wants to answer.
            person: who asked.
            depth: nesting so far.
            is_file: whether the texts right inside are a file's own path and URL.
        """
        _check_depth(depth)
        if isinstance(value, str):
            return self.signed(value, person) if is_file else self.redacted(value)
        if isinstance(value, list):
            items = cast(list[Json], value)
            is_file = is_file or _is_file_update(items)
            return [self.outward_json(item, person, depth + 1, is_file and isinstance(item, str)) for item in items]
        if isinstance(value, dict):
            entries = cast(dict[str, Json], value)
            marked = _is_file(entries)
            return {
                key: self.outward_json(item, person, depth + 1, marked and key in {"path", "url"})
                for key, item in entries.items()
            }
        return value

    def signed(self, text: str, person: Person) -> str:
        """The text with every path of the folder replaced by this person's name for it."""
        whole = self._whole.fullmatch(text)
        if whole:
            return f"{PREFIX}{self._signature(whole['rest'], person)}/{whole['rest']}"

        def rename(match: re.Match[str]) -> str:
            rest = match["rest"].lstrip("/")
            if not match["url"] or not rest:
                return PREFIX
            # In a URL the path is quoted; the signature covers what the server sees after unquoting.
            return f"file={PREFIX}{self._signature(unquote(rest), person)}/{rest}"

        return self._in_text.sub(rename, text)

    def redacted(self, text: str) -> str:
        """The text without the folder's place on this machine."""
        return self._in_text.sub(lambda match: (match["url"] or "") + Path(match["rest"]).name, text)

    def remove_torn(self) -> None:
        """Remove what uploads that never ended have left; call it while none is on its way."""
        for path in self._folder.glob("tmp*"):
            if path.is_file():
                path.unlink(missing_ok=True)

    def _signature(self, relative: str, person: Person) -> str:
        message = person.name.encode() + b"\0" + relative.encode("utf-8", "surrogatepass")
        digest = hmac.new(self._secret, message, hashlib.sha256).digest()[:20]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_file(entries: dict[str, Json]) -> bool:
    meta = entries.get("meta")
    return isinstance(meta, dict) and cast(dict[str, Json], meta).get("_type") == "gradio.FileData"


def _is_file_update(items: list[Json]) -> bool:
    """Whether a list is Gradio's way to say that only a file's path or URL changed: ["replace", [.., "path"], text]."""
    if len(items) != 3 or items[0] not in ("replace", "add") or not isinstance(items[1], list):
        return False
    place = cast(list[Json], items[1])
    return bool(place) and place[-1] in ("path", "url")


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable("The request is nested too deeply.")
