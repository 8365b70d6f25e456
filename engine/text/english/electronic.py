"""Addresses and phone numbers in English: URLs, e-mail, handles, files, IP addresses, versions."""

import re

from engine.text.english.cardinal import cardinal, digits, is_american, number
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

# Top-level domains that make a bare "example.com" an address; more would turn "end.Of" typing slips into addresses.
_DOMAINS = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|dev|app|co|me|tv|fm|ly|gg|xyz|eu|uk|us|ca|au|nz|ie|de|fr|it|es|pt|nl|"
    "be|ch|"
    "at|se|no|dk|fi|pl|cz|ru|ua|jp|cn|kr|in|br|mx|ar|za"
)
_HOST = rf"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,62}})\.){{1,8}}(?:{_DOMAINS})\b(?![\w-]|\.\w)"
_URL = re.compile(
    rf"(?<![\w@.-])(?:(?P<scheme>(?:https?|ftp|file)://)(?P<any_host>[^\s/?#<>\"“”]{{1,253}})|"
    rf"(?P<host>www\.[\w.-]{{1,200}}\w|{_HOST}))"
    r"(?P<tail>[/?#:][^\s<>\"“”]{0,2000})?"
)
_LINK = re.compile(
    r"!?\[(?P<words>[^\[\]\n]{1,200})\]\((?:https?://|mailto:|[#./\w])[^()\s]{0,2000}\)"
)  # as in Markdown
_EMAIL = re.compile(
    r"(?<![\w.+%&-])"
    r"(?:mailto:)?(?P<local>\w[\w.+%&-]{0,63})@(?P<host>[A-Za-z0-9][\w-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,6})"
    r"(?P<tail>/[\w/.-]{1,200}\w)?"
)
_HANDLE = re.compile(r"(?<![\w@./])@(?P<name>\w{1,40})|(?<![\w#&/])#(?P<topic>(?=\w{0,40}[^\W\d_])\w{1,60})")
_IP = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?!\.?\w)")
_VERSION = re.compile(
    r"(?<![\w.])(?P<v>[vV](?:er\.|ersion)?\.? ?)?(?P<parts>\d{1,4}(?:\.\d{1,6}){2,6}|(?<=[vV])\d{1,4}\.\d{1,6})(?![\w])"
)
_FILE = re.compile(
    r"(?<![\w./\\])(?P<stem>\w[\w-]{0,60}(?:\.[\w-]{1,30}){0,2})\."
    r"(?P<kind>txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|html?|css|js|ts|py|md|epub|mobi|mp[34]|m4[ab]|wav|flac|jpe?g|"
    r"png|gif|svg|"
    r"zip|gz|exe|dll|sh|rs|java|cpp|yaml|yml|toml|ini|log|sql|db)\b(?!\.?\w)"
)
_PHONE = re.compile(
    r"(?<![\w.,/$£€-])(?P<phone>"
    r"\+\d{1,3}(?:[ .-]?\(\d{1,4}\))?(?:[ .-]?\d{2,5}){2,5}"  # +44 20 7946 0958, +1 (555) 123-4567
    r"|(?:1[ .-])?\(\d{2,5}\)[ .-]?\d{3,4}(?:[ .-]?\d{3,4})?"  # (555) 123-4567, (020) 7946 0958
    r"|(?:1[.-])?\d{3}[.-]\d{3}[.-]\d{4}"  # 555-123-4567, 1-800-555-0199
    r"|[2-9]\d\d \d{3} \d{4}"  # 555 123 4567
    r"|\d{3}-\d{3}-\d{4}-\d{1,4}"  # with an extension
    r"|\d{3}-\d{4}"  # 555-1234
    r"|0\d{2,4} \d{3,4} ?\d{3,4}(?: \d{2,4})?"  # 020 7946 0958, 01632 960983
    r")(?![\w-]|[.,/]\d)"
)
_LETTERED_PHONE = re.compile(
    r"(?<![\w-])1-[89](?:00|88|77|66|55|44|33)-(?P<word>[A-Z]{3,10}|\d{3}-[A-Z]{4}|(?:[A-Z]{1,8}|\d)(?:-(?:[A-Z]{1,8}|\d)){1,4})"
    r"(?![\w-])"
)
_SECRET = re.compile(
    r"\b(?:ending (?:in|with)|ends in|last four(?: digits)?(?: are| of)?|PIN(?: is| code)?|OTP(?: is)?|otp(?: is)?|"
    r"passcode(?: is)?|password(?: is)?|security code(?: is)?|verification code(?: is)?|code is):? "
    r"(?P<code>[A-Za-z]{0,4}\d{3,10})\b(?![.,:/-]?\d)"
)
_SHORT_PHONE = re.compile(
    r"\b(?P<cue>call|calls|called|calling|dial|dialed|dialled|dialing|dialling|ring|phone|phoned|text)(?P<gap> )"
    r"(?P<phone>\d{3})\b(?![.,]?\d)",
    re.IGNORECASE,
)
_GROUPED = re.compile(  # cards, ISBN, social security: groups of figures that are no phone and no sum
    r"(?<![\w.,/-])(?:\d{4}(?P<gap>[ -])\d{4}(?P=gap)\d{4}(?P=gap)\d{4}|97[89]-\d{1,5}-\d{1,7}-\d{1,7}-[\dX]|"
    r"\d{3}-\d{2}-\d{4}|(?<=ISBN )\d{1,5}-\d{1,7}-\d{1,7}-[\dX])(?![\w-])"
)

_MARKS = {
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", "?": "question mark", "=": "equals",
    "#": "hash", "&": "ampersand",
    "%": "percent", "+": "plus", "~": "tilde", ":": "colon", "@": "at", ",": "comma", ";": "semicolon",
    "!": "exclamation mark",
    "*": "star", "$": "dollar", "\\": "backslash",
}  # fmt: skip
_PIECES = re.compile(r"[^\W\d_]+|\d+|[^\s\w]|_")
# An address longer than this is read up to its query: nobody can follow a page of figures and letters.
_MAX_SPOKEN_URL = 80


def _spelt(address: str) -> str:
    """An address piece by piece: letters as words, figures as numbers, marks by name."""
    said: list[str] = []
    for piece in _PIECES.findall(address):
        if piece[0].isdecimal():
            said.append(cardinal(int(piece)) if len(piece) <= 2 and piece[0] != "0" else digits(piece))
        else:
            said.append(_MARKS.get(piece, piece if piece[0].isalnum() else ""))
    return " ".join(word for word in said if word)


def _host(host: str) -> str:
    return _spelt(host).replace("www dot ", "W W W dot ") if host.lower().startswith("www") else _spelt(host)


def _url(match: re.Match[str], draft: Draft) -> Reading:
    host, tail = match["any_host"] or match["host"], match["tail"] or ""
    address = (host + tail).rstrip(".,;:!?'’)]}*_")
    if "(" in tail and match[0][len(match["scheme"] or "") + len(address) :].startswith(")"):
        address += ")"
    if match["host"] and not match["tail"] and host.split(".")[-1] in {"me", "in", "it", "at", "no", "us", "be"}:
        # "talk.It" and "look.at" are slips of typing far more often than addresses.
        return None
    start, end = match.start(), match.start() + len(match["scheme"] or "") + len(address)
    host_end = min(len(host), len(address))
    tail = address[host_end:].rstrip("/")
    if len(address) > _MAX_SPOKEN_URL:
        tail = tail.partition("?")[0].partition("#")[0][:_MAX_SPOKEN_URL]
    host_at = end - len(address)
    # The splitter takes an address and its full stop for one word.
    ends = re.match(r"[.!?][\"”’')]* +[\"“‘'(]?[A-Z]", draft.text[end : end + 8]) is not None
    edits = [Edit(start, host_at + host_end, _host(address[:host_end]), ends=ends and host_at + host_end == end)]
    if host_at + host_end < end:
        edits.append(Edit(host_at + host_end, end, " " + _spelt(tail) if tail else "", ends=ends))
    return edits


def _email(match: re.Match[str], draft: Draft) -> Reading:
    host = match["host"].rstrip(".-")
    end = match.start("host") + len(host)
    at = match.start("host") - 1
    return [
        Edit(match.start(), at, _spelt(match["local"])),
        Edit(at, at + 1, " at "),
        Edit(at + 1, end, _host(host)),
        *([Edit(*match.span("tail"), " " + _spelt(match["tail"]))] if match["tail"] else []),
    ]


def _handle(match: re.Match[str], draft: Draft) -> Reading:
    name = match["name"] or match["topic"]
    words = " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+", name)) or name
    words = re.sub(r"\d+", lambda figures: number(figures[0]), words)
    return f"at {words}" if match["name"] else f"hashtag {words}"


def _ip(match: re.Match[str], draft: Draft) -> Reading:
    return " dot ".join(digits(part) if ":" not in part else _port(part) for part in match[0].split("."))


def _port(part: str) -> str:
    last, _, port = part.partition(":")
    return f"{digits(last)} port {number(port)}"


def _version(match: re.Match[str], draft: Draft) -> Reading:
    parts = " point ".join(number(part) for part in match["parts"].split("."))
    return f"version {parts}" if match["v"] else parts


def _file(match: re.Match[str], draft: Draft) -> Reading:
    kind = match["kind"]
    said = kind if kind in {"doc", "zip", "gif", "log", "java"} else _letters(kind)
    return [
        Edit(match.start(), match.start("kind"), _spelt(match["stem"]) + " dot "),
        Edit(match.start("kind"), match.end(), said),
    ]


def _letters(kind: str) -> str:
    letters = kind.rstrip(DIGITS).upper()
    return f"{letters} {number(kind[len(letters) :])}" if kind[-1].isdecimal() else letters


def _phone(match: re.Match[str], draft: Draft) -> Reading:
    return _dictated(match["phone"], draft)


def _dictated(figures: str, draft: Draft) -> str:
    zero = "zero" if is_american(draft.language) else "oh"
    groups = re.findall(r"\d+", figures)
    said = ", ".join(_group(group, zero) for group in groups)
    return f"plus {said}" if figures.startswith("+") else said


def _group(group: str, zero: str) -> str:
    if group in {"800", "900"}:
        return f"{cardinal(int(group[0]))} hundred"
    return digits(group, zero)


def _lettered_phone(match: re.Match[str], draft: Draft) -> Reading:
    said = _dictated(match[0][: match.start("word") - match.start()].rstrip("-"), draft)
    word = match["word"]
    if word[:3].isdecimal():
        return f"{said}, {digits(word[:3])}, {word[4:].capitalize()}"
    if "-" in word:
        return f"{said}, " + " ".join(
            digits(part) if part.isdecimal() else part if len(part) < 2 else part.capitalize()
            for part in word.split("-")
        )
    return f"{said}, {word.capitalize()}"


def _secret(match: re.Match[str], draft: Draft) -> Reading:
    """ "ending in 8876": figure by figure, as one dictates it."""
    code = match["code"]
    letters = code.rstrip(DIGITS)
    said = digits(code[len(letters) :])
    return Edit(*match.span("code"), f"{letters} {said}" if letters else said)


def _short_phone(match: re.Match[str], draft: Draft) -> Reading:
    return Edit(*match.span("phone"), digits(match["phone"]))


def _grouped(match: re.Match[str], draft: Draft) -> Reading:
    return ", ".join(digits(group) if group != "X" else "X" for group in re.findall(r"\d+|X", match[0]))


def _link(match: re.Match[str], draft: Draft) -> Reading:
    return [Edit(match.start(), match.start("words"), ""), Edit(match.end("words"), match.end(), "")]


ADDRESS_RULES = (
    Rule(_LINK, _link, needs="["),
    Rule(_EMAIL, _email, needs="@"),
    Rule(_URL, _url, needs="."),
)
RULES = (
    Rule(_FILE, _file, needs="."),
    Rule(_IP, _ip, needs="."),
    Rule(_LETTERED_PHONE, _lettered_phone, needs="1"),
    Rule(_GROUPED, _grouped, needs=" -"),
    Rule(_PHONE, _phone, needs=DIGITS),
    Rule(_VERSION, _version, needs="."),
    Rule(_SECRET, _secret, needs=DIGITS),
    Rule(_SHORT_PHONE, _short_phone, needs=DIGITS),
    Rule(_HANDLE, _handle, needs="@#"),
)
