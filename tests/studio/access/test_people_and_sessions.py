"""Keys and cookies."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
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
