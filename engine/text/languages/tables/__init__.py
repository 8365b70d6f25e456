"""Tables of words per language, a column a language, for whoever reads that language to check.

`units.csv` and `money.csv` have several forms in a cell, parted by `|`: one with its article, many; money has the same
of the hundredth behind them. `per.csv` is what stands behind a unit and a stroke, `signs.csv` a sign between words,
`addresses.csv` the same sign inside an address. An empty cell: the language does not write it so. `=€` means "as €".
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@lru_cache(maxsize=64)
def column(table: str, language: str) -> Mapping[str, str]:
    """What stands in a language's column of a table: sign -> words.

    Args:
        table: its file's name without the ending.
        language: a primary BCP 47 tag; one that has no column gives an empty mapping.
    """
    with (_FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, str] = {}
    for row in rows:
        sign, words = next(iter(row.values())), row.get(language) or ""
        if words.startswith("=") and len(words) > 1:
            words = found.get(words[1:], "")
        if words:
            found[sign] = words
    return found


@lru_cache(maxsize=64)
def forms(table: str, language: str) -> Mapping[str, tuple[str, ...]]:
    """`column`, each cell cut into its forms; a cell of one form has it twice (one and many)."""
    return {
        sign: tuple(parts if len(parts := words.split("|")) > 1 else parts * 2)
        for sign, words in column(table, language).items()
    }


def lines(table: str) -> frozenset[str]:
    """The words of a list, one a line."""
    return frozenset((_FOLDER / f"{table}.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=32)
def genders(language: str, gender: str) -> frozenset[str]:
    """Nouns whose gender their ending does not tell.

    Args:
        language: a primary tag.
        gender: "m" or "f".
    """
    with (_FOLDER / "genders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = (row["words"] for row in rows if (row["language"], row["gender"]) == (language, gender))
    return frozenset(word for words in found for word in words.split())
