"""What an EPUB says about itself: title, authors, language, cover, reading order, landmarks, and its locks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from studio.books.archive import Archive, resolve
from studio.books.errors import BookError
from studio.books.formats.encoding import clean
from studio.books.markup.stream import local_name, read_tree

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_MAX_PACKAGE_BYTES = 16 * 2**20
_MAX_SPINE_ITEMS = 10_000
_MAX_FALLBACKS = 4
# Fonts may be scrambled with these two by the standard; every other algorithm is a lock on the text.
_FONT_ALGORITHMS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_DOCUMENTS = {
    "application/xhtml+xml",
    "text/html",
    "text/x-oeb1-document",
    "application/x-dtbook+xml",
    "application/xml",
    "text/xml",
}


@dataclass(frozen=True, slots=True)
class SpineItem:
    """One document of the reading order.

    Attributes:
        path: its member in the archive.
        is_linear: False for what is read only when a link leads there.
    """

    path: str
    is_linear: bool = True


@dataclass(slots=True)
class Package:
    """The package document (.opf), read.

    Attributes:
        title: "" when it does not say.
        authors: in order.
        language: lower case; "" when unknown.
        spine: the reading order.
        cover: path of a picture, or of a page that shows it; "" without one.
        nav: path of the EPUB 3 table of contents, or "".
        ncx: path of the EPUB 2 table of contents, or "".
        landmarks: (path, fragment) -> what the EPUB 2 guide says is there.
    """

    title: str = ""
    authors: list[str] = field(default_factory=list)
    language: str = ""
    spine: list[SpineItem] = field(default_factory=list)
    cover: str = ""
    nav: str = ""
    ncx: str = ""
    landmarks: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Item:
    path: str
    media_type: str
    properties: frozenset[str]
    href: str
    fallback: str


def read_package(archive: Archive, name: str) -> Package:
    """Find and read the package document.

    Raises:
        BookError: locked, no package, no reading order, or links that leave the archive.
    """
    refuse_locked(archive, name)
    path = _package_path(archive, name)
    root = read_tree(archive.read(path, _MAX_PACKAGE_BYTES), name, "package document")
    package = Package()
    manifest = _manifest(root, path)
    _read_metadata(root, package)
    _read_spine(root, package, manifest, archive, name)
    package.nav = next(
        (item.path for item in manifest.values() if "nav" in item.properties and item.path in archive), ""
    )
    package.landmarks = _guide(root, path)
    package.cover = _cover(root, package, manifest, archive)
    return package


def refuse_locked(archive: Archive, name: str) -> None:
    """Refuse a book whose text is encrypted; scrambled fonts are no lock.

    Raises:
        BookError: it has DRM.
    """
    if _ENCRYPTION not in archive:
        return
    root = read_tree(archive.read(_ENCRYPTION, _MAX_PACKAGE_BYTES), name, "encryption record")
    for element in _elements(root):
        if local_name(element.tag) == "encryptionmethod" and _of_data(element):
            algorithm = element.get("Algorithm", "")
            if algorithm not in _FONT_ALGORITHMS:
                raise locked(name)


def locked(name: str) -> BookError:
    """The sentence about DRM."""
    return BookError(f"“{name}” is protected by DRM, so its text cannot be read. Ask the shop for a copy without it.")


def _of_data(element: Any) -> bool:
    """An EncryptedKey has a method too; only EncryptedData locks a file."""
    parent = element.getparent()
    return parent is None or local_name(parent.tag) != "encryptedkey"


def _elements(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _package_path(archive: Archive, name: str) -> str:
    container = archive.find(_CONTAINER)
    if container is not None:
        root = read_tree(archive.read(container, _MAX_PACKAGE_BYTES), name, "container")
        for element in _elements(root):
            if local_name(element.tag) == "rootfile":
                found = resolve("", element.get("full-path", ""))
                if found is None:
                    raise _outside(name)
                path = archive.find(found[0])
                if path is not None:
                    return path
    # Some makers forget the container; the package document is still there.
    path = next((member for member in archive.names if member.lower().endswith(".opf")), None)
    if path is None:
        raise BookError(f"“{name}” is not a whole EPUB: it does not say what is in it. Get a new copy of it.")
    return path


def _manifest(root: Any, base: str) -> dict[str, _Item]:
    items: dict[str, _Item] = {}
    for element in _elements(root):
        if local_name(element.tag) == "item" and element.get("id"):
            href = element.get("href", "")
            found = resolve(base, href)
            properties = frozenset(element.get("properties", "").split())
            items.setdefault(
                element.get("id"),
                _Item(
                    found[0] if found else "",
                    element.get("media-type", "").lower().strip(),
                    properties,
                    href,
                    element.get("fallback", ""),
                ),
            )
    return items


def _read_metadata(root: Any, package: Package) -> None:
    refined: dict[str, dict[str, str]] = {}
    creators: list[tuple[str, str, str]] = []
    titles: list[tuple[str, str]] = []
    for element in _elements(root):
        tag = local_name(element.tag)
        if tag == "meta" and element.get("refines"):
            refined.setdefault(element.get("refines").lstrip("#"), {})[element.get("property", "")] = _said(element)
        elif tag == "creator" and _said(element):
            role = next((value for key, value in element.attrib.items() if local_name(key) == "role"), "")
            creators.append((_said(element), role, element.get("id", "")))
        elif tag == "title" and _said(element):
            titles.append((_said(element), element.get("id", "")))
        elif tag == "language" and not package.language and _LANGUAGE.fullmatch(_said(element)):
            package.language = _said(element).lower()
        elif tag in {"manifest", "spine"}:
            break  # metadata comes first, and a <title> in a later part is something else
    main = [title for title, key in titles if refined.get(key, {}).get("title-type") == "main"]
    package.title = (main or [title for title, _ in titles] or [""])[0]
    people = [
        (
            int(order) if (order := refined.get(key, {}).get("display-seq", "")).isdigit() else 0,
            person,
            role or refined.get(key, {}).get("role", ""),
        )
        for person, role, key in creators
    ]
    people.sort(key=lambda entry: entry[0])
    package.authors = [person for _, person, role in people if role in ("", "aut")] or [
        person for _, person, _ in people
    ]


def _read_spine(root: Any, package: Package, manifest: dict[str, _Item], archive: Archive, name: str) -> None:
    spine = next((element for element in _elements(root) if local_name(element.tag) == "spine"), None)
    if spine is None:
        raise BookError(
            f"“{name}” has no reading order (spine), so nobody can tell what to read. Get a new copy of it."
        )
    seen: set[str] = set()
    listed = 0
    for reference in list(_elements(spine))[:_MAX_SPINE_ITEMS]:
        item = manifest.get(reference.get("idref", "")) if local_name(reference.tag) == "itemref" else None
        for _ in range(_MAX_FALLBACKS):
            # What is no document itself may name one that says the same.
            if item is not None and item.media_type not in _DOCUMENTS and item.fallback in manifest:
                item = manifest[item.fallback]
        if item is None:
            continue
        listed += 1
        if not item.path:
            raise _outside(name)
        path = archive.find(item.path)
        if path is None or path in seen or (item.media_type.startswith(("image/", "audio/", "video/", "font/"))):
            continue
        if item.media_type in _DOCUMENTS or path.lower().endswith((".xhtml", ".html", ".htm", ".xml")):
            seen.add(path)
            package.spine.append(SpineItem(path, reference.get("linear", "yes").strip().lower() != "no"))
    if not package.spine and listed:
        raise BookError(f"“{name}” holds pictures of pages, not text. Run text recognition (OCR) on it first.")
    if not package.spine:
        raise BookError(
            f"“{name}” has an empty reading order (spine): there is nothing to read in it. Get a new copy of it."
        )
    toc = manifest.get(spine.get("toc", ""))
    by_type = next((item for item in manifest.values() if item.media_type == "application/x-dtbncx+xml"), None)
    ncx = toc if toc is not None and toc.path in archive else by_type
    package.ncx = ncx.path if ncx is not None and ncx.path in archive else ""


def _guide(root: Any, base: str) -> dict[tuple[str, str], str]:
    landmarks: dict[tuple[str, str], str] = {}
    for element in _elements(root):
        if local_name(element.tag) == "reference" and element.get("href"):
            found = resolve(base, element.get("href"))
            if found is not None:
                landmarks.setdefault(found, element.get("type", "").lower().removeprefix("other.").strip())
    return landmarks


def _cover(root: Any, package: Package, manifest: dict[str, _Item], archive: Archive) -> str:
    """A picture or a page: EPUB 3's property, EPUB 2's meta, the guide, then names."""
    named = next(
        (
            element.get("content", "")
            for element in _elements(root)
            if local_name(element.tag) == "meta" and element.get("name", "").lower() == "cover"
        ),
        "",
    )
    candidates = [item.path for item in manifest.values() if "cover-image" in item.properties]
    if named:
        candidates += [item.path for key, item in manifest.items() if named in (key, item.href)]
    candidates += [path for (path, _), kind in package.landmarks.items() if kind in {"cover", "cover-image"}]
    pictures = [(key, item) for key, item in manifest.items() if item.media_type.startswith("image/")]
    candidates += [item.path for key, item in pictures if "cover" in key.lower() or "cover" in item.path.lower()]
    return next((found for path in candidates if path and (found := archive.find(path)) is not None), "")


def _said(element: Any) -> str:
    return " ".join(clean("".join(element.itertext())).split())[:500]


def _outside(name: str) -> BookError:
    return BookError(f"“{name}” is unsafe: it names files outside itself. Get it from another source.")
