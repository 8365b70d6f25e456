"""Hindi numbers in words: every number below a hundred has its own, above them stand सौ, हज़ार, लाख and करोड़."""

import re

from engine.text.rules import DIGITS, Draft, Reading, Rule

_BELOW_HUNDRED = (
    "शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ", "दस", "ग्यारह", "बारह", "तेरह", "चौदह",
    "पंद्रह", "सोलह", "सत्रह", "अठारह", "उन्नीस", "बीस", "इक्कीस", "बाईस", "तेईस", "चौबीस", "पच्चीस", "छब्बीस",
    "सत्ताईस", "अट्ठाईस", "उनतीस", "तीस", "इकतीस", "बत्तीस", "तैंतीस", "चौंतीस", "पैंतीस", "छत्तीस", "सैंतीस", "अड़तीस",
    "उनतालीस", "चालीस", "इकतालीस", "बयालीस", "तैंतालीस", "चवालीस", "पैंतालीस", "छियालीस", "सैंतालीस", "अड़तालीस",
    "उनचास", "पचास", "इक्यावन", "बावन", "तिरपन", "चौवन", "पचपन", "छप्पन", "सत्तावन", "अट्ठावन", "उनसठ", "साठ",
    "इकसठ", "बासठ", "तिरसठ", "चौंसठ", "पैंसठ", "छियासठ", "सड़सठ", "अड़सठ", "उनहत्तर", "सत्तर", "इकहत्तर", "बहत्तर",
    "तिहत्तर", "चौहत्तर", "पचहत्तर", "छिहत्तर", "सतहत्तर", "अठहत्तर", "उन्यासी", "अस्सी", "इक्यासी", "बयासी", "तिरासी",
    "चौरासी", "पचासी", "छियासी", "सत्तासी", "अट्ठासी", "नवासी", "नब्बे", "इक्यानवे", "बानवे", "तिरानवे", "चौरानवे",
    "पचानवे", "छियानवे", "सत्तानवे", "अट्ठानवे", "निन्यानवे",
)  # fmt: skip
_SCALES = ((10_000_000, "करोड़"), (100_000, "लाख"), (1000, "हज़ार"), (100, "सौ"))
_MAX_NAMED_DIGITS = 14
_ORDINALS = {1: "पहला", 2: "दूसरा", 3: "तीसरा", 4: "चौथा", 6: "छठा"}
# Commas stand between lakhs as well as between thousands.
_NUMBER = r"\d{1,3}(?:,\d{2,3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_MONEY = {
    "₹": "रुपये",
    "Rs.": "रुपये",
    "Rs": "रुपये",
    "रु.": "रुपये",
    "रु": "रुपये",
    "$": "डॉलर",
    "€": "यूरो",
    "£": "पाउंड",
    "¥": "येन",
}
_UNITS = {
    "km/h": "किलोमीटर प्रति घंटा", "km": "किलोमीटर", "cm": "सेंटीमीटर", "mm": "मिलीमीटर", "m": "मीटर",
    "kg": "किलोग्राम", "mg": "मिलीग्राम", "g": "ग्राम", "ml": "मिलीलीटर",
    "L": "लीटर", "l": "लीटर", "°C": "डिग्री सेल्सियस", "°F": "डिग्री फ़ारेनहाइट", "°": "डिग्री", "किमी": "किलोमीटर",
    "किग्रा": "किलोग्राम", "GB": "गीगाबाइट", "MB": "मेगाबाइट",
}  # fmt: skip
_MONTHS = (
    "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
)  # fmt: skip


def cardinal(value: int) -> str:
    """A whole number in words: 123456 -> एक लाख तेईस हज़ार चार सौ छप्पन."""
    if value < 100:
        return _BELOW_HUNDRED[value]
    for worth, name in _SCALES:
        if value >= worth:
            head, rest = divmod(value, worth)
            return f"{cardinal(head)} {name}" + (f" {cardinal(rest)}" if rest else "")
    raise AssertionError("every number from a hundred on has a scale")


def year(value: int) -> str:
    """1984 -> उन्नीस सौ चौरासी; 2026 -> दो हज़ार छब्बीस."""
    if 1100 <= value < 2000:
        rest = f" {cardinal(value % 100)}" if value % 100 else ""
        return f"{cardinal(value // 100)} सौ{rest}"
    return cardinal(value)


def figures(digits: str) -> str:
    """ "05" -> शून्य पाँच."""
    return " ".join(_BELOW_HUNDRED[int(digit)] for digit in digits)


def number(written: str) -> str:
    """Figures with commas, a point, leading zeros or any length."""
    whole, _, fraction = written.replace(",", "").partition(".")
    named = len(whole) <= _MAX_NAMED_DIGITS and (whole[0] != "0" or len(whole) == 1)
    said = cardinal(int(whole)) if named else figures(whole)
    return f"{said} दशमलव {figures(fraction)}" if fraction else said


def _signed(match: re.Match[str]) -> str:
    said = ("माइनस " if match["minus"] else "") + number(match["number"])
    return f"{said} से {number(match['upper'])}" if match["upper"] else said


def _date(match: re.Match[str], draft: Draft) -> Reading:
    of_year = match["y"] or match["y2"]
    month, day = int(match["m"] or match["m2"]), int(match["d"] or match["d2"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{cardinal(day)} {_MONTHS[month - 1]} {year(int(of_year))}"


def _time(match: re.Match[str], draft: Draft) -> Reading:
    hour, minute = cardinal(int(match["hour"])), int(match["minute"])
    return f"{hour} बजकर {cardinal(minute)} मिनट" if minute else f"{hour} बजे"


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match) + " प्रतिशत"


def _money(match: re.Match[str], draft: Draft) -> Reading:
    scale = f" {match['scale'].strip()}" if match["scale"] else ""
    name = "रुपया" if match["number"] == "1" and _MONEY[match["sign"]] == "रुपये" and not scale else _MONEY[match["sign"]]
    return f"{_signed(match)}{scale} {name}"


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    return f"{_signed(match)} {_UNITS[match['unit']]}"


def _ordinal(match: re.Match[str], draft: Draft) -> Reading:
    value, ending = int(match["number"]), match["ending"]
    said = _ORDINALS.get(value)
    if said is None:
        return cardinal(value) + ending
    return said if ending == "वाँ" else said[:-1] + {"वीं": "ी", "वें": "े", "वां": "ा"}[ending]


def _plain(match: re.Match[str], draft: Draft) -> Reading:
    if re.fullmatch(r"1[1-9]\d\d", match[0]):
        return year(int(match[0]))
    return _signed(match)


_START = rf"(?<![\d.,])(?P<minus>(?<![\w)])[-−])?(?P<number>{_NUMBER})(?: ?[-–] ?(?P<upper>{_NUMBER}))?"
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_MONEY, key=len, reverse=True))
_UNIT_SIGNS = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

RULES = (
    Rule(
        re.compile(
            r"(?<!\d)(?:(?P<y>[12]\d{3})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d{1,2})[/.](?P<m2>\d{1,2})"
            r"[/.](?P<y2>[12]\d{3}))(?!\d)"
        ),
        _date,
        needs=DIGITS,
    ),
    Rule(
        re.compile(r"(?<![\d:])(?P<hour>2[0-4]|1\d|0?\d):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?: बजे)?"),
        _time,
        needs=":",
    ),
    Rule(re.compile(_START + " ?%"), _percent, needs="%"),
    Rule(re.compile(rf"(?P<sign>{_SIGNS}) ?{_START}(?P<scale> (?:हज़ार|लाख|करोड़|अरब))?"), _money, needs=DIGITS),
    Rule(
        re.compile(rf"{_START}(?P<scale> (?:हज़ार|लाख|करोड़|अरब))? ?(?P<sign>{_SIGNS})(?![\w\u0900-\u097f])"),
        _money,
        needs=DIGITS,
    ),
    Rule(re.compile(r"(?<![\d.,])(?P<number>\d{1,4})(?P<ending>वाँ|वां|वीं|वें)"), _ordinal, needs="व"),
    Rule(re.compile(rf"{_START} ?(?P<unit>{_UNIT_SIGNS})(?![\w\u0900-\u097f/²])"), _unit, needs=DIGITS),
    Rule(re.compile(_START), _plain, needs=DIGITS),
)
