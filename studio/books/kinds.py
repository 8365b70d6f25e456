"""What kind of file this is, by what is in it; its name only breaks ties between kinds of text."""

import re
from pathlib import Path
from typing import Literal

from studio.books.archive import Archive
from studio.books.errors import BookError
from studio.books.formats.encoding import is_binary

Format = Literal["epub", "pdf", "docx", "html", "fb2", "markdown", "text"]

_HEAD_BYTES = 8192
_MARKDOWN = {".md", ".markdown", ".mkd", ".mdown"}
_HTML = {".html", ".htm", ".xhtml", ".xht"}
# What a name promises that plain text can never be.
_NEVER_TEXT = {
    ".epub": "an EPUB",
    ".pdf": "a PDF",
    ".docx": "a Word document",
    ".mobi": "a Kindle book",
    ".azw3": "a Kindle book",
    ".doc": "a Word document",
    ".odt": "an OpenDocument text",
}
_TAGS = re.compile(rb"<(?:!doctype\s+html|html|head|body|div|p|h[1-6])\b", re.IGNORECASE)
_PAGE = re.compile(
    rb"\A\s*(?:\xef\xbb\xbf)?(?:<\?xml[^>]{0,300}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.I | re.S,
)
_FICTION = re.compile(
    rb"\A\s*(?:\xef\xbb\xbf)?(?:<\?xml[^>]{0,300}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:\w+:)?FictionBook\b", re.S
)
_SOUNDS = (b"ID3", b"fLaC", b"OggS", b"RIFF", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"caff", b"FORM")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def format_of(path: Path, name: str) -> Format:
    """Tell the format of a file.

    Args:
        path: the file.
        name: what the person calls it; only its ending is looked at.

    Raises:
        BookError: empty, binary, or of a kind that is not read here; the sentence says what to do.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise BookError(f"“{name}” is empty: it has no bytes in it. Choose another file.")
    ending = Path(name).suffix.lower()
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path, name)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    _refuse_known(path, head, name, ending)
    return _text_format(head, name, ending)


def _zipped(path: Path, name: str) -> Format:
    with Archive(path, name) as archive:
        names = set(archive.names)
        media_type = (
            archive.read("mimetype", 1024).strip() if "mimetype" in names and archive.size("mimetype") < 1024 else b""
        )
    if media_type == b"application/epub+zip" or any(each.casefold() == "meta-inf/container.xml" for each in names):
        return "epub"
    if "word/document.xml" in names or "word/document2.xml" in names:
        return "docx"
    if any(each.lower().endswith(".opf") for each in names):
        return "epub"
    if media_type.startswith(b"application/vnd.oasis"):
        raise BookError(f"“{name}” is an OpenDocument file. Save it as DOCX or EPUB and give that.")
    if any(each.startswith(("xl/", "ppt/")) for each in names):
        raise BookError(
            f"“{name}” is a spreadsheet or a presentation, not a text. Save its text as DOCX and give that."
        )
    if name.lower().endswith((".epub", ".docx")):
        raise BookError(f"“{name}” is a ZIP file without a book in it. Get a new copy of the book.")
    raise BookError(f"“{name}” is a ZIP archive. Unpack it and give the book that is in it.")


def _refuse_known(path: Path, head: bytes, name: str, ending: str) -> None:
    if head[60:68] in (b"BOOKMOBI", b"TEXtREAd") or head[:4] == b"CONT" or head.startswith(b"\xeaDRMION\xee"):
        raise BookError(
            f"“{name}” is a Kindle book. Convert it to EPUB first, for instance with Calibre, and give that."
        )
    if head.startswith(_OLE):
        if _is_locked_office(path):
            raise BookError(
                f"“{name}” is locked with a password. Open it in Word, take the password off and save it again."
            )
        raise BookError(
            f"“{name}” is a Word file from before 2007, or another old Office file. Save it as DOCX and give that."
        )
    if head.startswith(b"{\\rtf"):
        raise BookError(f"“{name}” is an RTF file. Save it as DOCX and give that.")
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        raise BookError(f"“{name}” is an archive. Unpack it and give the book that is in it.")
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        raise BookError(f"“{name}” is a picture. Run text recognition (OCR) on it and give the text.")
    is_sound = head.startswith(_SOUNDS) or head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3"
    if is_sound and (ending in _NEVER_TEXT or is_binary(head)):
        raise BookError(f"“{name}” is a sound or video file, not a book. Transcribe it instead.")
    if head.startswith(b"AT&TFORM"):
        raise BookError(f"“{name}” is a DjVu file. Convert it to PDF with its text and give that.")


def _text_format(head: bytes, name: str, ending: str) -> Format:
    if is_binary(head):
        promised = _NEVER_TEXT.get(ending)
        what = f"is not {promised} and not text either" if promised else "is not text that can be read"
        raise BookError(f"“{name}” {what}: it may be damaged. Give an EPUB, PDF, DOCX, HTML, Markdown or text file.")
    plain = head.replace(b"\0", b"")  # UTF-16, so that the marks below are found in it too
    plain = plain[2:] if plain[:2] in (b"\xff\xfe", b"\xfe\xff") else plain
    if _FICTION.match(plain):
        return "fb2"
    if _PAGE.match(plain):
        return "html"
    if ending in _NEVER_TEXT:
        raise BookError(
            f"“{name}” is not {_NEVER_TEXT[ending]}: there is only plain text in it. Name it .txt to have it read."
        )
    if ending in _MARKDOWN:
        return "markdown"
    return "html" if ending in _HTML and _TAGS.search(plain) else "text"


def _is_locked_office(path: Path) -> bool:
    """Whether an OLE container holds an encrypted package; its directory names streams in UTF-16."""
    wanted = "EncryptedPackage".encode("utf-16-le")
    tail = b""
    with path.open("rb") as file:
        for _ in range(1024):  # 64 MB
            piece = file.read(65_536)
            if not piece:
                return False
            if wanted in tail + piece:
                return True
            tail = piece[-len(wanted) :]
    return False
