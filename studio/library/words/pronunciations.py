"""The words whose sound a person has chosen, kept: everywhere, or in one book. Knows no file format and no voice.

What is kept has passed `engine.text.pronunciation.checked`; another owner's entry is as good as none.
"""

import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import Engine, Table, func
from sqlmodel import Session, col, select

from engine.errors import OptionError
from engine.text.pronunciation import checked
from engine.types import PartOfSpeech, Pronunciation
from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.tables import SavedPronunciation, new_id, now

MAX_ENTRIES = 10_000
MAX_BOOK_CHARS = 120
_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class KeptPronunciation:
    """An entry with its name.

    Attributes:
        id: names it in every call.
        book: the book it is for, by the person's name for it; "" is everywhere.
        said: what is said how.
    """

    id: str
    book: str
    said: Pronunciation


def list_all(db: Engine, owner: str) -> list[KeptPronunciation]:
    """All entries of an owner: those for everywhere, then book by book, in the alphabet's order."""
    with session(db) as rows:
        found = rows.exec(select(SavedPronunciation).where(SavedPronunciation.owner == owner)).all()
    kept = [_kept(row) for row in found]
    return sorted(kept, key=lambda one: (one.book.casefold(), one.said.word.casefold(), one.id))


def books(db: Engine, owner: str) -> list[str]:
    """The books that have entries of their own."""
    query = select(SavedPronunciation.book).where(SavedPronunciation.owner == owner, SavedPronunciation.book != "")
    with session(db) as rows:
        return sorted(set(rows.exec(query.distinct()).all()), key=str.casefold)


def add(db: Engine, owner: str, said: Pronunciation, book: str = "") -> KeptPronunciation:
    """Keep an entry.

    Raises:
        OptionError: it cannot be used, there is one for this word already, or there are too many.
    """
    said, book = checked(said), _book(book)
    with session(db, write=True) as rows:
        if _same(rows, owner, book, said) is not None:
            raise _twice(said)
        if _count(rows, owner) >= MAX_ENTRIES:
            raise _too_many()
        row = _fill(SavedPronunciation(id=new_id(), owner=owner, key="", word=""), said, book)
        rows.add(row)
    return _kept(row)


def change(db: Engine, owner: str, entry_id: str, said: Pronunciation, book: str = "") -> KeptPronunciation:
    """Replace an entry.

    Raises:
        NotFound: no such entry of this owner.
        OptionError: it cannot be used, or there is another one for this word.
    """
    said, book = checked(said), _book(book)
    with session(db, write=True) as rows:
        row = _owned(rows, owner, entry_id)
        other = _same(rows, owner, book, said)
        if other is not None and other.id != entry_id:
            raise _twice(said)
        rows.add(_fill(row, said, book))
    return _kept(row)


def remove(db: Engine, owner: str, entry_id: str) -> None:
    """Forget an entry. Raises NotFound."""
    with session(db, write=True) as rows:
        rows.delete(_owned(rows, owner, entry_id))


def take_in(db: Engine, owner: str, entries: Sequence[tuple[str, Pronunciation]]) -> tuple[int, int]:
    """Keep many entries, (book, entry), all or none; one for a word that has one already replaces it.

    Returns:
        How many are new, and how many replaced another.

    Raises:
        OptionError: one cannot be used, or there are too many.
    """
    ready = [(_book(book), checked(said)) for book, said in entries]
    table = cast("Table", getattr(SavedPronunciation, "__table__"))  # noqa: B009 - the mapper's own name for it
    with session(db, write=True) as rows:
        found = rows.exec(select(SavedPronunciation).where(SavedPronunciation.owner == owner)).all()
        known = {(row.book, row.key, row.part_of_speech, row.language): row.id for row in found}
        before = set(known.values())
        values: dict[str, dict[str, Any]] = {}
        for book, said in ready:
            entry_id = known.setdefault((book, _key(said), said.part_of_speech, said.language), new_id())
            values[entry_id] = {"id": entry_id, "owner": owner, "changed_at": now(), **_values(said, book)}
        if len(known) > MAX_ENTRIES:
            raise _too_many()
        replaced = values.keys() & before
        # Past the mapper: ten thousand entries take a moment and not ten seconds, during which nobody else can write.
        connection = rows.connection()
        for some in _batches(list(replaced)):
            connection.execute(table.delete().where(table.c.id.in_(some)))
        connection.execute(table.insert(), list(values.values()))
    return len(values) - len(replaced), len(replaced)


class Spoken:
    """What holds for a text of an owner, remembered until somebody changes an entry. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[Any, ...], tuple[Any, tuple[Pronunciation, ...]]] = OrderedDict()

    def __call__(self, db: Engine, owner: str, book: str = "") -> tuple[Pronunciation, ...]:
        """The entries in the order in which they are tried: the book's own, the particular before the general."""
        version_of = select(func.count(), func.max(SavedPronunciation.changed_at)).where(
            SavedPronunciation.owner == owner
        )
        place = str(db.url), owner, book
        with session(db) as rows:
            version = tuple(rows.exec(cast(Any, version_of)).one())
            if not version[0]:
                return ()
            with self._lock:
                remembered = self._known.get(place)
            if remembered is not None and remembered[0] == version:
                return remembered[1]
            found = rows.exec(
                select(SavedPronunciation).where(
                    SavedPronunciation.owner == owner, col(SavedPronunciation.book).in_({"", book})
                )
            ).all()
        entries = tuple(one.said for one in sorted((_kept(row) for row in found), key=_order))
        with self._lock:
            self._known[place] = version, entries
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return entries


spoken = Spoken()
"""The studio's one memory of them."""


def _order(one: KeptPronunciation) -> tuple[Any, ...]:
    said = one.said
    conditions = bool(said.part_of_speech) + said.match_case + bool(said.language)
    return (not one.book, -conditions, said.word, one.id)


def _key(said: Pronunciation) -> str:
    return f"={said.word}" if said.match_case else said.word.casefold()


def _book(book: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", book).split())
    if len(name) > MAX_BOOK_CHARS or not name.isprintable():
        raise OptionError(f"The name of the book must be at most {MAX_BOOK_CHARS} plain characters.")
    return name


def _same(rows: Session, owner: str, book: str, said: Pronunciation) -> SavedPronunciation | None:
    return rows.exec(
        select(SavedPronunciation).where(
            SavedPronunciation.owner == owner,
            SavedPronunciation.book == book,
            SavedPronunciation.key == _key(said),
            SavedPronunciation.part_of_speech == said.part_of_speech,
            SavedPronunciation.language == said.language,
        )
    ).first()


def _owned(rows: Session, owner: str, entry_id: str) -> SavedPronunciation:
    row = rows.exec(
        select(SavedPronunciation).where(SavedPronunciation.id == entry_id, SavedPronunciation.owner == owner)
    ).first()
    if row is None:
        raise NotFound("There is no such pronunciation.")
    return row


def _count(rows: Session, owner: str) -> int:
    return rows.exec(
        select(func.count()).select_from(SavedPronunciation).where(SavedPronunciation.owner == owner)
    ).one()


def _batches(ids: list[str], size: int = 500) -> Iterator[list[str]]:
    """SQLite counts its parameters."""
    for at in range(0, len(ids), size):
        yield ids[at : at + size]


def _values(said: Pronunciation, book: str) -> dict[str, Any]:
    return {"book": book, "key": _key(said), **asdict(said)}


def _fill(row: SavedPronunciation, said: Pronunciation, book: str) -> SavedPronunciation:
    for name, value in _values(said, book).items():
        setattr(row, name, value)
    row.changed_at = now()
    return row


def _kept(row: SavedPronunciation) -> KeptPronunciation:
    part = cast("PartOfSpeech", row.part_of_speech)
    said = Pronunciation(row.word, row.phonemes, row.respelling, row.match_case, part, row.language)
    return KeptPronunciation(row.id, row.book, said)


def _twice(said: Pronunciation) -> OptionError:
    return OptionError(f"There is an entry for “{said.word}” already; change that one.")


def _too_many() -> OptionError:
    return OptionError(f"{MAX_ENTRIES:,} pronunciations can be kept; delete some first.")
