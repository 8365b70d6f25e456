"""Texts as they are written and as they are said, a table a language in `spoken/`, for whoever reads it to check."""

import csv
import re
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.text.languages import arabic, chinese, counting, elsewhere, hindi, ordinals
from engine.text.languages.tables import column, forms
from engine.text.normalise import normalise, speak_block

SPOKEN = Path(__file__).parent / "spoken"
LANGUAGES = ("ar", "de", "es", "fr", "hi", "it", "pt", "zh")
CASES = [
    (path.stem, *line.split("\t"))
    for path in sorted(SPOKEN.glob("*.tsv"))
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("language", "written", "spoken"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES])
def test_a_text_is_said_as_the_table_has_it(language: str, written: str, spoken: str) -> None:
    assert normalise(written, "pt-br" if language == "pt" else language).text == spoken


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("de", "Fahren Sie auf die 44. Danach links.", ["Fahren Sie auf die vierundvierzig.", "Danach links."]),
        ("de", "Nehmen Sie die 3. Ausfahrt rechts.", ["Nehmen Sie die dritte Ausfahrt rechts."]),
        (
            "de",
            "Es war Karl V. Später kam Otto I. nach Rom.",
            ["Es war Karl der Fünfte.", "Später kam Otto der Erste nach Rom."],
        ),
        ("de", "Mo.–Fr. 9–12 Uhr. Sa. 10 Uhr.", ["Montag bis Freitag neun bis zwölf Uhr.", "Samstag zehn Uhr."]),
        ("es", "Gobernó Fernando VII. Luego su hija.", ["Gobernó Fernando séptimo.", "Luego su hija."]),
        ("es", "Abre a las 9 a. m. Cierra tarde.", ["Abre a las nueve de la mañana.", "Cierra tarde."]),
        ("fr", "Il vit François Iᵉʳ. Puis Charles X régna.", ["Il vit François premier.", "Puis Charles dix régna."]),
    ],
)  # fmt: skip
def test_a_stop_behind_a_number_ends_a_sentence_where_the_next_word_says_so(
    language: str, text: str, sentences: list[str]
) -> None:
    spoken = speak_block(text, 0, language)
    cuts = [0, *spoken.stops, len(spoken.words.text)]
    assert [spoken.words.text[start:end].strip() for start, end in pairwise(cuts)] == sentences


@pytest.mark.parametrize("language", LANGUAGES)
def test_signs_between_numbers_are_said(language: str) -> None:
    for sign, words in column("signs", language).items():
        if sign in "±≈≠≤≥×÷+=":
            said = normalise(f"3 {sign} 5", language).text
            assert words in said, (sign, said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_unit_and_currency_of_the_tables_is_said(language: str) -> None:
    for table in ("units", "money"):
        for sign, words in forms(table, language).items():
            if len(sign) > 1 or not sign.isalpha():
                said = normalise(f"22 {sign}", language).text
                left = re.search(rf"(?<!\w){re.escape(sign)}(?!\w)", said)
                assert not left or sign in "".join(words), (sign, said)


def test_the_tables_are_whole() -> None:
    folder = Path(elsewhere.__file__).parent / "tables"
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}, path.name
        if path.stem != "genders":
            signs = [row[0] for row in rows]
            assert len(signs) == len(set(signs)), path.name
    for language in LANGUAGES:
        assert all(len(words) in (2, 4) for words in forms("money", language).values())


@given(st.integers(0, 10**15 - 1))
@settings(max_examples=300, deadline=None)
def test_every_number_has_words(value: int) -> None:
    for say in (arabic.cardinal, chinese.cardinal, hindi.cardinal):
        said = say(value)
        assert said and not re.search(r"\d|  ", said)


@given(st.integers(1, 999_999))
@settings(max_examples=200, deadline=None)
def test_spanish_ordinals_have_a_feminine_and_no_figures(value: int) -> None:
    said, feminine = ordinals.ordinal(value, "es"), ordinals.ordinal(value, "es", "f")
    assert said is not None and feminine is not None
    assert said.endswith("o") and feminine.endswith("a") and not re.search(r"\d", said)


@given(st.integers(1_000_000, 10**12))
@settings(max_examples=100, deadline=None)
def test_portuguese_millions_have_an_and_only_before_a_last_group(value: int) -> None:
    said = counting.cardinal(value, "pt_BR") or ""
    for rest in re.findall(r"(?:lhão|lhões) e (.*)", said):
        assert not re.search(r"\bmil .|(?:lhão|lhões) .", rest), said


FRAGMENTS = [
    "5", "1.234,50", "€", " $", "3/4", "½", "XIV", "Ier", "Karl II.", "Mo.–Fr.", "14:05", "9h", " Uhr", "S. 3 ff.",
    "±2", "°C", "km/h", "+49 30 123456", "a@b.de", "www.x.de", " ", " ", ". ", ", ", "Dr. ", "12.3.2024", "१२",
    "٣٫٥", "第2", "年", "100%", "siglo xix", "p. m.", "§ 5", "1er", "3º", "und", "Ä", "🙂", "‰", "→", "<", "1,000.50",
    "0-800-1", "24/7",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=10).map("".join))
@settings(max_examples=60, deadline=None)
def test_the_way_back_holds_over_any_mixture(language: str, text: str) -> None:
    said = normalise(text, language)
    offsets = list(said.offsets)
    assert offsets == sorted(offsets)
    assert len(offsets) == len(said.text) + 1
    assert all(0 <= offset <= len(text) for offset in offsets)


UNITS = ("5 € 1/2 ", "Ab IV Mo.–Fr. ", "+1 (12) BC DF ", "1.", "5–", "a@1 000 Mᵐᵉ ", "8-17 Uhr ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_four_times_the_text_is_four_times_the_work(language: str) -> None:
    normalise("1 a", language)
    for unit in UNITS:
        small, large = (_calls(partial(normalise, unit * (size // len(unit)), language)) for size in (500, 2000))
        assert large / small < 4.4, unit


def _calls(work: Callable[[], object]) -> int:
    """How many functions are called, Python's and the library's."""
    found = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found
