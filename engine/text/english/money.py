"""English sums of money in words: signs, codes, cents, and the millions behind them."""

import re
from dataclasses import dataclass

from engine.text.english.cardinal import NUMBER, cardinal, is_american, is_one, number
from engine.text.english.grammar import describes_noun
from engine.text.rules import DIGITS, Draft, Reading, Rule


@dataclass(frozen=True, slots=True)
class Currency:
    """Names of a currency and of its hundredth ("" where nobody counts in hundredths)."""

    one: str
    many: str
    cent: str = ""
    cents: str = ""


def _cents(one: str, many: str = "") -> Currency:
    return Currency(one, many or one + "s", "cent", "cents")


SIGNS = {
    "US$": _cents("US dollar"), "A$": _cents("Australian dollar"), "AU$": _cents("Australian dollar"),
    "C$": _cents("Canadian dollar"), "CA$": _cents("Canadian dollar"), "NZ$": _cents("New Zealand dollar"),
    "HK$": _cents("Hong Kong dollar"), "S$": _cents("Singapore dollar"),
    "R$": Currency("real", "reais", "centavo", "centavos"),
    "$": _cents("dollar"), "£": Currency("pound", "pounds", "penny", "pence"), "€": _cents("euro"),
    "¥": Currency("yen", "yen"), "￥": Currency("yen", "yen"), "₹": Currency("rupee", "rupees", "paisa", "paise"),
    "₽": Currency("ruble", "rubles", "kopek", "kopeks"), "₩": Currency("won", "won"),
    "₺": Currency("lira", "lira", "kurush", "kurush"),
    "₪": Currency("shekel", "shekels", "agora", "agorot"), "₫": Currency("dong", "dong"),
    "฿": Currency("baht", "baht", "satang", "satang"),
    "₦": Currency("naira", "naira", "kobo", "kobo"), "₴": Currency("hryvnia", "hryvnias", "kopek", "kopeks"),
    "₱": Currency("peso", "pesos", "centavo", "centavos"), "₿": Currency("bitcoin", "bitcoins"),
    "zł": Currency("zloty", "zlotys", "grosz", "groszy"),
}  # fmt: skip
CODES = {
    "USD": _cents("US dollar"), "EUR": _cents("euro"),
    "GBP": Currency("British pound", "British pounds", "penny", "pence"),
    "JPY": Currency("Japanese yen", "Japanese yen"),
    "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
    "CAD": _cents("Canadian dollar"), "AUD": _cents("Australian dollar"), "NZD": _cents("New Zealand dollar"),
    "INR": Currency("Indian rupee", "Indian rupees", "paisa", "paise"),
    "CNY": Currency("Chinese yuan", "Chinese yuan"),
    "RMB": Currency("renminbi", "renminbi"), "SEK": Currency("Swedish krona", "Swedish kronor"),
    "NOK": Currency("Norwegian krone", "Norwegian kroner"), "DKK": Currency("Danish krone", "Danish kroner"),
    "PLN": Currency("Polish zloty", "Polish zlotys"), "BRL": Currency("Brazilian real", "Brazilian reais"),
    "MXN": Currency("Mexican peso", "Mexican pesos"), "ZAR": Currency("South African rand", "South African rand"),
    "KRW": Currency("Korean won", "Korean won"), "BTC": Currency("bitcoin", "bitcoins"),
    "ETH": Currency("ether", "ether"),
}  # fmt: skip
_SCALES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "MM": "million",
    "mm": "million", "b": "billion",
    "B": "billion", "bn": "billion", "Bn": "billion", "BN": "billion", "tn": "trillion", "trn": "trillion",
    "T": "trillion",
    "t": "trillion", "cr": "crore",
}  # fmt: skip

_SIGN = "(?:" + "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True)) + ")"
_CODE = "(?:" + "|".join(CODES) + ")"
_LETTERS = "|".join(sorted(_SCALES, key=len, reverse=True))
_SCALE = (
    r"(?P<scale>(?: |-)?(?:hundred|thousand|million|billion|trillion|lakh|crore)\b|"
    rf"(?:{_LETTERS})\b| [bB]n?(?!\w))?"
)
_LOW = rf"(?: (?:hundred|thousand|million|billion|trillion)|(?:{_LETTERS}))(?= ?[–-] ?(?:{_SIGN})?\d)"
_PER = (
    r"(?P<per> ?/ ?(?P<unit>day|d|week|wk|w|month|mo|year|yr|y|hour|hr|h|min|minute|person|kg|g|lb|lbs|oz|"
    r"mile|mi|km|gallon|gal|"
    r"night|unit|seat|user)\b)?"
)
_BEFORE = re.compile(
    rf"(?<![\w.,])(?P<minus>[-−])?(?P<sign>{_SIGN}|{_CODE} ?) ?(?P<number>{NUMBER})"
    rf"(?P<low>{_LOW})?(?P<to> ?[–-] ?(?P<again>{_SIGN})?(?P<upper>{NUMBER}))?{_SCALE}(?![\d])(?P<plus>\+)?{_PER}"
)
_AFTER = re.compile(
    rf"(?<![\w.,])(?P<minus>[-−])?(?P<number>{NUMBER})(?P<to> ?[–-] ?(?P<upper>{NUMBER}))?{_SCALE} ?(?P<sign>{_SIGN}|"
    rf"{_CODE}\b|¢)"
    rf"(?![\w])(?! ?\d)(?P<plus>\+)?{_PER}"
)
_PENCE = re.compile(r"(?<![\w.,])(?P<number>\d{1,3})p\b(?! ?[–-]?\d)")
_UNITS = {"d": "day", "w": "week", "wk": "week", "y": "year", "g": "gram", "mi": "mile",
    "mo": "month", "yr": "year", "hr": "hour", "h": "hour", "min": "minute", "lbs": "pound",
    "lb": "pound", "oz": "ounce",
          "kg": "kilogram", "km": "kilometer", "gal": "gallon"}  # fmt: skip


def _money(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    sign = match["sign"].strip()
    minus = "minus " if match["minus"] else ""
    per = f" per {_UNITS.get(match['unit'], match['unit'])}" if match["per"] else ""
    plus = " plus" if match["plus"] else ""
    if sign == "¢":
        return f"{minus}{number(match['number'], american)} {'cent' if is_one(match['number']) else 'cents'}{plus}{per}"
    currency = SIGNS.get(sign) or CODES[sign]
    scale = _scale(match["scale"])
    is_adjective = describes_noun(draft.text, match.start(), match.end())
    if match["to"]:
        said = _range(match, currency, scale, american)
    elif scale:
        said = f"{number(match['number'], american)}{scale} {currency.one if is_adjective else currency.many}"
    else:
        said = _amount(match["number"], currency, american, is_adjective)
    return minus + said + plus + per


def _range(match: re.Match[str], currency: Currency, scale: str, american: bool) -> str:
    low, upper = match["number"], match["upper"]
    low_scale = _scale(match["low"]) if "low" in match.re.groupindex else ""
    if not scale and not low_scale and "." in low + upper and currency.cent:
        return f"{_amount(low, currency, american, False)} to {_amount(upper, currency, american, False)}"
    if "again" in match.re.groupindex and match["again"]:
        said = f"{number(low, american)}{low_scale} {currency.many}"
        return f"{said} to {number(upper, american)}{scale} {currency.many}"
    low_scale = "" if low_scale == scale else low_scale
    return f"{number(low, american)}{low_scale} to {number(upper, american)}{scale} {currency.many}"


def _scale(written: str | None) -> str:
    if not written:
        return ""
    return " " + _SCALES.get(written.strip(), written.strip(" -"))


def _amount(figures: str, currency: Currency, american: bool, is_adjective: bool) -> str:
    whole, _, fraction = figures.replace(",", "").replace(" ", "").partition(".")
    if currency.cent:
        # "$20.5" is fifty cents, "$20.010" one.
        fraction = fraction.ljust(2, "0") if len(fraction) == 1 else fraction[:2] + fraction[2:].rstrip("0")
    if fraction and (len(fraction) != 2 or not currency.cent):
        return f"{number(figures, american)} {currency.many}"
    cents = int(fraction or 0)
    main = f"{number(whole or '0', american)} {currency.one if is_one(whole) or is_adjective else currency.many}"
    if not cents:
        return main
    small = f"{cardinal(cents, american)} {currency.cent if cents == 1 else currency.cents}"
    return small if not whole.strip("0") else f"{main} and {small}"


def _pence(match: re.Match[str], draft: Draft) -> Reading:
    # "50p" is money in Britain; elsewhere, and as "720p", it is a size.
    if is_american(draft.language) or int(match["number"]) > 99:
        return None
    return f"{number(match['number'])} {'penny' if match['number'] == '1' else 'pence'}"


RULES = (
    Rule(_BEFORE, _money, needs=DIGITS),
    Rule(_AFTER, _money, needs=DIGITS),
    Rule(_PENCE, _pence, needs="p"),
)
