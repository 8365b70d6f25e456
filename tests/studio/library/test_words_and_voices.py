"""Pronunciations and blends as they are kept: whose they are, what counts as the same, and files in and out."""

import csv
import io
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from engine.errors import OptionError
from engine.types import Pronunciation
from studio.library.errors import NotFound
from studio.library.library import Library
from studio.library.voices import saved
from studio.library.words import pronunciation_csv, pronunciations
from studio.library.words.pronunciation_csv import CsvError

SYBIL = Pronunciation("Sybil", "sˈɪbəl")


def test_the_migrated_database_is_what_the_tables_say(library: Library) -> None:
    with library.db.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_entries_belong_to_their_owner(library: Library) -> None:
    kept = pronunciations.add(library.db, "ann", SYBIL)
    assert pronunciations.list_all(library.db, "bob") == []
    assert pronunciations.spoken(library.db, "bob") == ()
    with pytest.raises(NotFound):
        pronunciations.change(library.db, "bob", kept.id, SYBIL)
    with pytest.raises(NotFound):
        pronunciations.remove(library.db, "bob", kept.id)
    pronunciations.remove(library.db, "bob", pronunciations.add(library.db, "bob", SYBIL).id)
    assert [one.said for one in pronunciations.list_all(library.db, "ann")] == [SYBIL]


def test_one_word_has_one_entry_for_each_condition(library: Library) -> None:
    pronunciations.add(library.db, "ann", SYBIL)
    for same in (Pronunciation("SYBIL", "x"), Pronunciation(" sybil ", respelling="Sigh bull")):
        with pytest.raises(OptionError, match="already"):
            pronunciations.add(library.db, "ann", same)
    for other in (
        Pronunciation("Sybil", "x", match_case=True),
        Pronunciation("sybil", "x", part_of_speech="noun"),
        Pronunciation("sybil", "x", language="en-gb"),
    ):
        pronunciations.add(library.db, "ann", other)
    pronunciations.add(library.db, "ann", SYBIL, book="Disraeli")
    with pytest.raises(OptionError, match="already"):
        changed = pronunciations.add(library.db, "ann", Pronunciation("Sibyl", "y"))
        pronunciations.change(library.db, "ann", changed.id, SYBIL)


def test_the_book_goes_before_all_texts_and_the_particular_before_the_general(library: Library) -> None:
    add = pronunciations.add
    add(library.db, "ann", Pronunciation("read", "a"))
    add(library.db, "ann", Pronunciation("read", "b", part_of_speech="verb"))
    add(library.db, "ann", Pronunciation("read", "c"), book="Dune")
    add(library.db, "ann", Pronunciation("read", "d"), book="Emma")
    assert [one.phonemes for one in pronunciations.spoken(library.db, "ann", "Dune")] == ["c", "b", "a"]
    assert [one.phonemes for one in pronunciations.spoken(library.db, "ann")] == ["b", "a"]


def test_what_is_remembered_follows_every_change(library: Library) -> None:
    def now() -> list[str]:
        return [one.phonemes for one in pronunciations.spoken(library.db, "ann")]

    first = pronunciations.add(library.db, "ann", Pronunciation("a", "x"))
    assert now() == ["x"]
    pronunciations.change(library.db, "ann", first.id, Pronunciation("a", "y"))
    assert now() == ["y"]
    second = pronunciations.add(library.db, "ann", Pronunciation("b", "z"))
    assert now() == ["y", "z"]
    pronunciations.remove(library.db, "ann", first.id)
    assert now() == ["z"]
    pronunciations.remove(library.db, "ann", second.id)
    assert now() == []


def test_a_file_goes_out_and_comes_in_again(library: Library) -> None:
    entries = [
        ("", Pronunciation("-ism", "ɪzəm")),
        ("", Pronunciation("Sybil", "sˈɪbəl", "Sigh, “bull”", True, "noun", "en-gb")),
        ("Émile; or", Pronunciation("naïve", respelling="ny eve")),
    ]
    file = pronunciation_csv.write(entries)
    assert pronunciation_csv.read(file) == entries
    assert pronunciations.take_in(library.db, "ann", entries) == (3, 0)
    assert pronunciations.take_in(library.db, "ann", entries[:1]) == (0, 1)
    assert len(pronunciations.list_all(library.db, "ann")) == 3


def test_no_cell_that_goes_out_is_a_formula() -> None:
    file = pronunciation_csv.write([("=1+1", Pronunciation("+44", "a")), ("@b", Pronunciation("-x", respelling="=y"))])
    cells = [cell for row in csv.reader(io.StringIO(file.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_files_of_spreadsheets_elsewhere_are_read() -> None:
    entries = [("", Pronunciation("Zoë", "zˈoʊi", match_case=True))]
    text = "Word;Phonemes;Match case\nZoë;/zˈoʊi/;Yes\n;;\n"
    assert pronunciation_csv.read(text.encode("utf-16")) == entries
    assert pronunciation_csv.read(text.replace(";", "\t").encode()) == entries


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "The file is empty."),
        (b"word,phonemes\n", "no entries below its first line"),
        (b"Sybil,a\n", "Line 1 must name the columns"),
        (b"word,word,phonemes\na,b,c\n", "Line 1 names the column “word” twice."),
        (b"word,phonemes\nok,a\nbad,5\n", "Line 3: “5” is no sound"),
        (b'word,phonemes\n"two\nlines",a\nbad,5\n', "Line 4: “5” is no sound"),
        (b"word,phonemes\nok,a\nok,b\n", "Line 3: “ok” stands in line 2 already; keep one."),
        (b"word,phonemes\nok,a,b,c\n", "Line 2 has 4 cells, and line 1 names 2 columns."),
        (b"word,phonemes\n=HYPERLINK(1),a\n", "Line 2: “=HYPERLINK(1)” is a formula"),
        (b'word,phonemes\nok,a\n"open,a\n', "Line 3: this is not CSV"),
        (b"word,phonemes,match_case\nok,a,perhaps\n", "Line 2: match_case is yes or empty"),
        (b"word,phonemes,part_of_speech\nok,a,gerund\n", "Line 2: part_of_speech is noun"),
        ("word,phonemes\nZoë,a\n".encode("latin-1"), "not UTF-8"),
        (b"word,phonemes\n\x00,a\n", "not text"),
        (b"word,phonemes\n" + b"x" * 2_000_001, "larger than 2 MB"),
        (b"word,phonemes\n" + b"".join(b"w%d,a\n" % n for n in range(10_001)), "Line 10002: a file can have 10,000"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_refused_with_its_line(file: bytes, sentence: str) -> None:
    with pytest.raises(CsvError) as refused:
        pronunciation_csv.read(file)
    assert sentence in str(refused.value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"word,phonemes\n{text}".encode()))
def test_any_file_is_read_or_refused(file: bytes) -> None:
    try:
        entries = pronunciation_csv.read(file)
    except CsvError as exc:
        assert str(exc)
    else:
        assert entries


def test_a_file_is_taken_in_whole_or_not_at_all(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pronunciations, "MAX_ENTRIES", 2)
    pronunciations.add(library.db, "ann", SYBIL)
    with pytest.raises(OptionError, match="can be kept"):
        pronunciations.take_in(library.db, "ann", [("", Pronunciation(word, "a")) for word in ("one", "two")])
    assert [one.said for one in pronunciations.list_all(library.db, "ann")] == [SYBIL]


def test_a_voice_is_its_blend_for_its_owner_alone(library: Library) -> None:
    blend = "af_heart:0.6+am_michael:0.4"
    kept = saved.keep(library.db, "ann", "kokoro", "  Evening  Narrator ", blend)
    assert saved.resolved(library.db, "ann", "kokoro", "evening narrator") == blend
    assert saved.resolved(library.db, "bob", "kokoro", "Evening Narrator") == "Evening Narrator"
    assert saved.resolved(library.db, "ann", "espeak", "Evening Narrator") == "Evening Narrator"
    again = saved.keep(library.db, "ann", "kokoro", "Evening narrator", "af_heart:1")
    assert (again.id, len(saved.list_all(library.db, "ann"))) == (kept.id, 1)
    with pytest.raises(NotFound):
        saved.remove(library.db, "bob", kept.id)
    saved.remove(library.db, "ann", kept.id)
    assert saved.list_all(library.db, "ann") == []


@pytest.mark.parametrize("name", ["", "...", "a+b", "a:b", "<b>", "x" * 61, "a\x07b"])
def test_names_that_cannot_be_voices_are_refused(library: Library, name: str) -> None:
    with pytest.raises(OptionError):
        saved.keep(library.db, "ann", "kokoro", name, "af_heart:1")


def test_an_older_database_gains_the_tables(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from studio.library.db import MIGRATIONS, migrate, open_database

    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    db = open_database(url)
    with db.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.commit()
    backup = migrate(url)
    assert backup is not None
    pronunciations.add(db, "ann", SYBIL)
    db.dispose()
