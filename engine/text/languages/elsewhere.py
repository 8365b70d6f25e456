"""Rules for every language but English: five with a phrasebook; Arabic, Chinese, Hindi and Japanese have their own.

The rest politely: numbers that stand alone become words where num2words knows the language; what it does not know is
left to the voice, which reads figures by itself.
"""

import re
from functools import lru_cache

from engine.text.languages import arabic, chinese, counting, hindi, japanese
from engine.text.languages.books import french, german, italian, portuguese, spanish
from engine.text.languages.phrases import Phrases
from engine.text.rules import DIGITS, Draft, Reading, Rule

_BOOKS = {"es": spanish.BOOK, "fr": french.BOOK, "de": german.BOOK, "it": italian.BOOK, "pt": portuguese.BOOK}


@lru_cache(maxsize=64)
def rules(language: str) -> tuple[Rule, ...]:
    """The rules of a language, in the order in which they claim."""
    primary = language.lower().replace("_", "-").partition("-")[0]
    if primary in {"zh", "cmn", "yue"}:
        return chinese.RULES
    if primary == "ja":
        return japanese.RULES
    if primary == "hi":
        return hindi.RULES
    if primary == "ar":
        return arabic.RULES
    code = counting.converter(language)
    if primary in _BOOKS:
        return Phrases(_BOOKS[primary], code or primary).rules()
    return _plain_rules(code) if code else ()


def _plain_rules(code: str) -> tuple[Rule, ...]:
    """Whole numbers that stand alone, for a language of which nothing else is known."""

    def read(match: re.Match[str], draft: Draft) -> Reading:
        return counting.whole(re.sub(r"\D", "", match["number"]), code)

    pattern = re.compile(r"(?<![\w.,:/%$£€¥+-])(?P<number>\d{1,3}(?:[. ]\d{3})+|\d+)(?![\w:/%°-]|[.,']\w)")
    return (Rule(pattern, read, needs=DIGITS),)
