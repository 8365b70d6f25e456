"""Which line breaks are heard."""

from engine.text.layout import blocks

WRAPPED = """\
The sun had not yet risen above the hills when the old man opened
the gate and walked down to the river, where his boat lay waiting
for him as it had done every morning for more than forty years of
his life.
"""


def said(text: str) -> list[tuple[str, str]]:
    return [(" ".join(text[block.start : block.end].split()), block.ends) for block in blocks(text)]


def test_an_empty_line_ends_a_paragraph() -> None:
    assert said("One.\n\nTwo.\n \t\nThree.") == [("One.", "paragraph"), ("Two.", "paragraph"), ("Three.", "paragraph")]


def test_every_kind_of_line_break_counts() -> None:
    assert [text for text, _ in said("a.\r\n\r\nb.\x0cc.\u2029d.\n\ne.")] == ["a.", "b.", "c.", "d.", "e."]


def test_hard_wrapped_prose_is_one_block() -> None:
    ((text, ends),) = said(WRAPPED)
    assert ends == "paragraph"
    assert "opened the gate" in text and text.endswith("of his life.")


def test_verse_keeps_its_lines() -> None:
    verse = "Roses are red,\nViolets are blue,\nSugar is sweet\nAnd so are you."
    assert said(verse) == [
        ("Roses are red,", "clause"),
        ("Violets are blue,", "clause"),
        ("Sugar is sweet", "line"),
        ("And so are you.", "paragraph"),
    ]


def test_a_list_keeps_its_items() -> None:
    items = "To buy:\n- milk and eggs\n- bread from the shop on the corner\n2. salt"
    assert [ends for _, ends in said(items)] == ["clause", "line", "line", "paragraph"]


def test_a_sentence_that_runs_on_is_not_broken() -> None:
    assert said("He went\nhome and\nslept.") == [("He went home and slept.", "paragraph")]


def test_a_heading_above_a_line_stands_alone() -> None:
    assert said("Introduction\nThis is it.") == [("Introduction", "line"), ("This is it.", "paragraph")]


def test_rules_and_stars_part_paragraphs() -> None:
    assert [text for text, _ in said("One.\n* * *\nTwo.\n-----\nThree.")] == ["One.", "Two.", "Three."]
