"""Where a machine has several people, the studio asks for a token even there."""

import io
import pwd
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pydantic import SecretStr
from rich.console import Console

from studio.addresses import Addresses
from studio.cli.accounts import has_several_people, with_token
from studio.cli.run import what_no_token_means
from studio.cli.telling.addresses import tell
from studio.cli.telling.opening import open_with_token
from studio.settings import Settings


def account(name: str, uid: int, shell: str = "/bin/bash") -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", uid, uid, "", f"/home/{name}", shell))


ROOT, NOBODY = account("root", 0), account("nobody", 65534, "/bin/sh")
ADA, BOB = account("ada", 1000), account("bob", 1001, "/bin/zsh")


@pytest.mark.parametrize(
    ("accounts", "platform", "several"),
    [
        ([ROOT, NOBODY], "linux", False),
        ([ROOT, ADA, NOBODY], "linux", False),
        ([ROOT, ADA, BOB], "linux", True),
        ([ROOT, ADA, account("ada-too", 1000)], "linux", False),
        ([ADA, account("backup", 1002, "/usr/sbin/nologin"), account("old", 1003, "/bin/false")], "linux", False),
        ([ADA, account("daemon", 999)], "linux", False),
        ([account("ada", 501), account("bob", 502), account("_spotlight", 89)], "darwin", True),
        ([account("ada", 501), account("guest", 502, "/usr/bin/false")], "darwin", False),
    ],
)
def test_people_are_accounts_that_can_log_in(accounts: list[pwd.struct_passwd], platform: str, several: bool) -> None:
    assert has_several_people(accounts, platform) is several


def test_a_machine_with_several_people_asks_and_what_was_set_stays() -> None:
    assert with_token(Settings(), several=True).token is True
    assert with_token(Settings(), several=False).token is None
    assert with_token(Settings(token=False), several=True).token is False
    assert with_token(Settings(users={"ada": SecretStr("a key")}), several=True).token is None


def test_what_no_token_means_is_said_where_somebody_would_be_asked() -> None:
    assert "account on this machine" in what_no_token_means(Settings(token=False), several=True)
    assert "in the network" in what_no_token_means(Settings(token=False, host="0.0.0.0"), several=False)
    assert what_no_token_means(Settings(token=False), several=False) == ""
    assert what_no_token_means(Settings(host="0.0.0.0"), several=True) == ""


def test_a_browser_is_given_a_token_by_way_of_a_private_file() -> None:
    opened: list[str] = []
    open_with_token("http://127.0.0.1:7860", opened.append)
    open_with_token("http://127.0.0.1:7860/?token=secret", opened.append)
    assert opened[0] == "http://127.0.0.1:7860"
    assert "secret" not in opened[1]
    file = Path(unquote(urlsplit(opened[1]).path))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "http://127.0.0.1:7860/?token=secret" in file.read_text()
    file.unlink()


def told(addresses: Addresses, has_logins: bool = False) -> str:
    out = io.StringIO()
    tell(Console(file=out, width=40), addresses, has_logins=has_logins)
    return out.getvalue()


def test_one_person_on_one_machine_reads_one_line() -> None:
    assert told(Addresses("http://127.0.0.1:7860")) == "Speech Studio is at http://127.0.0.1:7860\n"


def test_addresses_are_told_whole_and_for_whom() -> None:
    said = told(
        Addresses(
            "http://127.0.0.1:7860/?token=mine",
            ("http://192.168.1.5:7860/?token=theirs", "http://[fd00::5]:7860/?token=theirs"),
            "https://a.example/?token=t",
        )
    )
    for address in (
        "127.0.0.1:7860/?token=mine\n",
        "192.168.1.5:7860/?token=theirs\n",
        "http://[fd00::5]:7860/?token=theirs\n",
        "a.example/?token=t\n",
    ):
        assert address in said
    assert "guest" in said
    assert "token" not in told(Addresses("http://127.0.0.1:7860", ("http://192.168.1.5:7860",)), has_logins=True)
