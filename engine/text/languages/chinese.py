"""Chinese numbers in characters: 2026年 figure by figure, 两百 and 二十, money, percentages, dates and times."""

import re

from engine.text.rules import DIGITS, Draft, Reading, Rule

_DIGITS = "零一二三四五六七八九"
_MAX_NAMED_DIGITS = 16
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_MONEY = {
    "¥": "元",
    "￥": "元",
    "$": "美元",
    "US$": "美元",
    "€": "欧元",
    "£": "英镑",
    "₹": "卢比",
    "HK$": "港元",
    "NT$": "新台币",
    "₩": "韩元",
}
_UNITS = {
    "km/h": "公里每小时", "km²": "平方公里", "m²": "平方米", "km": "公里", "cm": "厘米", "mm": "毫米", "m": "米",
    "kg": "公斤",
    "mg": "毫克", "g": "克",
    "ml": "毫升", "mL": "毫升", "L": "升", "l": "升", "°C": "摄氏度", "℃": "摄氏度", "°F": "华氏度", "°": "度",
    "GB": "吉字节",
    "MB": "兆字节", "GHz": "吉赫兹",
    "h": "小时", "min": "分钟", "s": "秒",
}  # fmt: skip
# Before these, two is 两.
_MEASURES = "个位只条张本次年天小块件种名头匹辆家座间层楼部台杯瓶碗双对倍点分秒钟句"


def figures(digits: str) -> str:
    """ "2026" -> 二零二六."""
    return "".join(_DIGITS[int(digit)] for digit in digits)


def cardinal(value: int) -> str:
    """A whole number below 10^16 in characters: 10203 -> 一万零二百零三."""
    if value == 0:
        return "零"
    said, pending_zero = "", False
    for power, name in ((12, "万亿"), (8, "亿"), (4, "万"), (0, "")):
        part = value // 10**power % 10_000
        if not part:
            pending_zero = bool(said)
            continue
        if said and (pending_zero or part < 1000):
            said += "零"
        said += _below_ten_thousand(part) + name
        pending_zero = False
    return said.removeprefix("一") if said.startswith("一十") else said


def _below_ten_thousand(part: int) -> str:
    said, gap = "", False
    for power, name in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = part // 10**power % 10
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = bool(said)
    return said


def number(written: str) -> str:
    """Figures with commas, a point, leading zeros or any length."""
    whole, _, fraction = written.replace(",", "").partition(".")
    named = len(whole) <= _MAX_NAMED_DIGITS and (whole[0] != "0" or len(whole) == 1)
    said = cardinal(int(whole)) if named else figures(whole)
    return f"{said}点{figures(fraction)}" if fraction else said


def _signed(match: re.Match[str]) -> str:
    said = ("负" if match["minus"] else "") + number(match["number"])
    return f"{said}到{number(match['upper'])}" if match["upper"] else said


def _date(match: re.Match[str], draft: Draft) -> Reading:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{figures(match['year'])}年{cardinal(month)}月{cardinal(day)}日"


def _year(match: re.Match[str], draft: Draft) -> Reading:
    return figures(match["year"]) + "年"


def _time(match: re.Match[str], draft: Draft) -> Reading:
    hour, minute = int(match["hour"]), match["minute"]
    said = ("两" if hour == 2 else cardinal(hour)) + "点"
    if minute != "00":
        said += ("零" if minute[0] == "0" else "") + cardinal(int(minute)) + "分"
    return said + (f"{cardinal(int(match['second']))}秒" if match["second"] else "")


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    minus = "负" if match["minus"] else ""
    said = f"{minus}百分之{number(match['number'])}"
    return f"{said}到百分之{number(match['upper'])}" if match["upper"] else said


def _money(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match) + (match["scale"] or "") + _MONEY[match["sign"]]


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match) + _UNITS[match["unit"]]


def _fraction(match: re.Match[str], draft: Draft) -> Reading:
    return f"{cardinal(int(match['under']))}分之{cardinal(int(match['over']))}"


def _phone(match: re.Match[str], draft: Draft) -> Reading:
    return figures(re.sub(r"\D", "", match[0])).replace("一", "幺")


def _plain(match: re.Match[str], draft: Draft) -> Reading:
    after = draft.text[match.end() : match.end() + 1]
    if match[0] == "2" and after and after in _MEASURES and draft.text[match.start() - 1 : match.start()] != "第":
        return "两"
    return _signed(match)


_START = rf"(?<![\d.,])(?P<minus>(?<![\w)])[-−])?(?P<number>{_NUMBER})(?: ?[-–~～至] ?(?P<upper>{_NUMBER}))?"
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_MONEY, key=len, reverse=True))
_UNIT_SIGNS = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

RULES = (
    Rule(
        re.compile(r"(?<!\d)(?P<year>[12]\d{3})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"), _date, needs=DIGITS
    ),
    Rule(re.compile(r"(?<!\d)(?P<year>[12]\d{3}) ?年(?!前|后|来|间|级|龄)"), _year, needs="年"),
    Rule(
        re.compile(
            r"(?<![\d:])(?P<hour>2[0-4]|1\d|0?\d)[:：](?P<minute>[0-5]\d)(?:[:：](?P<second>[0-5]\d))?(?![\d:])"
        ),
        _time,
        needs=":：",
    ),
    Rule(re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"), _phone, needs="1"),
    Rule(re.compile(_START + " ?[%％]"), _percent, needs="%％"),
    Rule(re.compile(rf"(?P<sign>{_SIGNS}) ?{_START}(?P<scale>[十百千万亿]{{1,3}})?"), _money, needs=DIGITS),
    Rule(re.compile(rf"{_START}(?P<scale>[十百千万亿]{{1,3}})? ?(?P<sign>{_SIGNS})"), _money, needs=DIGITS),
    Rule(re.compile(r"(?<![\d./])(?P<over>\d{1,4})/(?P<under>[1-9]\d{0,3})(?![\d/])"), _fraction, needs="/"),
    Rule(re.compile(rf"{_START} ?(?P<unit>{_UNIT_SIGNS})(?![A-Za-z/²])"), _unit, needs=DIGITS),
    Rule(re.compile(_START), _plain, needs=DIGITS),
)
