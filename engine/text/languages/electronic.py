"""Addresses in any language: URLs, e-mail, handles, IP addresses. Signs by name, figures one by one, names as words.

What a sign is called is in `tables/addresses.csv`; a name without a vowel is spelled.
"""

import re
from collections.abc import Callable, Mapping

from engine.text.rules import Draft, Reading, Rule

_DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|dev|app|eu|uk|us|ca|au|nz|ie|de|fr|es|pt|nl|be|ch|at|se|no|dk|fi|pl|"
    "cz|ru|ua|jp|cn|kr|in|br|mx|ar|za|sm|cl|pe|sa|ae|eg|tw|hk|it"
)
_FILES = "txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|html?|php|css|py|mp[34]|wav|jpe?g|png|gif|svg|zip|exe|epub"
# Letters that belong to an address; a Chinese or Arabic one beside it does not.
_LATIN = r"A-Za-z0-9_À-ɏ"
_ENDS = r"\s<>\"“”\u0600-\u06ff\u0900-\u097f\u3000-\u9fff\uff00-\uffef"
_LABELS = r"[A-Za-z0-9][A-Za-z0-9_-]{1,62}\.(?:[A-Za-z0-9][A-Za-z0-9_-]{0,62}\.){0,7}"
_URL = re.compile(
    rf"(?<![{_LATIN}@.:/\\-])(?:(?:https?|ftp)://[^{_ENDS}/?#]{{1,253}}|www\.[{_LATIN}&.-]{{1,200}}[{_LATIN}]"
    rf"|{_LABELS}(?:{_DOMAINS}|{_DOMAINS.upper()}|{_FILES})(?![A-Za-z0-9_-]|\.[A-Za-z0-9]))"
    rf"(?:[/?#:][^{_ENDS}]{{0,2000}})?"
)
_EMAIL = re.compile(
    rf"(?<![{_LATIN}.+%!-])(?:mailto:)?[A-Za-z0-9_][A-Za-z0-9_.+%!-]{{0,63}}@[A-Za-z0-9][{_LATIN}-]{{0,62}}"
    rf"(?:\.[A-Za-z0-9-]{{1,63}}){{1,6}}"
)
_HANDLE = re.compile(rf"(?<![{_LATIN}@./])@[A-Za-z_][A-Za-z0-9_]{{0,40}}(?:\.[A-Za-z0-9_]{{1,40}})?(?!@)")
_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?!\.?\w)")
_PATH = re.compile(
    r"(?<![\w.:/\\])(?:[A-Za-z]:(?:\\[\w.-]{1,100}){1,20}\\?|/(?:home|etc|var|usr|tmp|opt|bin|lib)"
    r"(?:/[\w.-]{1,100}){1,20}/?)"
)
_PIECES = re.compile(r"[^\W\d_]+|\d|[^\s\w]|_")
_TRAILING = ".,;:!?)»'"
_VOWELS = frozenset("aeiouyäöüéèàáíóúâêôãõAEIOUY")
_INITIALS = frozenset({"https", "http", "www", "gmail", "ftp"})
# Spelled though they have a vowel.
_SPELLED = frozenset({"de", "es", "it", "us", "uk", "eu", "ae", "io", "ai", "ie"})


def rules(
    signs: Mapping[str, str], figure: Callable[[str], str | None], name: Callable[[str], str]
) -> tuple[Rule, ...]:
    """The rules of a language.

    Args:
        signs: what each sign in an address is called.
        figure: a single figure in words.
        name: what is said for a run of letters; `spelled_or_said` for a language in Latin letters.
    """

    def said(address: str) -> str:
        words: list[str] = []
        for piece in _PIECES.findall(address):
            if piece.isdecimal():
                words.append(figure(piece) or piece)
            elif piece[0].isalpha():
                words.append(name(piece))
            else:
                words.append(signs.get(piece, piece))
        return " ".join(words)

    def read(match: re.Match[str], draft: Draft) -> Reading:
        found = match[0]
        address = found.rstrip(_TRAILING)
        return said(address) + found[len(address) :] if address else None

    def read_ip(match: re.Match[str], draft: Draft) -> Reading:
        # "1.000.000.000" is a number: no part of an address begins with zero or is above 255.
        parts = match[0].partition(":")[0].split(".")
        return said(match[0]) if all(str(int(part)) == part and int(part) < 256 for part in parts) else None

    return (
        Rule(_EMAIL, read, needs="@"),
        Rule(_URL, read, needs="."),
        Rule(_HANDLE, read, needs="@"),
        Rule(_IP, read_ip, needs="."),
        Rule(_PATH, read, needs="/\\"),
    )


def spelled_or_said(letters: str) -> str:
    """A name as a word where it can be said as one, else its letters."""
    if letters == "gmail":
        return "G mail"
    if letters.lower() in _INITIALS or letters.lower() in _SPELLED or len(letters) == 1 or _VOWELS.isdisjoint(letters):
        return " ".join(letters.upper())
    return letters
