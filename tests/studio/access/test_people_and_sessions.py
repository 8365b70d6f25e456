"""Keys, cookies and guessing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
from studio.access.attempts import Attempts
from studio.access.errors import TooMany
from studio.access.people import People, Person
from studio.access.sessions import Sessions

ADA, BOB = Person("ada"), Person("bob")


def people() -> People:
    return People({"ada": "clé à molette", "bob": "another secret"})


def test_a_key_opens_for_its_owner_only() -> None:
    assert people().by_key("clé à molette") == ADA
    assert people().by_key("another secret") == BOB
    assert people().by_key("") is None
    assert people().by_key("clé à molett") is None
    assert people().by_name_and_key("ada", "clé à molette") == ADA
    assert people().by_name_and_key("bob", "clé à molette") is None


@pytest.mark.parametrize("keys", [{"": "x"}, {"ada": ""}, {"ada": "same", "bob": "same"}])
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


@given(st.data())
def test_a_changed_cookie_is_no_cookie(data: st.DataObject) -> None:
    sessions = Sessions(people(), "secret")
    cookie = sessions.issue(ADA)
    at = data.draw(st.integers(0, len(cookie) - 1))
    other = data.draw(st.sampled_from("ABCabc019-_.").filter(lambda char: char != cookie[at]))
    forged = cookie[:at] + other + cookie[at + 1 :]
    assert sessions.person(forged) is None


def test_guessing_is_slowed_down_and_forgiven_later() -> None:
    attempts = Attempts(max_failures=3, window_s=0.3)
    for _ in range(3):
        attempts.check("10.0.0.1")
        attempts.failed("10.0.0.1")
    with pytest.raises(TooMany) as refused:
        attempts.check("10.0.0.1")
    assert refused.value.retry_after_s >= 1
    attempts.check("10.0.0.2")
    time.sleep(0.4)
    attempts.check("10.0.0.1")


def test_one_ipv6_subscriber_is_one_guesser() -> None:
    attempts = Attempts(max_failures=2)
    attempts.failed("2001:db8:1:2::1")
    attempts.failed("2001:db8:1:2:ffff::9")
    with pytest.raises(TooMany):
        attempts.check("2001:db8:1:2:3:4:5:6")
    attempts.check("2001:db8:1:3::1")


def test_memory_for_guessers_is_bounded() -> None:
    attempts = Attempts()
    for number in range(20_100):
        attempts.failed(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(attempts._failures) <= 10_000
