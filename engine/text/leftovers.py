"""What no language says: emoji, dingbats and bare signs that no rule has claimed are dropped, and told of.

Marks of layout and decoration (bullets, a star of Markdown, the sign of a trade mark) are dropped without a word.
"""

import re
import unicodedata

from engine.text.rules import Draft, Reading, Rule

# Scripts live outside these ranges, so that their vowel signs are never looked at.
_CANDIDATE = re.compile(
    r"[*_~#|<>{}\\^`=@+\x80-\xa0\xa2-\xa9\xab-\xb4\xb6-\xb9\xd7\xf7\u02c2-\u02df\u2020-\u2024\u2027\u2030-\u2bff\u3004\u3012-\u3013\u3020\ufffc-\U0001fffd]+"
)
_SILENT = frozenset({"So", "Sk", "Sm", "Sc", "Cn", "Po", "Pc", "Ps", "Pe", "Mn"})
_KEPT = frozenset("$£€¥¢%№§&«»‹›¿¡½¼¾⅓⅔⅛′″+=²³°@#₹")


_DECORATION = frozenset("*_~#|<>{}\\^`†‡™®℠©℗¦¬¨¯¸°ªº´·‧․‥…′″‹›«»¡¿§¶⁂⁎⁑※") | frozenset(
    map(chr, (*range(0x2500, 0x25A0), *range(0x02C2, 0x02E0), *range(0x1F3FB, 0x1F400)))
)
"""Lines, boxes, marks of notes and of letters: nobody misses them."""
_BULLETS = frozenset("•·‣◦▪■□●○|⁃∙◆◇►▶")


def _drop(match: re.Match[str], draft: Draft) -> Reading:
    if (
        match[0] in _BULLETS
        and draft.text[match.start() - 1 : match.start()] == " " == draft.text[match.end() : match.end() + 1]
    ):
        # Between words a bullet parts them: a dash is how that sounds.
        return "—"
    kept = "".join(
        sign
        for sign in match[0]
        if sign.isalpha()
        or unicodedata.category(sign) not in _SILENT
        or (sign in _KEPT and not draft.language.startswith("en"))
    )
    if kept == match[0]:
        return None
    gone = (at for at, sign in enumerate(match[0]) if sign not in kept and not is_decoration(sign))
    draft.unsaid += [match.start() + at for at in gone]
    if kept:
        return kept
    before, after = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
    return " " if before.isalnum() and after.isalnum() else ""


def is_decoration(sign: str) -> bool:
    """Whether nobody who listens misses a sign that a reader sees."""
    is_sign = unicodedata.category(sign) in {"So", "Sm", "Sc", "Po"}
    return not is_sign or sign in _DECORATION or sign in _BULLETS


RULES = (Rule(_CANDIDATE, _drop),)
