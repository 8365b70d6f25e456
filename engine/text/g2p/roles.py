"""Which role a word plays, where its sound depends on it: a light look at the words around, no model.

Source: the roles are those of misaki's dictionary (Penn Treebank tags and their parents).
"""

from collections.abc import Sequence

from engine.text.g2p.homographs import sense


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = _set(
    "a an the this that these those my your his her its our their some any no every each another such what which whose "
    "both either neither few several many most all one two three four five six seven eight nine ten first second last"
)
PREPOSITIONS = _set(
    "of in on at by for with from into over under between through without during about against upon among within "
    "toward towards across behind beyond after before like than near off onto since until per via despite"
)
MODALS = _set(
    "will would can could should shall may might must cannot can't won't wouldn't couldn't shouldn't mustn't don't "
    "doesn't didn't do does did let lets let's needn't dare i'll you'll he'll she'll it'll we'll they'll i'd "
    "you'd he'd she'd we'd they'd"
)
SUBJECTS = _set("i you we they he she it who anyone anybody everyone everybody someone somebody nobody")
HAVE = _set("have has had having i've you've we've they've haven't hasn't hadn't")
BE = _set("am is are was were be been being isn't aren't wasn't weren't i'm you're we're they're he's she's it's")
ADVERBS = _set("not never always often also just only even ever still now then really hardly almost soon usually")
CONJUNCTIONS = _set("and or but if when because so while though although as nor yet whether")
CONDITIONS = _set("if whenever unless")
HABIT = _set("every always usually often daily sometimes")

End = None
Words = Sequence[str]
"""A sentence's tokens in lower case; marks stand as themselves."""


def role_of(words: Words, at: int, among: frozenset[str]) -> str:
    """The role of `words[at]`, one of `among` or a role that means "none of them".

    Args:
        words: the tokens of the text around it, lower case.
        at: which of them.
        among: the roles between which its sound differs.
    """
    word = words[at]
    if told := sense(words, at):
        return told
    if {"METAL", "FISH"} & among:
        return ""
    if "QUARREL" in among:
        return "QUARREL" if _word(words, at - 1) == "blazing" or "quarrel" in words else ""
    if "None" in among:
        return "" if _is_word(words, at + 1) else "None"
    if word == "that":
        return _that(words, at)
    if word == "used":
        return "VBD" if _word(words, at + 1) == "to" and _word(words, at - 1) not in _set("be is was are were") else ""
    role = _noun_or_verb(words, at)
    if "VBD" in among and role == "VERB":
        return _tense(words, at)
    if "VBD" in among and role == "VBN":
        return "VBN"
    return "VERB" if role == "VBN" else role


def part_of_speech(words: Words, at: int) -> str:
    """What `words[at]` is: "noun", "verb", "adjective" or "adverb". A light guess, right where the words around tell.

    Args:
        words: the tokens of the text around it, lower case.
        at: which of them.
    """
    word, before, following = words[at], _word(words, at - 1), _word(words, at + 1)
    if word in ADVERBS or (word.endswith("ly") and len(word) > 4):
        return "adverb"
    role = _noun_or_verb(words, at)
    # "we sing live", "she came close to it": behind a verb, with nothing behind that it could belong to.
    if _is_content(before) and not _is_content(following) and not before.endswith("'s"):
        earlier = _word(words, at - 2)
        if before.endswith(("ed", "ing")) or earlier in SUBJECTS | MODALS or earlier == "to":
            return "adverb"
    return {"ADJ": "adjective", "NOUN": "noun"}.get(role, "verb")


def _noun_or_verb(words: Words, at: int) -> str:
    """NOUN, ADJ, VERB or VBN from what stands before, skipping adverbs and adjectives; VERB or NOUN from behind."""
    following = _word(words, at + 1)
    for back in range(1, 4):
        before = _word(words, at - back)
        if not before:
            break
        if before == "to":
            return (
                "VERB"
                if back == 1 or _word(words, at - 1) in ADVERBS or _word(words, at - 1).endswith("ly")
                else "NOUN"
            )
        if before in MODALS:
            return "VERB"
        if before in SUBJECTS:
            return "VERB" if back == 1 or _only_adverbs(words, at, back) else "NOUN"
        if before in HAVE:
            return "VBN" if back == 1 or _only_adverbs(words, at, back) else "NOUN"
        if before in BE:
            if back == 1 or _only_adverbs(words, at, back):
                return "VBN" if following in ("by", "aloud", "out", "up") else "ADJ"
            return "NOUN"
        if before in DETERMINERS or before.endswith("'s"):
            return "ADJ" if _is_content(following) and not following.endswith("ed") else "NOUN"
        if before in PREPOSITIONS:
            return "NOUN"
        if before in CONJUNCTIONS:
            # "come and live with me": the other side of the conjunction may tell.
            return "VERB" if following in DETERMINERS or following in ("me", "him", "them", "us") else "NOUN"
        if before in ADVERBS or before.endswith("ly"):
            continue
        if before.endswith("s") and not before.endswith("ss") and back == 1:
            # A plural before it is most often its subject.
            return "VERB" if following in DETERMINERS | PREPOSITIONS or not following else "NOUN"
    if following in DETERMINERS or following in ("me", "him", "them", "us", "it", "up", "out", "down"):
        return "VERB"
    return "NOUN"


def _tense(words: Words, at: int) -> str:
    """Past or not, for forms that are spelled alike ("read")."""
    for back in range(1, 4):
        before = _word(words, at - back)
        if before == "to" or before in MODALS:
            return "VB"
        if before in HAVE or before in BE:
            return "VBN"
        if before in ("he", "she", "it"):
            return "VB" if _word(words, at - back - 1) in MODALS else "VBD"
        if before in SUBJECTS:
            earlier = _word(words, at - back - 1)
            if earlier in HAVE:
                return "VBN"
            return "VB" if earlier in MODALS or earlier in CONDITIONS or HABIT & set(words) else "VBD"
    return "VB"


def _that(words: Words, at: int) -> str:
    """ "that" is stressed where it points ("that man", "like that"), not where it joins ("said that he")."""
    before, following = _word(words, at - 1), _word(words, at + 1)
    if not following:
        return "DT"
    if following in SUBJECTS or following in DETERMINERS or following in ("there", "him", "them", "i'm", "i've"):
        return "IN"
    if before in PREPOSITIONS or before in ("to", "all", "do", "does", "did", "me", "him", "us", "them"):
        return "DT"
    if not before or before in CONJUNCTIONS:
        return "DT"
    return "IN"


def _only_adverbs(words: Words, at: int, back: int) -> bool:
    between = [_word(words, at - step) for step in range(1, back)]
    return all(word in ADVERBS or word.endswith("ly") for word in between)


def _is_content(word: str) -> bool:
    closed = DETERMINERS | PREPOSITIONS | MODALS | SUBJECTS | HAVE | BE | CONJUNCTIONS | ADVERBS
    return bool(word) and word not in closed and word not in ("to", "me", "him", "them", "us", "that", "there")


def _word(words: Words, at: int) -> str:
    """The word there, or "" at an end or a mark."""
    return words[at] if _is_word(words, at) else ""


def _is_word(words: Words, at: int) -> bool:
    return (0 <= at < len(words) and words[at][:1].isalnum()) or (0 <= at < len(words) and words[at][1:2].isalpha())
