"""Chinese numbers in characters: 2026年 figure by figure, 两百 and 二十, money, percentages, dates and times."""

import re

from engine.text.languages import electronic
from engine.text.languages.tables import column, forms
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_DIGITS = "零一二三四五六七八九"
_MAX_NAMED_DIGITS = 16
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:[.٫]\d+)?|\d+(?:[.٫]\d+)?"
_MONEY = {sign: words[0] for sign, words in forms("money", "zh").items()} | {"￥": "元"}
_UNITS = column("units", "zh")
_PER = column("per", "zh")
_SIGNS_SAID = column("signs", "zh")
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
        spoken = "两" if part == 2 and name else _below_ten_thousand(part)
        # 十万 is a word of its own: 一百亿零十万, but 一万零一十.
        said += (spoken.removeprefix("一") if said and name and 10 <= part < 20 else spoken) + name
        pending_zero = False
    return said.removeprefix("一") if said.startswith("一十") else said


def _below_ten_thousand(part: int) -> str:
    said, gap = "", False
    for power, name in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = part // 10**power % 10
        if digit:
            said += ("零" if gap else "") + ("两" if digit == 2 and name == "千" else _DIGITS[digit]) + name
            gap = False
        else:
            gap = bool(said)
    return said


def number(written: str) -> str:
    """Figures with commas, a point, leading zeros or any length."""
    whole, _, fraction = written.replace(",", "").replace("٫", ".").partition(".")
    named = len(whole) <= _MAX_NAMED_DIGITS and (whole[0] != "0" or len(whole) == 1)
    said = cardinal(int(whole)) if named else figures(whole)
    return f"{said}点{figures(fraction)}" if fraction else said


def _signed(match: re.Match[str]) -> str:
    minus = {"-": "负", "−": "负", "+": "正", "±": "正负"}.get(match["minus"] or "", "")
    said = minus + number(match["number"])
    return f"{said}到{number(match['upper'])}" if match["upper"] else said


def _date(match: re.Match[str], draft: Draft) -> Reading:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{figures(match['year'])}年{cardinal(month)}月{cardinal(day)}日"


def _year(match: re.Match[str], draft: Draft) -> Reading:
    upper = f"到{figures(match['upper'])}" if match["upper"] else ""
    return figures(match["year"]) + upper + "年"


def _two_years(match: re.Match[str], draft: Draft) -> Reading:
    return f"{figures(match['year'])}到{figures(match['upper'])}"


def _named(match: re.Match[str], draft: Draft) -> Reading:
    """5·12地震, 90后: figures that are a name."""
    return figures(match["decade"] or match["one"] + match["two"])


def _era_year(match: re.Match[str], draft: Draft) -> Reading:
    """公元前202年: a year, however few its figures."""
    return match["era"] + figures(match["year"]) + "年"


def _latin_era(match: re.Match[str], draft: Draft) -> Reading:
    """2934 AD, 1823年3月BC: the era stands before the year."""
    era = "公元前" if match["era"].lower().startswith("b") else "公元"
    month = f"{cardinal(int(match['month']))}月" if match["month"] else ""
    return f"{era}{figures(match['year'])}年{month}"


def _month(match: re.Match[str], draft: Draft) -> Reading:
    """02月, 08号: no zero is said."""
    return cardinal(int(match["number"]))


def _time(match: re.Match[str], draft: Draft) -> Reading:
    hour, minute = int(match["hour"]), match["minute"]
    half = (match["half"] or "").strip().lower()
    said = ""
    if half:
        said = "下午" if half.startswith("p") and hour < 18 else "上午" if half.startswith("a") else ""
        if half.startswith("p") and hour in range(6, 12):
            said = "晚上"
    if re.search(r"(?:[上下]午|晚上|早上|凌晨|中午) ?\Z", draft.text[max(0, match.start() - 4) : match.start()]):
        said = ""
    said += ("两" if hour == 2 else cardinal(hour)) + "点"
    if minute != "00" or match["second"]:
        said += ("零" if minute[0] == "0" and minute != "00" else "") + cardinal(int(minute)) + "分"
    return said + (f"{cardinal(int(match['second']))}秒" if match["second"] else "")


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    minus = {"-": "负", "−": "负", "+": "正", "±": "正负"}.get(match["minus"] or "", "")
    said = f"{minus}百分之{number(match['number'])}"
    return f"{said}到百分之{number(match['upper'])}" if match["upper"] else said


def _money(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match) + (match["scale"] or "") + _MONEY[match["sign"]]


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    return _signed(match) + _UNITS[match["unit"]]


def _fraction(match: re.Match[str], draft: Draft) -> Reading:
    minus = "负" if match["minus"] else ""
    whole = f"{cardinal(int(match['whole']))}又" if match["whole"] else ""
    return f"{minus}{whole}{cardinal(int(match['under']))}分之{cardinal(int(match['over']))}"


def _named_fraction(match: re.Match[str], draft: Draft) -> Reading:
    """5又2分之1, -百分之1: figures in a fraction that is written out."""
    return "负" if match["minus"] else cardinal(int(match["under"]))


def _phone(match: re.Match[str], draft: Draft) -> Reading:
    """Figure by figure, one as 幺; a comma between its groups."""
    phone = match["phone"]
    groups = re.findall(r"\d+", phone)
    if not 3 <= sum(map(len, groups)) <= 16:
        return None
    said = "，".join(figures(group) for group in groups).replace("一", "幺")
    said = ("加" if phone.startswith("+") else "") + said
    extension = match.groupdict().get("inside")
    return f"{said}，转{figures(extension).replace('一', '幺')}" if extension else said


def _cued(match: re.Match[str], draft: Draft) -> Reading:
    said = "，".join(figures(group) for group in re.findall(r"\d+", match["phone"])).replace("一", "幺")
    return Edit(*match.span("phone"), said)


def _code(match: re.Match[str], draft: Draft) -> Reading:
    return Edit(*match.span("number"), figures(match["number"]).replace("一", "幺"))


def _bus(match: re.Match[str], draft: Draft) -> Reading:
    """302路, 1205室: three figures and more are a name."""
    return figures(match["number"]).replace("一", "幺")


def _unit_or_rate(match: re.Match[str], draft: Draft) -> Reading:
    whole = f"{match['unit']}/{match['per']}"
    if whole in _UNITS:
        return _signed(match) + _UNITS[whole]
    return f"{_signed(match)}{_UNITS.get(match['unit'] or '', '')}{_PER[match['per']]}"


def _until(match: re.Match[str], draft: Draft) -> Reading:
    return "到"


def _score(match: re.Match[str], draft: Draft) -> Reading:
    return f"{cardinal(int(match['left']))}比{cardinal(int(match['right']))}"


def _sign(match: re.Match[str], draft: Draft) -> Reading:
    sign = match["sign"]
    left, right = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
    if sign in "<>" and not (left.isalnum() and right.isalnum()):
        return None
    if sign in "&+=×÷" and not (left and right):
        return None
    return _SIGNS_SAID[sign]


def _plain(match: re.Match[str], draft: Draft) -> Reading:
    after, two = draft.text[match.end() : match.end() + 1], draft.text[match.end() : match.end() + 2]
    if (
        match[0] == "2"
        and after
        and after in _MEASURES
        and two != "分之"
        and draft.text[match.start() - 1 : match.start()] != "第"
    ):
        return "两"
    return _signed(match)


_START = rf"(?<![\d.,])(?P<minus>(?<![\w)])[-−]|[+±])?(?P<number>{_NUMBER})(?: ?[-–~～至] ?(?P<upper>{_NUMBER}))?"
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_MONEY, key=len, reverse=True))
_UNIT_SIGNS = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

_PER_SIGNS = "|".join(re.escape(unit) for unit in sorted(_PER, key=len, reverse=True))
_CUES = "电话|手机|热线|拨打|请拨|致电|客服|传真|联系方式|座机|手机号|号码|打给|呼叫|报警|急救"
_CODES = "验证码|邮编|邮政编码|身份证号?|尾号|卡号|账号|工号|学号|密码|QQ|编号|单号|车牌号?|房间号?|航班|车次"
_NAMES = "".join(sign for sign in _SIGNS_SAID if sign not in "%‰§¶#@№")
_HALF = r"(?P<half> ?(?:[aApP]\.?[mM]\.?)(?![A-Za-z]))?"

RULES = (
    *electronic.rules(column("addresses", "zh"), figures, electronic.spelled_or_said),
    Rule(
        re.compile(r"(?<!\d)(?P<year>[12]\d{3})(?P<mark>[-/.·])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"),
        _date,
        needs=DIGITS,
    ),
    Rule(
        re.compile(r"(?<![\d/])(?P<year>\d\d)/(?P<month>0?[1-9]|1[0-2])/(?P<day>[12]\d|3[01]|0?[1-9])(?![\d/])"),
        _date,
        needs="/",
    ),
    Rule(
        re.compile(
            r"(?<!\d)(?P<year>\d{1,4})(?:年(?:(?P<month>\d{1,2})月)?)? ?(?P<era>[aA]\.?[dD]\.?|[bB]\.?[cC]\.?"
            r"(?:[eE]\.?)?)(?![A-Za-z])"
        ),
        _latin_era,
        needs="aAbB",
    ),
    Rule(re.compile(r"(?P<era>公元前?)(?P<year>\d{1,4}) ?年"), _era_year, needs="年"),
    Rule(
        re.compile(r"(?<!\d)(?P<year>[12]\d{3})(?:年? ?[-–~～至到] ?(?P<upper>[12]\d{3}))? ?年(?!前|后|来|间|级|龄)"),
        _year,
        needs="年",
    ),
    Rule(
        re.compile(r"(?<!\d)(?P<year>[12]\d{3})[-–~](?P<upper>[12]\d{3})(?=学年|年度|赛季|财年)"),
        _two_years,
        needs="年季",
    ),
    Rule(
        re.compile(r"(?<!\d)(?P<one>\d{1,2})·(?P<two>\d{1,2})(?!\d)|(?<!\d)(?P<decade>\d0)(?=后(?![退来面]))"),
        _named,
        needs="·后",
    ),
    Rule(re.compile(r"(?<!\d)(?P<number>0[1-9])(?=[月日号])"), _month, needs="0"),
    Rule(
        re.compile(
            rf"(?<![\d:])(?P<hour>2[0-4]|1\d|0?\d)[:：](?P<minute>[0-5]\d)(?:[:：](?P<second>[0-5]\d))?(?![\d:]){_HALF}"
        ),
        _time,
        needs=":：",
    ),
    Rule(
        re.compile(
            r"(?<![\d.,])(?<!\d-)(?P<phone>(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
            r"|\(?0\d{2,3}\)?[ -]?[2-9]\d{2,3}[ -]?\d{4}"
            r"|[48]00[ -]?\d{3}[ -]?\d{4}|[48]00-\d{4}-\d{3}|\+\d{1,3}(?:[ -]\d{2,5}){2,4}|0\d{2,3}-\d{7,8})"
            r"(?:(?:转|-| ?分机 ?)(?P<inside>\d{2,5}))?(?![\d]|[-.,]\d)"
        ),
        _phone,
        needs=DIGITS,
    ),
    Rule(
        re.compile(
            rf"(?:打(?=\d{{5}})|{_CUES})"
            rf"(?:号码?|是|为|请?拨打?)?[:： ]{{0,2}}(?P<phone>\d{{3,12}}(?:[ -]\d{{3,8}}){{0,3}})"
            rf"(?![\d.,%％]"
            rf"|[个元人次年月日块])"
        ),
        _cued,
        needs=DIGITS,
    ),
    Rule(
        re.compile(rf"(?:{_CODES})(?:是|为)?[:： ]{{0,2}}[A-Z]{{0,3}}(?P<number>\d{{3,20}})(?![\d.,%％])"),
        _code,
        needs=DIGITS,
    ),
    Rule(
        re.compile(r"(?<![\d.,])(?P<number>[1-9]\d{2,3})(?=路|室|号楼|房(?!子|价|屋)|次列车|航班)"), _bus, needs=DIGITS
    ),
    Rule(
        re.compile(
            r"(?<![\d.,])(?P<minus>)(?P<number>\d+(?:\.\d+)?) ?[%％] ?[-–~～至到] ?(?P<upper>\d+(?:\.\d+)?) ?[%％]"
        ),
        _percent,
        needs="%％",
    ),
    Rule(re.compile(r"(?<=\d\d)[-–~～](?=\d{1,2}[:：]\d\d)"), _until, needs=":："),
    Rule(re.compile(_START + " ?[%％]"), _percent, needs="%％"),
    Rule(re.compile(rf"(?P<sign>{_SIGNS}) ?{_START}(?P<scale>[十百千万亿]{{1,3}})?"), _money, needs=DIGITS),
    Rule(re.compile(rf"{_START}(?P<scale>[十百千万亿]{{1,3}})? ?(?P<sign>{_SIGNS})(?![A-Za-z])"), _money, needs=DIGITS),
    Rule(
        re.compile(
            r"(?<![\d./])(?P<minus>(?<!\w)[-−])?(?:(?P<whole>\d{1,4}) )?(?P<over>\d{1,4})/(?P<under>[1-9]\d{0,3})"
            r"(?![\d/])"
        ),
        _fraction,
        needs="/",
    ),
    Rule(
        re.compile(
            r"(?<!\w)(?P<minus>[-−])(?=[百千万]?分之|[一二三四五六七八九十]{1,3}分之|\d{1,4}分之)|(?<![\d.,])(?P<under>\d{1,4})(?=分之)"
        ),
        _named_fraction,
        needs="分",
    ),
    Rule(
        re.compile(rf"{_START} ?(?P<unit>{_UNIT_SIGNS})?/(?P<per>{_PER_SIGNS})(?![A-Za-z/²])"),
        _unit_or_rate,
        needs="/",
    ),
    Rule(re.compile(rf"{_START} ?(?P<unit>{_UNIT_SIGNS})(?![A-Za-z/²])"), _unit, needs=DIGITS),
    Rule(re.compile(r"(?<![\d:.])(?P<left>\d{1,3}) ?[:：] ?(?P<right>\d{1,3})(?![\d:])"), _score, needs=":："),
    Rule(re.compile(_START), _plain, needs=DIGITS),
    Rule(re.compile(rf" ?(?P<sign>[{re.escape(_NAMES)}]) ?"), _sign, needs=_NAMES),
)
