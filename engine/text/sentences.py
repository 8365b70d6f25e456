"""Where sentences end. The library `sentencex` finds them; here its guesses are mended for quotes, brackets and slips.

Its own rule is never to split inside quotes or brackets. A voice must: a speech of three sentences in one pair of
quotes is three sentences, so quotes are hidden from it and each boundary is then put behind the quote that closes the
sentence.
"""

import re

from sentencex import segment  # pyright: ignore[reportUnknownVariableType, reportAttributeAccessIssue]

_QUOTES = '"“”„«»‹›()[]「」『』【】（）〈〉《》'
_OPENING = "\"'“„«‹([「『【（〈《¿¡"
_HIDDEN = str.maketrans(dict.fromkeys(_QUOTES, " "))
# Single quotes are hidden where they cannot be apostrophes.
_SINGLE_QUOTES = re.compile(r"(?<!\w)'|(?<=[.!?…,])'")
_UPPER = "A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω"
# Boundaries that sentencex leaves out: behind an ellipsis, behind a stop and its closing quote, and where a space is
# missing.
_EXTRA = re.compile(
    rf"…[\"”»)\]']* (?=[\"“«(\[']{{0,2}}[{_UPPER}])"
    rf"|[.!?…]{{1,3}} ?[\"”»)\]]{{1,2}} (?=[\"“«(\[]{{0,2}}[{_UPPER}])"
    rf"|(?<=[a-zà-ÿа-яё]{{2}})[.!?](?=[{_UPPER}][a-zà-ÿа-яё])"
)
# "No." is an abbreviation only before a number.
_ENGLISH_NO = re.compile(rf"(?<![^\s\"“‘'(])No\.[\"”’']? +(?=[\"“‘']?[{_UPPER}][a-z]|I\b)")
_ATTRIBUTION = re.compile(r"[.!?…。！？][\"'”’»›)\]」』]+ *\Z")
_ASIDE = re.compile(r"[!?][\"'”’»›)\]]* *\Z")
_JAPANESE_QUOTED = re.compile(r"[」』）】][\"”]?\Z")
_CLOSERS = frozenset("\"'”’»›)]」』】）〉》")


def boundaries(text: str, language: str) -> list[int]:
    """Offsets at which a new sentence begins, ascending; neither 0 nor the length of the text is among them.

    Args:
        text: plain characters on one line.
        language: BCP 47 tag; one that `sentencex` does not know is split by the common rules.
    """
    hidden = _SINGLE_QUOTES.sub(" ", text.translate(_HIDDEN))
    found = {match.end() for match in _EXTRA.finditer(text)}
    if language[:2].lower() in {"en", ""}:
        found.update(match.end() for match in _ENGLISH_NO.finditer(text))
    at = 0
    for sentence in segment(language.lower().replace("_", "-") or "en", hidden):
        at += len(sentence)
        if 0 < at < len(text) and (mended := _mended(text, hidden, at)) is not None:
            found.add(mended)
    found.discard(len(text))
    return sorted(found)


def _mended(text: str, hidden: str, at: int) -> int | None:
    """The offset in the true text that a boundary of the hidden one stands for; None when it is no boundary."""
    stop = at
    while stop > 0 and hidden[stop - 1] == " ":
        stop -= 1
    # Quotes that close belong to this sentence, those that open to the next.
    start = stop
    while start < at and text[start] != " " and (text[start] in _CLOSERS or start < at - 1):
        start += 1
    while start < len(text) and text[start] == " ":
        start += 1
    if stop == 0 or start >= len(text):
        return None
    if start == stop and not _may_touch(text, start):
        return None
    if text[start].islower() and _ATTRIBUTION.search(text[max(0, start - 8) : start]):
        # "Who goes there?" he said: one sentence.
        return None
    if text[start].islower() and _ASIDE.search(text[max(0, start - 8) : start]) and not text.islower():
        # "Ah! how I wish", "Jeopardy! is fun"; whoever writes no capitals at all means a new sentence.
        return None
    if (
        text[start] in "—–-"
        and _ASIDE.search(text[max(0, start - 8) : start])
        and text[start + 1 : start + 3].strip().islower()
    ):
        # "What? — he said": one sentence.
        return None
    if text[start] in "とっ、" and _JAPANESE_QUOTED.search(text[max(0, start - 2) : start]):
        return None
    return start


def _may_touch(text: str, at: int) -> bool:
    """Whether two sentences may meet here without a space: in scripts without spaces, or at "Hi!He left"."""
    before, after = text[at - 1], text[at]
    if before in "。！？．｡」』）】”’":
        return True
    return before in "!?…" and after.isalpha() and after.isupper()
