"""FictionBook: sections, notes, verse and its own metadata."""

import base64
from typing import Any

import pytest

from studio.books.errors import BookError
from studio.books.formats.fb2 import read

FB2 = """<?xml version="1.0" encoding="windows-1251"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">
<description><title-info><author><first-name>Анна</first-name><last-name>Автор</last-name></author>
<book-title>Дорога</book-title><annotation><p>Not read.</p></annotation><lang>ru</lang>
<coverpage><image l:href="#c.jpg"/></coverpage></title-info></description>
<body><title><p>Анна Автор</p><p>Дорога</p></title>
<section><title><p>Глава 1</p></title><p>Он ш<emphasis>ё</emphasis>л<a l:href="#n1" type="note">[1]</a>.</p>
<poem><stanza><v>Мороз и солнце;</v><v>день чудесный!</v></stanza></poem></section>
<section><title><p>Глава 2</p><p>Море</p></title><p>Конец.</p></section></body>
<body name="notes"><section id="n1"><title><p>1</p></title><p>Пешком.</p></section></body>
<binary id="c.jpg" content-type="image/jpeg">{cover}</binary></FictionBook>"""


def test_a_fictionbook_is_read(documents: Any) -> None:
    cover = documents.picture("JPEG")
    book = read(FB2.format(cover=base64.b64encode(cover).decode()).encode("cp1251"), "a.fb2", "a", 9999)
    assert (book.title, book.authors, book.language, book.cover) == ("Дорога", ("Анна Автор",), "ru", cover)
    assert [(c.kind, c.title) for c in book.chapters] == [
        ("body", "Глава 1"),
        ("body", "Глава 2. Море"),
        ("notes", "Notes"),
    ]
    assert book.chapters[0].paragraphs[-2:] == ("Он шёл.", "Мороз и солнце;\nдень чудесный!")
    assert "Пешком." in book.chapters[2].paragraphs


def test_entities_in_it_are_refused() -> None:
    evil = FB2.replace("<FictionBook", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><FictionBook', 1)
    with pytest.raises(BookError, match="unsafe"):
        read(evil.encode("cp1251"), "a.fb2", "a", 9999)


def test_a_torn_one_still_gives_its_text() -> None:
    torn = FB2[: FB2.index("Конец")] + "Конец"
    assert "Конец" in read(torn.encode("cp1251"), "a.fb2", "a", 9999).chapters[-1].text
