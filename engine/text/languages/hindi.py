"""Hindi numbers in words: every number below a hundred has its own, above them stand सौ, हज़ार, लाख and करोड़."""

import re
from collections.abc import Iterable

from engine.text.languages import electronic
from engine.text.languages import hindi_words as words
from engine.text.languages.tables import column, forms
from engine.text.languages.telephone import Telephone
from engine.text.normalised import Edit
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
_SCALES = (
    (10**17, "शंख"), (10**15, "पद्म"), (10**13, "नील"), (10**11, "खरब"), (10**9, "अरब"), (10_000_000, "करोड़"),
    (100_000, "लाख"), (1000, "हज़ार"), (100, "सौ"),
)  # fmt: skip
_MAX_NAMED_DIGITS = 19
# Commas stand between lakhs as well as between thousands.
_NUMBER = r"\d{1,3}(?:,\d{2,3})+(?!\d)(?:[.٫]\d+)?|\d+(?:[.٫]\d+)?"
_MONEY = forms("money", "hi")
_UNITS = column("units", "hi")
_PER = column("per", "hi")
_SIGNS_SAID = column("signs", "hi")
_SCALE_WORDS = "हज़ार|हजार|लाख|करोड़|अरब|खरब|मिलियन|बिलियन"
_LETTER = "\\w\u0900-\u097f"


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
    if 1100 <= value < 2000 or 2100 <= value < 3000:
        rest = f" {cardinal(value % 100)}" if value % 100 else ""
        return f"{cardinal(value // 100)} सौ{rest}"
    return cardinal(value)


def figures(digits: str) -> str:
    """ "05" -> शून्य पाँच."""
    return " ".join(_BELOW_HUNDRED[int(digit)] for digit in digits)


def number(written: str) -> str:
    """Figures with commas, a point, leading zeros or any length."""
    whole, _, fraction = written.replace(",", "").replace("٫", ".").partition(".")
    named = len(whole) <= _MAX_NAMED_DIGITS and (whole[0] != "0" or len(whole) == 1)
    said = cardinal(int(whole)) if named else figures(whole)
    return f"{said} दशमलव {figures(fraction)}" if fraction else said


def letters(name: str) -> str:
    """A name of Latin letters in an address: known ones as words, the others spelled."""
    known = words.NAMES.get(name.lower())
    return known or " ".join(words.LETTERS.get(letter, letter) for letter in name.lower())


def _signed(match: re.Match[str]) -> str:
    minus = {"-": "माइनस ", "−": "माइनस ", "+": "प्लस ", "±": "प्लस माइनस "}.get(match["minus"] or "", "")
    said = minus + number(match["number"])
    return f"{said} से {number(match['upper'])}" if match["upper"] else said


def _date(match: re.Match[str], draft: Draft) -> Reading:
    of_year = match["y"] or match["y2"]
    month, day = int(match["m"] or match["m2"]), int(match["d"] or match["d2"])
    said_year = f" {year(int(of_year))}" if of_year else ""
    if month > 12 and day <= 12 and match["m2"]:
        # The American order, said in it: अक्टूबर उनतीस.
        return f"{words.MONTHS[day - 1]} {cardinal(month)}{said_year}" if month <= 31 and day else None
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{cardinal(day)} {words.MONTHS[month - 1]}{said_year}"


def _month_of_year(match: re.Match[str], draft: Draft) -> Reading:
    return f"{words.MONTHS[int(match['m']) - 1]} {year(int(match['y']))}"


def _years(match: re.Match[str], draft: Draft) -> Reading:
    upper = int(match["upper"])
    return f"{year(int(match['lower']))} से {year(upper) if upper > 99 else cardinal(upper)}"


def _year(match: re.Match[str], draft: Draft) -> Reading:
    return year(int(match["year"]))


def _time(match: re.Match[str], draft: Draft) -> Reading:
    hour, minute = cardinal(int(match["hour"])), int(match["minute"])
    if match["second"]:
        return f"{hour} बजकर {cardinal(minute)} मिनट {cardinal(int(match['second']))} सेकंड"
    return f"{hour} बजकर {cardinal(minute)} मिनट" if minute else f"{hour} बजे"


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    return f"{_signed(match)} {_SIGNS_SAID[match['percent']]}"


def _money(match: re.Match[str], draft: Draft) -> Reading:
    one, many, *cents = _MONEY[match["sign"]]
    if match["scale"]:
        return f"{_signed(match)} {match['scale'].strip()} {many}"
    whole, _, fraction = match["number"].partition(".")
    if len(fraction) == 2 and not match["upper"] and cents and cents[0]:
        minus = "माइनस " if match["minus"] else ""
        below = int(fraction)
        hundredths = f"{cardinal(below)} {cents[0] if below == 1 else cents[1]}" if below else ""
        if not int(whole.replace(",", "")) and below:
            return minus + hundredths
        return f"{minus}{number(whole)} {one if whole == '1' else many} {hundredths}".rstrip()
    return f"{_signed(match)} {one if match['number'] == '1' else many}"


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    if match["unit"] == "A" and draft.text[match.start("unit") - 1].isdecimal():
        return None  # a house: 32A
    said = _signed(match)
    if not match["upper"] and not match["minus"]:
        said = {"1.5": "डेढ़", "2.5": "ढाई"}.get(match["number"], said)
    whole = f"{match['unit']}/{match['per']}" if match["per"] else match["unit"]
    if whole in _UNITS:
        return f"{said} {_UNITS[whole]}"
    return f"{said} {_UNITS[match['unit']]} {_PER[match['per']]}"


def _sizes(match: re.Match[str], draft: Draft) -> Reading:
    return " बाई ".join(number(side) for side in re.split(r" ?[x×] ?", match[0]))


def _fraction(match: re.Match[str], draft: Draft) -> Reading:
    minus = "माइनस " if match["minus"] else ""
    whole = f"{number(match['whole'])} और " if match["whole"] else ""
    return f"{minus}{whole}{number(match['over'])} बटा {number(match['under'])}"


def _ordinal(match: re.Match[str], draft: Draft) -> Reading:
    value, ending = int(match["number"]), match["ending"]
    said, vowel = words.ORDINALS.get(value), words.ORDINAL_ENDINGS[ending]
    if said is None:
        return cardinal(value) + ending if ending.startswith("व") else None
    return said[:-1] + vowel


def _english_ordinal(match: re.Match[str], draft: Draft) -> Reading:
    return words.ENGLISH_ORDINALS.get(int(match["number"]))


def _figures(match: re.Match[str], draft: Draft) -> Reading:
    return Edit(*match.span("number"), " ".join(figures(group) for group in re.findall(r"\d+", match["number"])))


def _abbreviation(match: re.Match[str], draft: Draft) -> Reading:
    return Edit(match.start(), match.end(), words.ABBREVIATIONS[match[0]], joins=True)


def _sign(match: re.Match[str], draft: Draft) -> Reading:
    sign = match["sign"]
    left, right = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
    if sign in "<>&+=×÷" and not (left and right and (sign not in "<>" or right.isalnum())):
        return None
    return f"{' ' * bool(left)}{_SIGNS_SAID[sign]}{' ' * bool(right)}"


def _plain(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match)


_START = rf"(?<![\d.,])(?P<minus>(?<![\w)])[-−]|[+±])?(?P<number>{_NUMBER})(?: ?[-–] ?(?P<upper>{_NUMBER}))?"


def _any_of(found: Iterable[str]) -> str:
    return "|".join(re.escape(sign) for sign in sorted(found, key=len, reverse=True))


_SIGNS, _UNIT_SIGNS, _PER_SIGNS = _any_of(_MONEY), _any_of(_UNITS), _any_of(_PER)
_BEHIND_MONTHS = "|".join(f"(?<={month} )|(?<={month}, )" for month in words.MONTHS)
_NAMES = "".join(sign for sign in _SIGNS_SAID if sign not in "%‰§¶#@№→")
_YEAR = r"(?:1[1-9]|2[01])\d\d"

RULES = (
    *electronic.rules(column("addresses", "hi"), figures, letters),
    Rule(
        re.compile(
            r"(?<![\d/.-])(?:(?P<y>[12]\d{3})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d{1,2})(?P<mark>[/.-])(?P<m2>\d{1,2})"
            r"(?P=mark)(?P<y2>[12]\d{3}))(?![\d/-])"
        ),
        _date,
        needs=DIGITS,
    ),
    Rule(
        re.compile(
            r"(?<![\d/.,-])(?P<y>)(?P<m>)(?P<d>)(?P<d2>\d\d)-(?P<m2>\d\d)(?P<y2>)(?![\d/,.-])(?<=0\d-\d\d|\d\d-0\d)"
        ),
        _date,
        needs="-",
    ),
    Rule(re.compile(r"(?<![\d/.-])(?P<m>0[1-9]|1[0-2])-(?P<y>[12]\d{3})(?![\d/-])"), _month_of_year, needs="-"),
    Rule(
        re.compile(
            rf"(?:{_any_of(words.FIGURE_CUES)})(?: है| हैं|:)? ?(?P<number>\d{{3,16}}(?:[ -]\d{{3,6}}){{0,4}})"
            rf"(?![\d.,])"
        ),
        _figures,
        needs=DIGITS,
    ),
    Rule(
        re.compile(rf"(?:{_any_of(words.PLACES)})[ ,-]{{1,3}}(?P<number>[1-9]\d{{5}})(?![\d.,])"),
        _figures,
        needs=DIGITS,
    ),
    *Telephone(figures, "प्लस", "एक्सटेंशन", words.PHONE_CUES).rules(),
    Rule(
        re.compile(r"(?<![\d.,/-])(?P<number>[6-9]\d{9}|\d{4} \d{6}|\d{3}\.\d{7})(?![\d.,/-])"), _figures, needs=DIGITS
    ),
    Rule(
        re.compile(rf"(?<![\d.,-])(?P<lower>{_YEAR})[-–](?P<upper>{_YEAR}|\d\d)(?![\d.,-])(?= (?:तक|में|का|की|के|ई))"),
        _years,
        needs="-–",
    ),
    Rule(
        re.compile(
            r"(?<![\d:])(?P<hour>2[0-4]|1\d|0?\d):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])(?: बजे)?"
        ),
        _time,
        needs=":",
    ),
    Rule(re.compile(_START + " ?(?P<percent>[%‰])"), _percent, needs="%‰"),
    Rule(re.compile(rf"(?P<sign>{_SIGNS}) ?{_START}(?P<scale> ?(?:{_SCALE_WORDS}))?"), _money, needs=DIGITS),
    Rule(
        re.compile(rf"{_START}(?P<scale> ?(?:{_SCALE_WORDS}))? ?(?P<sign>{_SIGNS})(?![{_LETTER}])"),
        _money,
        needs=DIGITS,
    ),
    Rule(
        re.compile(rf"(?<![\d.,])(?P<number>\d{{1,4}})(?P<ending>{_any_of(words.ORDINAL_ENDINGS)})(?![{_LETTER}])"),
        _ordinal,
        needs=DIGITS,
    ),
    Rule(re.compile(r"(?<![\d.,])(?P<number>\d{1,2})(?:st|nd|rd|th)(?![A-Za-z])"), _english_ordinal, needs="sndrth"),
    Rule(
        re.compile(rf"(?<![\w.,])(?:{_NUMBER})(?: ?x ?(?:{_NUMBER})|×(?:{_NUMBER})){{1,2}}(?!\w)"), _sizes, needs="x×"
    ),
    Rule(
        re.compile(
            r"(?<![\d.,/])(?P<minus>(?<!\w)[-−])?(?:(?P<whole>\d{1,6}) )?(?P<over>\d{1,18})/(?P<under>\d{1,18})"
            r"(?![\d/]|[.,]\d)"
        ),
        _fraction,
        needs="/",
    ),
    Rule(
        re.compile(rf"{_START} ?(?P<unit>{_UNIT_SIGNS})(?:/(?P<per>{_PER_SIGNS}))?(?![{_LETTER}/²³])"),
        _unit,
        needs=DIGITS,
    ),
    Rule(
        re.compile(
            rf"(?<![\d.,])(?:{_BEHIND_MONTHS}|(?<=सन )|(?<=सन् )|(?<=साल )|(?<=वर्ष ))(?P<year>{_YEAR})(?![\d.,%])"
        ),
        _year,
        needs=DIGITS,
    ),
    Rule(
        re.compile(rf"(?<![\d.,-])(?P<year>1[1-9]\d\d)(?![\d.,%])(?= (?:में|का|की|के|से|तक|ई|ईसवी)(?![{_LETTER}]))"),
        _year,
        needs=DIGITS,
    ),
    Rule(re.compile(rf"(?<![{_LETTER}])(?:{_any_of(words.ABBREVIATIONS)})(?= |\Z|[)’”,])"), _abbreviation, needs="."),
    Rule(re.compile(_START), _plain, needs=DIGITS),
    Rule(re.compile(rf" ?(?P<sign>[{re.escape(_NAMES)}]) ?"), _sign, needs=_NAMES),
)
