"""Pronunciations as a table that spreadsheets read and write. Knows no database.

The first line names the columns: `word` and one of `phonemes` and `respelling` are needed, the others may be missing.
"""

import csv
import io
from collections.abc import Iterable

from engine.errors import EngineError, OptionError
from engine.text.pronunciation import PARTS_OF_SPEECH, checked
from engine.types import Pronunciation

COLUMNS = ("word", "phonemes", "respelling", "match_case", "part_of_speech", "language", "book")
MAX_BYTES = 2_000_000
MAX_ROWS = 10_000
_YES = frozenset({"1", "true", "yes", "y", "x"})
_NO = frozenset({"", "0", "false", "no", "n"})
# A spreadsheet runs cells that begin like this; written with a "'" before them they are text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvError(OptionError):
    """A file that cannot be taken in; the sentence names the line."""


def write(entries: Iterable[tuple[str, Pronunciation]]) -> bytes:
    """Entries, (book, entry), as a file: UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for book, said in entries:
        cells = said.word, said.phonemes, said.respelling, "yes" if said.match_case else "", said.part_of_speech
        table.writerow([_as_text(cell) for cell in (*cells, said.language, book)])
    return out.getvalue().encode("utf-8-sig")


def read(file: bytes) -> list[tuple[str, Pronunciation]]:
    """The entries of a file, (book, entry), in order.

    Raises:
        CsvError: it is too large, no text, not such a table, or a line of it cannot be used.
    """
    if len(file) > MAX_BYTES:
        raise CsvError(f"The file is larger than {MAX_BYTES // 1_000_000} MB; split it.")
    text = _decoded(file)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    entries: list[tuple[str, Pronunciation]] = []
    places: dict[tuple[object, ...], int] = {}
    columns: list[str] | None = None
    line = 1
    try:
        for cells in table:
            if columns is None:
                columns = _columns(cells)
            elif any(cell.strip() for cell in cells):
                if len(entries) >= MAX_ROWS:
                    raise CsvError(f"Line {line}: a file can have {MAX_ROWS:,} entries; split it.")
                book, said = _entry(columns, cells, line)
                place = (book.casefold(), said.match_case, said.word if said.match_case else said.word.casefold())
                place = (*place, said.part_of_speech, said.language)
                if place in places:
                    raise CsvError(f"Line {line}: “{said.word}” stands in line {places[place]} already; keep one.")
                places[place] = line
                entries.append((book, said))
            line = table.line_num + 1
    except csv.Error as exc:
        raise CsvError(f"Line {line}: this is not CSV; look for a quotation mark that is not closed.") from exc
    if columns is None:
        raise CsvError("The file is empty.")
    if not entries:
        raise CsvError("The file has no entries below its first line.")
    return entries


def _decoded(file: bytes) -> str:
    encoding = "utf-16" if file.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = file.decode(encoding)
    except UnicodeDecodeError as exc:
        raise CsvError("The file is not UTF-8; save it as “CSV UTF-8”.") from exc
    if "\0" in text:
        raise CsvError("The file is not text; save it as “CSV UTF-8”.")
    return text


def _delimiter(text: str) -> str:
    """Spreadsheets of half the world part cells by semicolons."""
    head = text.partition("\n")[0]
    return max((",", ";", "\t"), key=head.count)


def _columns(cells: list[str]) -> list[str]:
    names = [cell.strip().lower().replace(" ", "_") for cell in cells]
    if "word" not in names or not {"phonemes", "respelling"} & set(names):
        raise CsvError(f"Line 1 must name the columns: {', '.join(COLUMNS)}.")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CsvError(f"Line 1 names the column “{twice[:40]}” twice.")
    return names


def _entry(columns: list[str], cells: list[str], line: int) -> tuple[str, Pronunciation]:
    if len(cells) > len(columns):
        raise CsvError(f"Line {line} has {len(cells)} cells, and line 1 names {len(columns)} columns.")
    row = {name: _from_text(cell.strip(), line) for name, cell in zip(columns, cells, strict=False)}
    match_case, part = row.get("match_case", "").lower(), row.get("part_of_speech", "").lower()
    if match_case not in _YES | _NO:
        raise CsvError(f"Line {line}: match_case is yes or empty, and “{match_case[:20]}” is neither.")
    if part not in PARTS_OF_SPEECH:
        raise CsvError(f"Line {line}: part_of_speech is noun, verb, adjective, adverb or empty; “{part[:20]}” is not.")
    said = Pronunciation(
        word=row["word"],
        phonemes=row.get("phonemes", ""),
        respelling=row.get("respelling", ""),
        match_case=match_case in _YES,
        part_of_speech=part,
        language=row.get("language", ""),
    )
    try:
        return " ".join(row.get("book", "").split()), checked(said)
    except EngineError as exc:
        raise CsvError(f"Line {line}: {exc}") from exc


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _from_text(cell: str, line: int) -> str:
    if cell.startswith("'") and cell[1:].startswith(_FORMULA):
        return cell[1:]
    if cell.startswith(("=", "@")):
        raise CsvError(f"Line {line}: “{cell[:30]}” is a formula of a spreadsheet; write words.")
    return cell
