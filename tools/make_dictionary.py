"""Makes the word lists in engine/text/g2p/dictionary from misaki's wheel, which is opened as an archive and never run.

Run: python -m pip download --no-deps --only-binary=:all: --python-version 3.12 misaki==0.9.4
     python -m tools.make_dictionary misaki-0.9.4-py3-none-any.whl
"""

import gzip
import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from engine.text.g2p.dictionary import Entry, Table, folded

PLACE = Path(__file__).parent.parent / "engine" / "text" / "g2p" / "dictionary"
WHEEL_SHA256 = "90e2eeb169786c014c429e5058d2ea6bcd02d651f2a24450ba6c9ffc0f8da15a"
DICTIONARIES = ("us_gold", "us_silver", "gb_gold", "gb_silver")
_MARKS = frozenset("=\n\t ")


def kept(entries: Table) -> bytes:
    """A dictionary as it is kept; `engine.text.g2p.dictionary` says how."""
    ordered = sorted(entries)
    return _packed([*folded(ordered), "", *(_line(entries[word]) for word in ordered)])


def kept_words(listed: frozenset[str]) -> bytes:
    """A list of words as it is kept."""
    return _packed(list(folded(sorted(listed))))


def main(wheel: Path) -> None:
    """Write all lists.

    Raises:
        SystemExit: the wheel is not the one that is meant.
    """
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise SystemExit(f"{wheel.name} is not the wheel of misaki 0.9.4.")
    with zipfile.ZipFile(wheel) as archive:
        for name in DICTIONARIES:
            (PLACE / f"{name}.gz").write_bytes(kept(json.loads(archive.read(f"misaki/data/{name}.json"))))
        listed = archive.read("misaki/data/ja_words.txt").decode()
    (PLACE / "japanese.gz").write_bytes(kept_words(frozenset(line.strip() for line in listed.splitlines())))


def _line(entry: Entry) -> str:
    roles = entry if isinstance(entry, Mapping) else {"": entry}
    for role, sounds in roles.items():
        if sounds == "" or _MARKS & {*role, *(sounds or "")}:
            raise ValueError(f"{entry} cannot be kept: it has a mark that stands between entries, or no sound.")
    if isinstance(entry, Mapping):
        return " ".join(f"{role}={sounds or ''}" for role, sounds in entry.items())
    return entry


def _packed(lines: list[str]) -> bytes:
    return gzip.compress("\n".join(lines).encode(), 9, mtime=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
