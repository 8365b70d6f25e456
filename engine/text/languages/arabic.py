"""Arabic numbers in words: counted by gender, the conjunction joined to the word behind it, ٫ as فاصلة.

A number that stands alone is counted as Arabic counts (واحد، اثنان); before a unit or a currency of ours it agrees
with it: one and two stand behind or inside the noun, three to ten take its plural.
"""

import re
import unicodedata
from collections.abc import Iterable

from engine.text.languages import electronic
from engine.text.languages.tables import column, forms, genders
from engine.text.languages.telephone import Telephone
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_MASCULINE = (
    "صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة", "أحد عشر", "اثنا عشر",
    "ثلاثة عشر", "أربعة عشر", "خمسة عشر", "ستة عشر", "سبعة عشر", "ثمانية عشر", "تسعة عشر",
)  # fmt: skip
_FEMININE = (
    "صفر", "واحدة", "اثنتان", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر", "إحدى عشرة", "اثنتا عشرة",
    "ثلاث عشرة", "أربع عشرة", "خمس عشرة", "ست عشرة", "سبع عشرة", "ثماني عشرة", "تسع عشرة",
)  # fmt: skip
_TENS = ("", "", "عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون")
_HUNDREDS = (
    "", "مئة", "مئتان", "ثلاث مئة", "أربع مئة", "خمس مئة", "ست مئة", "سبع مئة", "ثمان مئة", "تسع مئة",
)  # fmt: skip
# worth, one, two, three to ten, more
_SCALES = (
    (10**12, "تريليون", "تريليونان", "تريليونات", "تريليون"),
    (10**9, "مليار", "ملياران", "مليارات", "مليار"),
    (10**6, "مليون", "مليونان", "ملايين", "مليون"),
    (10**3, "ألف", "ألفان", "آلاف", "ألف"),
)
_MAX_NAMED_DIGITS = 15
_HOURS = (
    "الثانية عشرة", "الواحدة", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة", "السابعة", "الثامنة", "التاسعة",
    "العاشرة", "الحادية عشرة",
)  # fmt: skip
_MONTHS = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
# one, two, three to ten of it
_PARTS = {
    2: ("نصف", "نصفين", "أنصاف"), 3: ("ثلث", "ثلثين", "أثلاث"), 4: ("ربع", "ربعين", "أرباع"),
    5: ("خمس", "خمسين", "أخماس"),
    6: ("سدس", "سدسين", "أسداس"), 7: ("سبع", "سبعين", "أسباع"), 8: ("ثمن", "ثمنين", "أثمان"),
    9: ("تسع", "تسعين", "أتساع"),
    10: ("عشر", "عشرين", "أعشار"),
}  # fmt: skip
# What is counted as something feminine, as it stands behind a number.
_FEMININE_NOUNS = genders("ar", "f")
_ABBREVIATIONS = {
    "د.": "دكتور", "أ.": "أستاذ", "م.": "مهندس", "أ.د.": "أستاذ دكتور", "ص.ب.": "صندوق بريد",
    "ق.م": "قبل الميلاد", "ق.م.": "قبل الميلاد",
    "إلخ": "إلى آخره", "الخ": "إلى آخره",
}  # fmt: skip
_MONEY = forms("money", "ar")
_UNITS = forms("units", "ar")
_PER = column("per", "ar")
_SIGNS_SAID = column("signs", "ar")
_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_NUMBER = r"\d{1,3}(?:[,٬]\d{3})+(?!\d)(?:[.٫]\d{1,12})?|\d+(?:[.,٫]\d{1,12})?"


def cardinal(value: int, feminine: bool = False) -> str:
    """A whole number in words: 1234 -> ألف ومئتان وأربعة وثلاثون."""
    if value < 1000:
        return _below_thousand(value, feminine)
    for worth, one, two, few, many in _SCALES:
        if value >= worth:
            head, rest = divmod(value, worth)
            said = {1: one, 2: two}.get(head) or f"{cardinal(head)} {few if 3 <= head % 100 <= 10 else many}"
            return f"{said} و{cardinal(rest, feminine)}" if rest else said
    raise AssertionError("every number from a thousand on has a scale")


def _below_thousand(value: int, feminine: bool) -> str:
    hundreds, rest = divmod(value, 100)
    parts = [_HUNDREDS[hundreds]] if hundreds else []
    if rest or not hundreds:
        ones = _FEMININE if feminine else _MASCULINE
        if rest < 20:
            parts.append(ones[rest])
        else:
            parts += [ones[rest % 10]] * bool(rest % 10) + [_TENS[rest // 10]]
    return " و".join(parts)


def figures(digits: str) -> str:
    """ "05" -> صفر خمسة."""
    return " ".join(_MASCULINE[int(digit)] for digit in digits)


def split(written: str) -> tuple[str, str]:
    """A comma or ٬ before three figures parts thousands; a point, ٫ or another comma is decimal."""
    if "٫" in written or "." in written:
        whole, _, fraction = re.sub(r"[,٬]", "", written).replace("٫", ".").partition(".")
        return whole, fraction
    if "," in written and not re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", written):
        whole, _, fraction = written.rpartition(",")
        return whole.replace(",", ""), fraction
    return re.sub(r"[,٬]", "", written), ""


def number(written: str, feminine: bool = False) -> str:
    """Figures with marks between thousands, a decimal mark, leading zeros or any length."""
    whole, fraction = split(written)
    named = len(whole) <= _MAX_NAMED_DIGITS and (whole[0] != "0" or len(whole) == 1)
    said = cardinal(int(whole), feminine) if named else figures(whole)
    if not fraction:
        return said
    counted = len(fraction) <= 2 and fraction[0] != "0"
    return f"{said} فاصلة {cardinal(int(fraction)) if counted else figures(fraction)}"


def counted(value: int, one: str, few: str) -> str:
    """A number and what it counts: دولار واحد، دولاران، ثلاثة دولارات، أحد عشر دولار."""
    feminine = one.split(" ")[0].endswith("ة")
    if value == 1:
        return f"{one} {'واحدة' if feminine else 'واحد'}"
    if value == 2:
        return " ".join(_dual(word) for word in one.split(" "))
    return f"{cardinal(value, feminine)} {few if 3 <= value % 100 <= 10 else one}"


def _dual(noun: str) -> str:
    if noun in {"يورو", "ين", "بار"} or len(noun) <= 2:
        return f"اثنان {noun}"
    return noun.removesuffix("ة") + ("تان" if noun.endswith("ة") else "ان")


def fraction(over: int, under: int) -> str:
    """3/4 -> ثلاثة أرباع."""
    if under not in _PARTS or over > 10 or not over:
        return f"{cardinal(over)} على {cardinal(under)}"
    one, two, many = _PARTS[under]
    return {1: one, 2: two}.get(over) or f"{cardinal(over)} {many}"


def _minus(match: re.Match[str]) -> str:
    return {"-": "ناقص ", "−": "ناقص ", "+": "زائد ", "±": f"{_SIGNS_SAID['±']} "}.get(match["minus"] or "", "")


def _signed(match: re.Match[str]) -> str:
    said = _minus(match) + number(match["number"])
    return f"{said} إلى {number(match['upper'])}" if match["upper"] else said


def _counted(match: re.Match[str], one: str, few: str) -> str:
    whole, after_mark = split(match["number"])
    if after_mark or match["upper"] or len(whole) > _MAX_NAMED_DIGITS:
        return f"{_signed(match)} {one}"
    return _minus(match) + counted(int(whole), one, few)


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    return f"{_signed(match)} {_SIGNS_SAID['%']}"


def _money(match: re.Match[str], draft: Draft) -> Reading:
    words = _MONEY.get(match["sign"]) or _MONEY[match["sign"].upper()]
    one, few = words[:2]
    if match["scale"]:
        return f"{_signed(match)}{match['scale']} {one}"
    whole, after_mark = split(match["number"])
    below = after_mark.rstrip("0").ljust(2, "0")
    if match["upper"] or len(below) > 2 or len(whole) > _MAX_NAMED_DIGITS or not words[2:] or not words[2]:
        return f"{_signed(match)} {one}"
    cents = counted(int(below), words[2], words[3]) if int(below or 0) else ""
    if cents and not int(whole):
        return _minus(match) + cents
    return _minus(match) + counted(int(whole), one, few) + (f" و{cents}" if cents else "")


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    whole = f"{match['unit']}/{match['per']}" if match["per"] else match["unit"]
    if whole in _UNITS:
        return _counted(match, *_UNITS[whole][:2])
    return f"{_counted(match, *_UNITS[match['unit']][:2])} {_PER[match['per']]}"


def _fraction(match: re.Match[str], draft: Draft) -> Reading:
    over, under = int(match["over"]), int(match["under"])
    if 1900 <= over <= 2100:
        return None
    whole = f"{cardinal(int(match['whole']))} و" if match["whole"] else ""
    return f"{'ناقص ' if match['minus'] else ''}{whole}{fraction(over, under)}"


def _vulgar(match: re.Match[str], draft: Draft) -> Reading:
    over, _, under = unicodedata.normalize("NFKC", match["sign"]).partition("⁄")
    whole = f"{cardinal(int(match['whole']))} و" if match["whole"] else ""
    return whole + fraction(int(over), int(under))


def _date(match: re.Match[str], draft: Draft) -> Reading:
    of_year, month, day = (match[f"{name}1"] or match[f"{name}2"] for name in "ymd")
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return f"{cardinal(int(day))} {_MONTHS[int(month) - 1]} {cardinal(int(of_year))}"


def _time(match: re.Match[str], draft: Draft) -> Reading:
    hour, minute = int(match["hour"]), int(match["minute"])
    said = _HOURS[hour % 12]
    if hour > 12 and hour != 24:
        said = f"{_HOURS[hour % 10] if hour % 10 else ''}"
        said = (
            "العشرون"
            if hour == 20
            else f"{said} عشرة"
            if hour < 20
            else f"{said.replace('الواحدة', 'الحادية')} والعشرون"
        )
    match minute:
        case 0:
            return said
        case 15 if hour <= 12:
            return f"{said} والربع"
        case 30 if hour <= 12:
            return f"{said} والنصف"
        case _:
            return f"{said} و{counted(minute, 'دقيقة', 'دقائق')}"


def _era(match: re.Match[str], draft: Draft) -> Reading:
    return f"{number(match['number'])} {'هجري' if match['era'].startswith('ه') else 'ميلادي'}"


def _abbreviation(match: re.Match[str], draft: Draft) -> Reading:
    return Edit(match.start(), match.end(), _ABBREVIATIONS[match[0]], joins=True)


def _plain(match: re.Match[str], draft: Draft) -> Reading:
    noun = re.match(r" (\w+)", draft.text[match.end() : match.end() + 20])
    if noun and noun[1] in _FEMININE_NOUNS and not match["upper"]:
        return _minus(match) + number(match["number"], feminine=True)
    return _signed(match)


def _sign(match: re.Match[str], draft: Draft) -> Reading:
    sign = match["sign"]
    left, right = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
    if sign in "<>&+=×÷" and not (left and right and (sign not in "<>" or right.isalnum())):
        return None
    return f"{' ' * bool(left)}{_SIGNS_SAID[sign]}{' ' * bool(right)}"


def _any_of(found: Iterable[str]) -> str:
    return "|".join(re.escape(sign) for sign in sorted(found, key=len, reverse=True))


_START = rf"(?<![\d.,٫٬])(?P<minus>(?<![\w)])[-−]|[+±])?(?P<number>{_NUMBER})(?: ?[-–] ?(?P<upper>{_NUMBER}))?"
_SIGNS = f"{_any_of(_MONEY)}|{_any_of(sign.lower() for sign in _MONEY if sign.isascii() and sign.isupper())}"
_SCALE_WORDS = "ألف|آلاف|مليون|ملايين|مليار|مليارات|تريليون"
_NAMES = "".join(sign for sign in _SIGNS_SAID if sign not in "%‰§¶#@№→")

RULES = (
    *electronic.rules(column("addresses", "ar"), figures, electronic.spelled_or_said),
    Rule(
        re.compile(
            r"(?<![\d/.-])(?:(?P<y1>[12]\d{3})[-/](?P<m1>\d{1,2})[-/](?P<d1>\d{1,2})|(?P<d2>\d{1,2})[-/.]"
            r"(?P<m2>\d{1,2})[-/.](?P<y2>[12]\d{3}))(?![\d/-])"
        ),
        _date,
        needs=DIGITS,
    ),
    *Telephone(
        figures, "زائد", "تحويلة", ("هاتف", "تليفون", "جوال", "موبايل", "رقم الهاتف", "فاكس", "اتصل على")
    ).rules(),
    Rule(re.compile(r"(?<![\d:])(?P<hour>2[0-4]|1\d|0?\d):(?P<minute>[0-5]\d)(?![\d:])"), _time, needs=":"),
    Rule(re.compile(rf"{_START} ?[%٪]"), _percent, needs="%٪"),
    Rule(
        re.compile(rf"(?<![\d.,٫٬])[%٪] ?(?P<minus>[-−])?(?P<number>{_NUMBER})(?P<upper>(?!))?(?![\d])"),
        _percent,
        needs="%٪",
    ),
    Rule(re.compile(rf"(?<!\w)(?P<sign>{_SIGNS}) ?{_START}(?P<scale> (?:{_SCALE_WORDS}))?"), _money, needs=DIGITS),
    Rule(re.compile(rf"{_START}(?P<scale> (?:{_SCALE_WORDS}))? ?(?P<sign>{_SIGNS})(?!\w)"), _money, needs=DIGITS),
    Rule(
        re.compile(
            r"(?<![\d.,/])(?P<minus>(?<!\w)[-−])?(?:(?P<whole>\d{1,6}) )?(?P<over>\d{1,6})/(?P<under>[1-9]\d{0,6})"
            r"(?![\d/]|[.,]\d)"
        ),
        _fraction,
        needs="/",
    ),
    Rule(re.compile(rf"(?P<whole>\d{{1,6}})? ?(?P<sign>[{_VULGAR}])"), _vulgar, needs=_VULGAR),
    Rule(
        re.compile(rf"{_START} ?(?P<unit>{_any_of(_UNITS)})(?:/(?P<per>{_any_of(_PER)}))?(?![\w/²³])"),
        _unit,
        needs=DIGITS,
    ),
    Rule(re.compile(r"(?<![\d.,])(?P<number>\d{1,4}) ?(?P<era>هـ|م)(?!\w)"), _era, needs="هم"),
    Rule(re.compile(rf"(?<!\w)(?:{_any_of(_ABBREVIATIONS)})(?!\w)"), _abbreviation, needs=".إا"),
    Rule(re.compile(_START), _plain, needs=DIGITS),
    Rule(re.compile(rf" ?(?P<sign>[{re.escape(_NAMES)}]) ?"), _sign, needs=_NAMES),
)
