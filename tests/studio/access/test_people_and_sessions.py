"""Keys and cookies."""

import json
import sqlite3
import string
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
from studio.access.endings import REFRESH_S, Endings
from studio.access.people import People, Person
from studio.access.sessions import GUEST_LIFETIME_S, Sessions, _encode  # pyright: ignore[reportPrivateUsage]
from studio.library.db import migrate, open_database

ADA, BOB = Person("ada"), Person("bob")
COOKIE_ALPHABET = string.ascii_letters + string.digits + "-_=."


def people() -> People:
    return People({"ada": "clé à molette", "bob": "another secret"})


def test_a_key_opens_for_its_owner_only() -> None:
    assert people().by_key("clé à molette") == ADA
    assert people().by_key("another secret") == BOB
    assert people().by_key("") is None
    assert people().by_key("clé à molett") is None
    assert people().by_name_and_key("ada", "clé à molette") == ADA
    assert people().by_name_and_key("bob", "clé à molette") is None


@pytest.mark.parametrize("keys", [{"": "x"}, {"ada": ""}, {"ada": " "}, {"ada": "same", "bob": "same"}])
def test_settings_that_cannot_tell_people_apart_are_refused(keys: dict[str, str]) -> None:
    with pytest.raises(OptionError):
        People(keys)


def test_a_cookie_names_its_owner_until_logout() -> None:
    sessions = Sessions(people(), "secret")
    first, second = sessions.issue(ADA), sessions.issue(ADA)
    assert sessions.person(first) == ADA
    sessions.revoke(first)
    assert sessions.person(first) is None
    assert sessions.person(second) == ADA


def test_a_login_lasts_a_week_and_a_guest_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    day, begun = 24 * 3600, time.time()
    sessions = Sessions(people(), "secret")
    login, guest = sessions.issue(ADA), sessions.issue(ADA, GUEST_LIFETIME_S)
    for days, is_in, guest_is_in in (
        (6.99, True, True),
        (7.01, False, True),
        (364.9, False, True),
        (365.1, False, False),
    ):
        monkeypatch.setattr("studio.access.sessions.time.time", lambda days=days: begun + days * day)
        assert (sessions.person(login) == ADA, sessions.person(guest) == ADA) == (is_in, guest_is_in)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that is up to date."""
    migrate(found := f"sqlite:///{tmp_path / 'studio.db'}")
    return found


def started(url: str, clock: Callable[[], float] = time.time) -> Sessions:
    """The sessions of a studio that was just started on this database."""
    endings = Endings(clock)
    endings.keep_in(open_database(url))
    return Sessions(people(), "secret", endings=endings)


def test_a_logout_survives_a_restart(url: str) -> None:
    sessions = started(url)
    gone, kept = sessions.issue(ADA), sessions.issue(ADA)
    sessions.revoke(gone)
    assert started(url).person(gone) is None
    assert started(url).person(kept) == ADA


def test_logging_out_everywhere_survives_a_restart_and_is_for_one_person(url: str) -> None:
    sessions = started(url)
    ada, also_ada, bob = sessions.issue(ADA), sessions.issue(ADA), sessions.issue(BOB)
    sessions.revoke_all(ada)
    for one in (sessions, started(url)):
        assert [one.person(cookie) for cookie in (ada, also_ada, bob)] == [None, None, BOB]
        assert one.person(one.issue(ADA)) == ADA
    sessions.revoke_all(also_ada)  # a cookie that is over ends nothing
    assert started(url).person(sessions.issue(ADA)) == ADA


def test_another_studio_on_the_same_database_hears_of_a_logout(url: str) -> None:
    clock = [time.time()]
    other = started(url, lambda: clock[0])
    cookie = other.issue(ADA)
    started(url).revoke(cookie)
    clock[0] += REFRESH_S
    assert other.person(cookie) is None


def test_a_cookie_of_an_older_version_is_still_good(url: str) -> None:
    sessions = started(url)
    claims = _encode(json.dumps(["ada", int(time.time()) + 1000, "0123456789abcdef"]).encode())
    cookie = f"{claims}.{sessions._signature(claims, 'ada')}"  # pyright: ignore[reportPrivateUsage]
    assert sessions.person(cookie) == ADA
    sessions.revoke_all(cookie)
    assert sessions.person(cookie) is None


def test_a_logout_holds_where_it_cannot_be_written_down(url: str, tmp_path: Path) -> None:
    sessions = started(url)
    cookie = sessions.issue(ADA)
    with sqlite3.connect(tmp_path / "studio.db") as database:
        database.execute("DROP TABLE endedlogin")
    sessions.revoke(cookie)
    assert sessions.person(cookie) is None


def test_a_cookie_expires() -> None:
    sessions = Sessions(people(), "secret", lifetime_s=0)
    cookie = sessions.issue(ADA)
    time.sleep(1.1)
    assert sessions.person(cookie) is None


def test_a_cookie_dies_with_the_key_the_secret_and_the_person() -> None:
    cookie = Sessions(people(), "secret").issue(ADA)
    assert Sessions(people(), "secret").person(cookie) == ADA
    assert Sessions(people(), "other").person(cookie) is None
    assert Sessions(People({"ada": "changed"}), "secret").person(cookie) is None
    assert Sessions(People({"bob": "another secret"}), "secret").person(cookie) is None


@given(st.text(max_size=300) | st.text(alphabet="ABab01-_.=", max_size=200))
def test_no_text_is_a_cookie_by_accident(text: str) -> None:
    assert Sessions(people(), "secret").person(text) is None


@given(place=st.integers(0, 10_000), step=st.integers(1, len(COOKIE_ALPHABET) - 1))
def test_a_changed_cookie_is_no_cookie(place: int, step: int) -> None:
    """A cookie carries its time, so what is drawn must not look at it."""
    sessions = Sessions(people(), "secret")
    cookie = sessions.issue(ADA)
    at = place % len(cookie)
    other = COOKIE_ALPHABET[(COOKIE_ALPHABET.index(cookie[at]) + step) % len(COOKIE_ALPHABET)]
    forged = cookie[:at] + other + cookie[at + 1 :]
    assert sessions.person(forged) is None
