"""Characters made plain before anything reads them: spaces, quotes, dashes, ligatures, marks and invisible ones.

Language-neutral. What carries meaning (½, ², °, €, №, an emoji) stays for the rules; what carries none is dropped.
"""

import re
import unicodedata
from functools import lru_cache

from engine.text.normalised import Edit, Normalised

SPACED_DASH = " — "

_QUOTES = {
    **dict.fromkeys(map(ord, "‘’‚‛ʼ՚ꞌ＇´"), "'"),
    **dict.fromkeys(map(ord, "‟❝〝＂"), "“"),
    **dict.fromkeys(map(ord, "❞〞"), "”"),
}
_DASHES = {**dict.fromkeys(map(ord, "‐‑‒﹣－"), "-"), **dict.fromkeys(map(ord, "―⸺⸻︱"), "—"), ord("﹘"): "–"}
_SPACES = dict.fromkeys([0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_LINE_ENDS = dict.fromkeys([0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029], " ")
# Full-width letters, digits and ASCII signs; the full-width stops and commas of Chinese and Japanese stay.
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "！（），：；？［］｛｝"}
_KEPT_SIGNS = "№™℠℗℮"

_IGNORED = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufe00-\ufe0f\ufff0-\ufffb\ufffd-\uffff\u20e3"  # variation selectors, specials, the keycap ring
    "\ud800-\udfff\ue000-\uf8ff"  # lone surrogates, private use
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
)
# Letters of Arabic, Indic and Mongolian scripts around a joiner are shaped by it; elsewhere it means nothing.
_JOINERS = r"(?<![\u0600-\u1aff\ua800-\uabff])[\u200c\u200d]"
_COMPATIBILITY = (
    "\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\u2100-\u214f\u2160-\u217f\u2460-\u24ff\u3200-\u33ff"
    "\ufb00-\ufb17\uff61-\uffdc\U0001d400-\U0001d7ff\U0001f100-\U0001f16b"
)
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MAX_MARKS = 4  # real spelling needs at most three on one letter (Vietnamese, IPA); heaps of them are decoration

_ODD = re.compile(
    rf"(?P<marked>[^\s{_MARKS}{_IGNORED}]?[{_MARKS}]+)"
    rf"|(?P<space> [ {_IGNORED}]* )"
    rf"|(?P<ignored>[{_IGNORED}]+|{_JOINERS}+)"
    rf"|(?P<compatibility>[{_COMPATIBILITY}]+)"
    r"|(?P<ellipsis>\.(?: ?\.){2,}|…[.…]+)"
    r"|(?P<dash> ?(?<!-)-{2,}(?!-) ?| ?—{2,} ?)"
    r"|(?P<quote>(?<!\w)''|''(?!\w))"
    r"|(?P<repeated>(?P<mark>[^\w\s])(?P=mark){3,})"
)


@lru_cache(maxsize=1)
def _one_to_one() -> dict[int, str]:
    table = {**_QUOTES, **_DASHES, **_SPACES, **_LINE_ENDS, **_FULL_WIDTH}
    table.update((code, str(int(chr(code)))) for code in range(0x660, 0x1FC00) if chr(code).isdecimal())
    for code in (*range(0x1D400, 0x1D800), *range(0x2460, 0x2500), *range(0x2100, 0x2150)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and chr(code) not in _KEPT_SIGNS:
            table[code] = plain
    return table


def plain(text: str, origin: int = 0) -> Normalised:
    """A stretch of the original with its characters made plain, on one line, trimmed, single-spaced."""
    # One character for one character leaves the map alone, so the bulk of the work is one fast pass.
    same_length = text.translate(_one_to_one())
    edits = [edit for match in _ODD.finditer(same_length) if (edit := _mend(match)) is not None]
    return _trimmed(Normalised.untouched(same_length, origin).edited(edits))


def _mend(match: re.Match[str]) -> Edit | None:
    found = match[0]
    match match.lastgroup:
        case "marked":
            said = _composed(found)
        case "space":
            said = " "
        case "ignored":
            said = ""
        case "compatibility":
            said = "".join(sign if sign in _KEPT_SIGNS else unicodedata.normalize("NFKC", sign) for sign in found)
        case "ellipsis":
            said = "…"
        case "dash":
            said = SPACED_DASH
        case "quote":
            said = '"'
        case _:
            said = found[0] * 3
    return None if said == found else Edit(match.start(), match.end(), said)


def _composed(found: str) -> str:
    """One letter with its accents as one character; heaped-up decoration goes."""
    composed = unicodedata.normalize("NFC", found)
    letter, marks = composed[0], composed[1:]
    if unicodedata.combining(letter):
        return ""
    return letter + marks if len(marks) < _MAX_MARKS else letter


def _trimmed(result: Normalised) -> Normalised:
    text = result.text
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    return result if (start, end) == (0, len(text)) else result.cut(start, max(start, end))
