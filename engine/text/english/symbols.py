"""Signs in English text: named where they mean something, dropped where they only decorate."""

import re

from engine.text.english.cardinal import number
from engine.text.english.grammar import by_letters
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

# Said wherever they stand, with room around them.
_NAMES = {
    "&": "and", "=": "equals", "≠": "is not equal to", "≈": "is about", "≤": "is at most", "≥": "is at least",
    "±": "plus or minus",
    "×": "times", "÷": "divided by", "√": "square root of", "∞": "infinity", "π": "pi", "∑": "sum", "∫": "integral",
    "∂": "partial",
    "Δ": "delta", "°": "degrees", "©": "copyright", "§": "section", "¶": "paragraph", "→": "to", "⟶": "to",
    "℔": "pounds", "⇒": "implies",
    "←": "from", "↔": "to and from",
    "№": "number", "℗": "copyright", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "$": "dollar", "₩": "won",
    "%": "percent", "¢": "cents",
    "^": "to the power of", "+": "plus", "@": "at", "µ": "micro", "Ω": "ohm", "∈": "in", "∪": "union",
    "∩": "intersection", "♯": "sharp", "♭": "flat",
    "✓": "check", "✔": "check", "⁄": "over", "∴": "therefore", "∀": "for all", "∃": "there exists",
}  # fmt: skip
_GREEK = frozenset(map(chr, [*range(0x370, 0x400), *range(0x1F00, 0x2000)]))
_DROPPED = "™®℠•·‣◦▪■□●○★☆♪♫†‡¦¬¨¯¸~^*_#|<>{}\\`=+@"
_NAMED = re.compile("[" + re.escape("".join(_NAMES)) + "]")
_SQUARED = re.compile(r"(?<=[\w)])(?P<sign>[²³])|(?<=[\w)])\^(?P<power>[23])(?!\w)")
_NOTE_MARK = re.compile(r"[¹²³⁰⁴-⁹₀-₉]+")
# "barleycorn[1]", "as is known.[12][b]": what points to a note is no part of the sentence.
_NOTE = re.compile(r"(?<=[^\W_]|[.,;:!?\"”'’)\]])(?:\[(?:\d{1,3}|[a-z]|[Nn]ote \d{1,3}|citation needed)\]){1,8}(?!\()")
_SUBSCRIPTS = str.maketrans("¹²³⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "12304567890123456789")
_SECTIONS = re.compile(r"(?P<signs>§ ?§|¶ ?¶)(?P<gap> ?)")
_RAISED_POWER = re.compile(r"(?<![\w²³])(?P<base>[a-zA-Z])(?P<raised>[⁺⁻]?[⁰¹²³⁴-⁹]{1,3})(?![\w⁺⁻])")
_LANGUAGE = re.compile(r"(?<![\w])(?P<letter>[CFJAGc](?=[+#♯])|[a-zA-Z](?=\+\+))(?P<mark>\+\+|#|♯)(?!\w)")
_GRADE = re.compile(r"(?<![\w])(?P<grade>[A-F])(?P<sign>[+−-])(?=[\s.,;:!?)\"'”]|\Z)")
_COMPARED = re.compile(r"(?<=[\w)]) ?(?P<sign><=|>=|!=|==|->|=>|<|>) ?(?=[\w(.-])")
_COMPARISONS = {
    "<": "is less than",
    ">": "is greater than",
    "<=": "is at most",
    ">=": "is at least",
    "!=": "is not equal to",
    "==": "equals",
    "->": "to",
    "=>": "to",
}
_LIMIT = re.compile(r"(?<![\w)<>=-])(?<![\w)] )(?P<sign>[<>≤≥]) ?(?=[$£€-]?\.?\d)")
_LIMITS = {"<": "less than ", ">": "more than ", "≤": "at most ", "≥": "at least "}
_BETWEEN_FIGURES = re.compile(r"(?<=\d) ?(?P<sign>[*/]) ?(?=\d)")
_SPACED_SLASH = re.compile(r"(?<=\w) ?(?P<sign>[\\/]) ?(?=\w)")
_ABOUT = re.compile(r"(?<![\w~])~(?=[$£€]?\d)")
_AMPERSAND = re.compile(r"(?<=[A-Z])&(?=[A-Z]\b)")
_HEART = re.compile(r"(?<=\w )[❤♥](?= \w)")
_EMPHASIS = re.compile(r"(?<!\w)[*_~`]{1,3}(?=\S)|(?<=\S)[*_~`]{1,3}(?!\w)|(?<=[a-z0-9])_(?=[a-z0-9])")
_HEADING = re.compile(r"\A[#>*+•‣◦▪·-]{1,6} +")


def _named(match: re.Match[str], draft: Draft) -> Reading:
    sign, start, end = match[0], match.start(), match.end()
    before, after = draft.text[start - 1 : start] if start else " ", draft.text[end : end + 1] or " "
    if sign == "©" and draft.text[max(0, start - 10) : start].strip().lower() == "copyright":
        return None
    if sign.isalpha() and (before in _GREEK or after in _GREEK):
        return None  # a letter of a Greek word
    if sign in _DROPPED and not _has_neighbours(draft.text, start, end):
        return None
    left = "" if before.isspace() or before in "([" else " "
    right = "" if after.isspace() or after in ".,;:!?)]" else " "
    return f"{left}{_NAMES[sign]}{right}"


def _has_neighbours(text: str, start: int, end: int) -> bool:
    """Whether something to add, compare or address stands on both sides."""
    left, right = text[max(0, start - 2) : start].rstrip(), text[end : end + 2].lstrip()
    return (
        bool(left and right)
        and (left[-1].isalnum() or left[-1] in ")]%²³")
        and (right[0].isalnum() or right[0] in "([-−√.")
    )


def _squared(match: re.Match[str], draft: Draft) -> Reading:
    sign = match["sign"] or match["power"]
    # "x²" and "10³" are powers; a small figure behind a longer word points to a note.
    word = re.search(r"[^\W\d_]*$", draft.text[max(0, match.start() - 12) : match.start()])
    if match["sign"] and word is not None and len(word[0]) > 2:
        return ""
    return " squared" if sign in "²2" else " cubed"


def _note_mark(match: re.Match[str], draft: Draft) -> Reading:
    before, after = draft.text[: match.start()][-1:], draft.text[match.end() :][:1]
    is_note = match[0][0] not in "₀₁₂₃₄₅₆₇₈₉" and before.strip() != ""
    # A raised figure behind a word or a stop points to a note; alone, or lowered, it is said.
    return "" if is_note else f" {number(match[0].translate(_SUBSCRIPTS))}{' ' if after.isalnum() else ''}"


def _sections(match: re.Match[str], draft: Draft) -> Reading:
    return f"{'sections' if match['signs'][0] == '§' else 'paragraphs'} "


def _raised_power(match: re.Match[str], draft: Draft) -> Reading:
    """ "x⁴", "a⁻¹"; two and three have words of their own."""
    sign, figures = match["raised"][0] in "⁺⁻", match["raised"].lstrip("⁺⁻")
    if match["raised"] in {"²", "³", "¹"} or (match["base"] in {"a", "A", "I"} and not sign):
        return None
    minus = "minus " if match["raised"][0] == "⁻" else ""
    said = number(figures.translate(_SUBSCRIPTS))
    return Edit(match.start("raised"), match.end(), f" to the power of {minus}{said}")


def _language(match: re.Match[str], draft: Draft) -> Reading:
    return f"{match['letter']} {'plus plus' if match['mark'] == '++' else 'sharp'}"


def _grade(match: re.Match[str], draft: Draft) -> Reading:
    if match["sign"] != "+" and draft.text[match.end() : match.end() + 1] == "":
        return None
    return f"{match['grade']} {'plus' if match['sign'] == '+' else 'minus'}"


def _compared(match: re.Match[str], draft: Draft) -> Reading:
    if (
        match["sign"] in "<>"
        and " " not in match[0]
        and not (draft.text[match.start() - 1].isdecimal() or draft.text[match.end()].isdecimal())
    ):
        return None
    return f" {_COMPARISONS[match['sign']]} "


def _limit(match: re.Match[str], draft: Draft) -> Reading:
    return _LIMITS[match["sign"]]


def _between_figures(match: re.Match[str], draft: Draft) -> Reading:
    return " times " if match["sign"] == "*" else " over "


def _slash(match: re.Match[str], draft: Draft) -> Reading:
    return " slash " if match["sign"] == "/" else " backslash "


def _about(match: re.Match[str], draft: Draft) -> Reading:
    return "about "


def _ampersand(match: re.Match[str], draft: Draft) -> Reading:
    # "AT&T", "R&D": letters, one by one, around the word.
    start = match.start()
    while start > 0 and draft.text[start - 1].isupper() and match.start() - start < 3:
        start -= 1
    if start > 0 and draft.text[start - 1].isalnum():
        return " and "
    letters = by_letters(draft.text[start : match.start()])
    return Edit(start, match.end(), f"{letters} and ")


def _heart(match: re.Match[str], draft: Draft) -> Reading:
    return "love"


def _nothing(match: re.Match[str], draft: Draft) -> Reading:
    return " " if match[0] == "_" else ""


MARK_RULES = (
    Rule(_SECTIONS, _sections, needs="§¶"),
    Rule(_RAISED_POWER, _raised_power, needs="⁰¹²³⁴⁵⁶⁷⁸⁹"),
    Rule(_NOTE, _nothing, needs="["),
    Rule(_HEADING, _nothing, needs="#>*+•‣◦▪·-"),
    Rule(_LANGUAGE, _language, needs="+#♯"),
    Rule(_GRADE, _grade, needs="+-−"),
)
RULES = (
    Rule(_AMPERSAND, _ampersand, needs="&"),
    Rule(_ABOUT, _about, needs="~"),
    Rule(_EMPHASIS, _nothing, needs="*_~`"),
    Rule(_HEART, _heart, needs="❤♥"),
    Rule(_SQUARED, _squared, needs="²³^"),
    Rule(_NOTE_MARK, _note_mark, needs="¹²³⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"),
    Rule(_LIMIT, _limit, needs="<>≤≥"),
    Rule(_COMPARED, _compared, needs="<>!=-"),
    Rule(_BETWEEN_FIGURES, _between_figures, needs="*/"),
    Rule(_SPACED_SLASH, _slash, needs="/\\"),
    Rule(_NAMED, _named, needs="".join(_NAMES)),
)
