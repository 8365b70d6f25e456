"""/v1/pronunciations: how a person wants words said; one by one, or as a CSV file in and out."""

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from studio.api.bridge import off_loop_for
from studio.api.context import Asking, Context
from studio.api.events import MAX_SAID_CHARS, Deleted, Said
from studio.api.kept.downloads import named, title_of
from studio.api.uploads import received_form
from studio.library.words import pronunciation_csv, pronunciations
from studio.library.words.pronunciations import KeptPronunciation

router = APIRouter(prefix="/v1/pronunciations", tags=["pronunciations"])


class SavedSaid(Said):
    """An entry to keep; `book` is the person's name for the book it is for, "" for all texts."""

    book: str = Field("", max_length=MAX_SAID_CHARS)


class PronunciationEntry(SavedSaid):
    """An entry that is kept."""

    id: str
    object: str = "pronunciation"

    @classmethod
    def of(cls, kept: KeptPronunciation) -> "PronunciationEntry":
        """From the library's entry."""
        said = kept.said
        return cls(
            id=kept.id,
            book=kept.book,
            word=said.word,
            phonemes=said.phonemes,
            respelling=said.respelling,
            match_case=said.match_case,
            part_of_speech=said.part_of_speech,
            language=said.language,
        )


class PronunciationList(BaseModel):
    """GET /v1/pronunciations."""

    object: str = "list"
    data: list[PronunciationEntry]
    books: list[str]


class Imported(BaseModel):
    """What became of a file's entries."""

    added: int
    replaced: int


@router.get("")
def list_all(context: Context, asking: Asking, book: str | None = Query(None, max_length=200)) -> PronunciationList:
    """The person's entries: those for all texts, then book by book; or those of one book ("" for all texts) alone."""
    kept = pronunciations.list_all(context.library.db, asking.name)
    books = sorted({one.book for one in kept if one.book}, key=str.casefold)
    chosen = [PronunciationEntry.of(one) for one in kept if book is None or one.book == book]
    return PronunciationList(data=chosen, books=books)


@router.post("", status_code=201)
def add(body: SavedSaid, context: Context, asking: Asking) -> PronunciationEntry:
    """Keep an entry."""
    return PronunciationEntry.of(pronunciations.add(context.library.db, asking.name, body.entry(), body.book))


@router.get("/export", response_class=Response)
def export(context: Context, asking: Asking, book: str | None = Query(None, max_length=200)) -> Response:
    """The person's entries as CSV; or those of one book alone."""
    kept = [
        (one.book, one.said)
        for one in pronunciations.list_all(context.library.db, asking.name)
        if book is None or one.book == book
    ]
    name = f"pronunciations {title_of(book)}.csv" if book else "pronunciations.csv"
    return Response(pronunciation_csv.write(kept), media_type="text/csv; charset=utf-8", headers=named(name))


@router.post("/import")
async def take_in(request: Request, context: Context, asking: Asking) -> Imported:
    """Take in a CSV file, sent as `file`; an entry for a word that has one replaces it. All of it, or nothing."""
    folder = await off_loop_for(asking.name, context.library.storage.uploads, asking.name)
    async with received_form(request, folder, pronunciation_csv.MAX_BYTES + 1) as form:
        file = form.take_file()

        def work() -> Imported:
            try:
                entries = pronunciation_csv.read(file.path.read_bytes())
            finally:
                file.discard()
            added, replaced = pronunciations.take_in(context.library.db, asking.name, entries)
            return Imported(added=added, replaced=replaced)

        return await off_loop_for(asking.name, work)


@router.put("/{entry_id}")
def change(entry_id: str, body: SavedSaid, context: Context, asking: Asking) -> PronunciationEntry:
    """Replace an entry."""
    db = context.library.db
    return PronunciationEntry.of(pronunciations.change(db, asking.name, entry_id, body.entry(), body.book))


@router.delete("/{entry_id}")
def remove(entry_id: str, context: Context, asking: Asking) -> Deleted:
    """Forget an entry."""
    pronunciations.remove(context.library.db, asking.name, entry_id)
    return Deleted(id=entry_id, object="pronunciation")
