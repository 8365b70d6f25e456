"""Whether a word ends its sentence: a title's stop does not, an initial's neither, nor that of an abbreviation."""

import re

from engine.types import Word

_CLOSERS = "\"'”’»)]}」』）"
_OPENERS = "\"'“‘«([{¿¡「『（"
# Before a name, in the languages that have such stops; a street's "St." is one of them for want of a map.
_TITLES = frozenset({
    "mr", "mrs", "ms", "mx", "dr", "dra", "prof", "profa", "rev", "revd", "fr", "hon", "gen", "col", "capt", "cpt",
    "lt", "lieut", "sgt", "cpl", "pvt", "maj", "cmdr", "cdr", "adm", "brig", "gov", "sen", "pres", "supt", "insp",
    "messrs", "mme", "mlle", "mgr", "st", "ste", "mt", "sr", "sra", "srta", "srs", "dña", "ud", "uds", "sig", "dott",
    "avv", "ing", "hr", "lic", "exmo",
})  # fmt: skip
# Of letters only: "e.g." is "eg".
_WITHIN = frozenset({"eg", "ie", "zb", "cf", "vs", "viz", "aka", "dh", "ua", "cad", "bzw", "ca", "approx"})
_BEFORE_FIGURES = frozenset({
    "no", "nos", "nr", "núm", "num", "n", "p", "pp", "pág", "vol", "vols", "ch", "chap", "fig", "figs", "art", "op",
    "cap", "eq",
})  # fmt: skip
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_TELLING_S = 0.3  # silence behind a stop that may belong to either


def ends_sentence(word: Word, following: Word | None = None) -> bool:
    """Whether a sentence ends with a word.

    Args:
        word: with its punctuation.
        following: the word behind it, where there is one: its letters and the silence before it decide about stops that
            may be an abbreviation's.
    """
    core = word.text.rstrip(_CLOSERS)
    last = core[-1:]
    if not last or last not in ".!?…。！？":
        return False
    after = following.text.lstrip(_OPENERS)[:1] if following is not None else ""
    if last != ".":
        # "Who goes there?" he said: one sentence.
        return not (after.islower() and (core != word.text or last == "…"))
    stem = core.rstrip(".").lstrip(_OPENERS)
    if following is None or core.endswith(".."):
        return not after.islower()
    return not after.islower() and not _is_short(stem, after, following.start_s - word.end_s)


def ends_clause(word: Word) -> bool:
    """Whether a comma or its like stands behind a word."""
    last = word.text.rstrip(_CLOSERS)[-1:]
    return bool(last) and last in ",;:—、，；："


def _is_short(stem: str, after: str, silence_s: float) -> bool:
    """Whether the stop behind these letters is the stop of an abbreviation."""
    letters = stem.replace(".", "").replace("-", "").casefold()
    # The last of "c/o" or "(Dr".
    if letters in _TITLES or letters in _WITHIN:
        return True
    if letters in _BEFORE_FIGURES and after.isdigit():
        return True
    if len(stem) == 1 and stem.isalpha() and stem.isupper():
        return stem != "I" or silence_s < _TELLING_S  # "so do I."
    is_ordinal = stem.isdigit() and len(stem) <= 2  # "am 3. Mai"
    return bool(is_ordinal or _DOTTED.fullmatch(stem)) and silence_s < _TELLING_S
