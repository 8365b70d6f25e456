"""Text without who and where: no homes, names of people and machines, addresses, tokens. For what is sent elsewhere.

Rather too much than too little: a version of four numbers looks like an address, and goes too.
"""

import getpass
import ipaddress
import os
import platform
import pwd
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

OURS = frozenset({"studio", "workers", "engine", "root", "local"})
"""Names of people and machines that are words of ours as well, and tell nobody anything."""
KEPT_ADDRESSES = frozenset({"127.0.0.1", "0.0.0.0", "::1", "::"})

_SECRETS = (
    (re.compile(r"(?<=://)[^/\s@\"']+@"), "<secret>@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{4,}"), r"\1 <secret>"),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:token|key|password|passwd|secret|cookie|session))([\"']?\s*[=:]\s*)[\"']?[^\s\"'&,;]+"
        ),
        r"\1\2<secret>",
    ),
    (re.compile(r"\b(?:hf|sk|pk|gh[pousr]|glpat|xox[a-z])[_-][\w-]{8,}"), "<secret>"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w.-]+"), "<secret>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}(?![\w-])"), "<secret>"),
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HOMES = re.compile(r"/(?:home|Users|var/home|export/home)/[^/\s\"':,;)]+|(?<![\w/])/root(?![\w-])")
_HOST_OF_URL = re.compile(r"(?<=://)(<secret>@)?(?!<|127\.0\.0\.1|localhost|0\.0\.0\.0)[^/\s\"':<>]+")
_HOST_BY_ENDING = re.compile(r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:local|lan|home|internal|corp|localdomain)(?![\w.(-])")
_FOUR_NUMBERS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_COLONS = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%\w+)?(?![\w:])")
_HARDWARE = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![\w:])")


class Scrubber:
    """text -> the text without them."""

    def __init__(
        self, homes: Iterable[str], people: Iterable[str], hosts: Iterable[str], secrets: Iterable[str]
    ) -> None:
        """Args: homes: folders.  people: user and login names.  hosts: names of machines.  secrets: as they are."""
        self._exact = [
            *((re.compile(re.escape(secret)), "<secret>") for secret in _longest_first(secrets)),
            *((re.compile(re.escape(home) + r"(?![\w-])"), "~") for home in _longest_first(homes) if len(home) > 1),
        ]
        self._names = [
            *((_whole(host), "<host>") for host in _longest_first(hosts) if host.lower() not in OURS),
            *((_whole(name), "<user>") for name in _longest_first(people) if name.lower() not in OURS),
        ]

    def __call__(self, text: str) -> str:
        """The text, with `~`, `<user>`, `<host>`, `<address>` and `<secret>` where something stood."""
        for pattern, stand_in in (*self._exact, *_SECRETS):
            text = pattern.sub(stand_in, text)
        text = _HOMES.sub("~", _EMAIL.sub("<address>", text))
        text = _COLONS.sub(_address, _FOUR_NUMBERS.sub(_address, _HARDWARE.sub("<address>", text)))
        text = _HOST_BY_ENDING.sub("<host>", _HOST_OF_URL.sub(r"\1<host>", text))
        for pattern, stand_in in self._names:
            text = pattern.sub(stand_in, text)
        return text


def this_machine(people: Iterable[str] = (), hosts: Iterable[str] = (), secrets: Iterable[str] = ()) -> Scrubber:
    """One that knows who is at work here and what the machine is called. Asks no network."""
    environment = os.environ
    homes = {str(Path.home()), str(Path.home().resolve()), environment.get("HOME", "")}
    names = {environment.get(name, "") for name in ("USER", "LOGNAME", "SUDO_USER")} | set(people)
    with suppress(OSError, KeyError, ImportError):
        names.add(getpass.getuser())
    with suppress(KeyError):
        mine = pwd.getpwuid(os.getuid())
        names |= {mine.pw_name, mine.pw_gecos.partition(",")[0]}
        homes.add(mine.pw_dir)
    node = platform.node()
    machines = {node, node.partition(".")[0], environment.get("HOSTNAME", "")} | set(hosts)
    return Scrubber(homes, names, machines, secrets)


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if len(word) > 1}, key=lambda word: (-len(word), word))


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE)


def _address(found: re.Match[str]) -> str:
    text = found[0].rstrip(".:") if "::" not in found[0][-2:] else found[0]
    if text in KEPT_ADDRESSES:
        return found[0]
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return found[0]
    return found[0].replace(text, "<address>")
