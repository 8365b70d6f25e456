"""Japanese numbers in kana, with the counters that change their reading (ついたち, ひとり, じゅっぷん).

Kana, because every voice can read it. A counter not listed here is left in figures: its reading depends on the word,
which a Japanese pronunciation dictionary knows and we do not.
"""

import re

from engine.text.languages.counting import cardinal
from engine.text.rules import DIGITS, Draft, Reading, Rule

from num2words import num2words  # isort: skip

_DIGITS = ("ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_MAX_NAMED_DIGITS = 15
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_DAYS = {1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか",
    8: "ようか", 9: "ここのか", 10: "とおか",
         14: "じゅうよっか", 19: "じゅうくにち", 20: "はつか", 24: "にじゅうよっか", 29: "にじゅうくにち"}  # fmt: skip
_THINGS = dict(
    enumerate(("ひとつ", "ふたつ", "みっつ", "よっつ", "いつつ", "むっつ", "ななつ", "やっつ", "ここのつ"), 1)
)
_MONEY = {
    "¥": "えん",
    "￥": "えん",
    "円": "えん",
    "$": "ドル",
    "€": "ユーロ",
    "£": "ポンド",
    "元": "げん",
    "ドル": "ドル",
    "ユーロ": "ユーロ",
    "ポンド": "ポンド",
}
_UNITS = {
    "km/h": "キロメートルまいじ", "km": "キロメートル", "cm": "センチメートル", "mm": "ミリメートル",
    "m": "メートル", "kg": "キログラム", "mg": "ミリグラム",
    "g": "グラム",
    "ml": "ミリリットル", "mL": "ミリリットル", "L": "リットル", "l": "リットル", "°C": "ど", "℃": "ど", "°": "ど",
    "度": "ど",
    "GB": "ギガバイト", "MB": "メガバイト", "GHz": "ギガヘルツ",
    "秒": "びょう", "枚": "まい", "台": "だい", "番": "ばん", "号": "ごう", "倍": "ばい", "歳": "さい",
    "才": "さい", "週間": "しゅうかん",
    "メートル": "メートル", "キロ": "キロ",
}  # fmt: skip


def cardinal_kana(value: int) -> str:
    """1234 -> せんにひゃくさんじゅうよん."""
    return str(num2words(value, lang="ja", reading=True))


def figures(digits: str) -> str:
    """ "05" -> ゼロご."""
    return "".join(_DIGITS[int(digit)] for digit in digits)


def number(written: str) -> str:
    """Figures with commas, a point, leading zeros or any length."""
    whole, _, fraction = written.replace(",", "").partition(".")
    named = len(whole) <= _MAX_NAMED_DIGITS and (whole[0] != "0" or len(whole) == 1)
    said = cardinal_kana(int(whole)) if named else figures(whole)
    if not fraction:
        return said
    # いち, はち, じゅう close up before てん.
    for long, short in (("じゅう", "じゅっ"), ("いち", "いっ"), ("はち", "はっ"), ("ゼロ", "れい")):
        if said.endswith(long):
            said = said.removesuffix(long) + short
            break
    return f"{said}てん{figures(fraction)}"


def _closed_up(value: int, plain: str, closed: str, on: str) -> str:
    """A number and a counter whose first sound changes behind 1, 6, 8, 10, ... ("ふん" and "ぷん")."""
    said = cardinal_kana(value)
    last = value % 10 or (10 if value % 100 else 100)
    if str(last) not in on.split():
        return said + plain
    for long, short in (
        ("じゅう", "じゅっ"),
        ("ひゃく", "ひゃっ"),
        ("いち", "いっ"),
        ("ろく", "ろっ"),
        ("はち", "はっ"),
    ):
        if said.endswith(long):
            return said.removesuffix(long) + short + closed
    return said + closed


def minutes(value: int) -> str:
    """1 -> いっぷん, 2 -> にふん, 3 -> さんぷん, 10 -> じゅっぷん."""
    return _closed_up(value, "ふん", "ぷん", "1 3 4 6 8 10 100")


def day(value: int) -> str:
    """The day of a month: 1 -> ついたち, 20 -> はつか, 21 -> にじゅういちにち."""
    return _DAYS.get(value) or cardinal_kana(value) + "にち"


def month(value: int) -> str:
    """4 -> しがつ, 7 -> しちがつ, 9 -> くがつ."""
    return {4: "し", 7: "しち", 9: "く"}.get(value, cardinal_kana(value)) + "がつ"


def hour(value: int) -> str:
    """4 -> よじ, 7 -> しちじ, 9 -> くじ."""
    said = cardinal_kana(value)
    for long, short in (("よん", "よ"), ("なな", "しち"), ("きゅう", "く")):
        if said.endswith(long):
            said = said.removesuffix(long) + short
    return said + "じ"


def year(value: int) -> str:
    """A year: 2024 -> にせんにじゅうよねん, 1999 -> せんきゅうひゃくきゅうじゅうきゅうねん."""
    said = cardinal_kana(value)
    return (said.removesuffix("よん") + "よ" if said.endswith("よん") else said) + "ねん"


def people(value: int) -> str:
    """1 -> ひとり, 2 -> ふたり, 4 -> よにん."""
    if value in (1, 2):
        return ("ひとり", "ふたり")[value - 1]
    said = cardinal_kana(value)
    return (said.removesuffix("よん") + "よ" if said.endswith("よん") else said) + "にん"


def _counted(match: re.Match[str], draft: Draft) -> Reading:
    written, counter = match["number"].replace(",", ""), match["counter"]
    if "." in written or len(written) > _MAX_NAMED_DIGITS:
        return None
    value = int(written)
    match counter:
        case "年":
            return year(value)
        case "月" | "月号":
            return month(value) if 1 <= value <= 12 else None
        case "日":
            return day(value) if 1 <= value <= 31 else None
        case "時" | "時間":
            return hour(value) + ("かん" if counter == "時間" else "")
        case "分" | "分間":
            return minutes(value) + ("かん" if counter == "分間" else "")
        case "人":
            return people(value)
        case "つ":
            return _THINGS.get(value)
        case "個":
            return _closed_up(value, "こ", "こ", "1 6 8 10 100")
        case "回":
            return _closed_up(value, "かい", "かい", "1 6 10 100")
        case "本":
            said = _closed_up(value, "ほん", "ぽん", "1 6 8 10 100")
            return said.removesuffix("ほん") + "ぼん" if value % 10 == 3 else said
        case "章":
            return _closed_up(value, "しょう", "しょう", "1 8 10 100")
        case _:
            return _closed_up(value, "ページ", "ページ", "1 8 10")


def _date(match: re.Match[str], draft: Draft) -> Reading:
    of_month, of_day = int(match["month"]), int(match["day"])
    if not (1 <= of_month <= 12 and 1 <= of_day <= 31):
        return None
    return year(int(match["year"])) + month(of_month) + day(of_day)


def _time(match: re.Match[str], draft: Draft) -> Reading:
    said = hour(int(match["hour"]))
    return said + (minutes(int(match["minute"])) if match["minute"] != "00" else "")


def _signed(match: re.Match[str]) -> str:
    said = ("マイナス" if match["minus"] else "") + number(match["number"])
    return f"{said}から{number(match['upper'])}" if match["upper"] else said


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match) + "パーセント"


def _money(match: re.Match[str], draft: Draft) -> Reading:
    scale = {"": "", "万": "まん", "億": "おく", "兆": "ちょう"}[match["scale"] or ""]
    return _signed(match) + scale + _MONEY[match["sign"]]


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match) + _UNITS[match["unit"]]


def _plain(match: re.Match[str], draft: Draft) -> Reading:
    after = draft.text[match.end() : match.end() + 1]
    # An unknown counter: the voice's dictionary reads figure and counter as one word.
    return None if after and "一" <= after <= "鿿" and cardinal(1, "ja") else _signed(match)


_START = rf"(?<![\d.,])(?P<minus>(?<![\w)])[-−])?(?P<number>{_NUMBER})(?: ?[-–~～〜] ?(?P<upper>{_NUMBER}))?"
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_MONEY, key=len, reverse=True))
_UNIT_SIGNS = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

RULES = (
    Rule(
        re.compile(r"(?<!\d)(?P<year>[12]\d{3})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"), _date, needs=DIGITS
    ),
    Rule(
        re.compile(r"(?<![\d:])(?P<hour>2[0-4]|1\d|0?\d)[:：](?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])"),
        _time,
        needs=":：",
    ),
    Rule(re.compile(_START + " ?[%％]"), _percent, needs="%％"),
    Rule(re.compile(rf"(?P<sign>[¥￥$€£]) ?{_START}(?P<scale>[万億兆])?"), _money, needs="¥￥$€£"),
    Rule(re.compile(rf"{_START}(?P<scale>[万億兆])? ?(?P<sign>{_SIGNS})"), _money, needs=DIGITS),
    Rule(
        re.compile(
            rf"(?<![\d.,])(?P<number>{_NUMBER}) ?(?P<counter>年(?!間|生|目)|月号?(?!間|曜)|日(?!間|目|本)|時間?|"
            rf"分間?(?!の)|人(?!目|前)|つ(?!目)|個|回|本|章|ページ)"
        ),
        _counted,
        needs=DIGITS,
    ),
    Rule(re.compile(rf"{_START} ?(?P<unit>{_UNIT_SIGNS})(?![A-Za-z/²])"), _unit, needs=DIGITS),
    Rule(re.compile(_START), _plain, needs=DIGITS),
)
