"""The little English grammar that rules share: quantities before nouns, and letters said by name."""

import re

from engine.text.rules import Draft

_ARTICLE = re.compile(r"(?:^|\W)(?:an?|another|every|that|this)\s$", re.IGNORECASE)
# Words that cannot be the noun a quantity describes.
_NOUN = re.compile(
    r"(?:-| (?!(?:in|of|to|for|on|at|per|a|an|and|or|as|is|was|were|by|from|with|each|more|less|than|but|that|if|when|"
    r"worth|plus|over|off|back|now|today|left|apiece|total|into|last|next|this|so|he|she|they|we|you|it|away|above|"
    r"below|"
    r"north|south|east|west|later|ago|before|after|long|wide|tall|deep|high)\b)[a-z]{3,})"
)


def describes_noun(text: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` has an article before and a noun behind it ("a $5 bill")."""
    return _ARTICLE.search(text[max(0, start - 9) : start]) is not None and _NOUN.match(text, end) is not None


def closes_sentence(end: int, draft: Draft) -> bool:
    """Whether the full stop before `end` also ends its sentence: then what follows begins like one."""
    if not draft.ends_sentence(end):
        return False
    rest = draft.text[end : end + 4].lstrip(" \"'”’)]»")
    return not rest or not (rest[0].islower() or rest[0].isdecimal() or rest[0] in ",;:")


def by_letters(letters: str) -> str:
    """Letters to be said by name: "BC" -> "B C", but "AD" -> "A-D", for a lone A is read as the article."""
    return ("-" if "A" in letters else " ").join(letters)
