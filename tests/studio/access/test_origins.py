"""Names this studio answers to, and pages that may speak to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.access.errors import Forbidden, WrongHost
from studio.access.origins import Hosts, check_origin, host_name


def answers(hosts: Hosts, header: str) -> bool:
    try:
        hosts.check(header)
    except WrongHost:
        return False
    return True


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("127.0.0.1:7860", "127.0.0.1"),
        ("LOCALHOST", "localhost"),
        ("localhost.:80", "localhost"),
        ("[::1]:7860", "::1"),
        ("::1", "::1"),
        ("studio.example:443", "studio.example"),
        ("", ""),
        ("evil.example/127.0.0.1", ""),
        ("user@127.0.0.1", ""),
        ("127.0.0.1:port", ""),
        ("127.0.0.1:7860:7860", ""),
        ("127.0.0.1#x", ""),
    ],
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(
    ("bound", "header", "expected"),
    [
        ("127.0.0.1", "127.0.0.1:7860", True),
        ("127.0.0.1", "localhost:9999", True),
        ("127.0.0.1", "[::1]:7860", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "192.168.1.5:7860", False),
        ("127.0.0.1", "127.0.0.1.nip.io", False),
        ("0.0.0.0", "192.168.1.5:7860", True),
        ("0.0.0.0", "[fe80::1]:7860", True),
        ("0.0.0.0", "evil.example:7860", False),
        ("192.168.1.5", "192.168.1.5", True),
        ("192.168.1.5", "192.168.1.6", False),
    ],
)
def test_host_matrix(bound: str, header: str, expected: bool) -> None:
    assert answers(Hosts(bound), header) is expected


def test_further_names_come_from_the_settings_and_the_public_link() -> None:
    hosts = Hosts("127.0.0.1", ["Studio.Example"])
    assert answers(hosts, "studio.example:8443")
    assert not answers(hosts, "abc.gradio.live")
    hosts.add_shared("abc.gradio.live")
    assert answers(hosts, "abc.gradio.live")
    assert hosts.is_shared("abc.gradio.live")
    assert not hosts.is_shared("127.0.0.1")


@given(st.text(max_size=60))
def test_any_host_header_is_answered_or_refused_never_an_accident(header: str) -> None:
    answers(Hosts("0.0.0.0"), header)


SAME = "http://127.0.0.1:7860"
OTHER = "https://evil.example"


@pytest.mark.parametrize(
    ("method", "origin", "site", "mode", "expected"),
    [
        ("POST", None, None, None, True),  # a program
        ("POST", SAME, "same-origin", "cors", True),
        ("POST", OTHER, "cross-site", "no-cors", False),
        ("POST", OTHER, None, None, False),  # an old browser
        ("POST", "null", "cross-site", "cors", False),  # a sandboxed frame
        ("POST", "http://127.0.0.1:3000", "same-site", "cors", False),  # another program's page on this machine
        ("POST", "http://localhost:7860", None, None, False),
        ("POST", None, "cross-site", "navigate", False),  # a form on another page
        ("DELETE", None, "none", None, True),
        ("GET", None, "cross-site", "navigate", True),  # a link
        ("GET", None, "cross-site", "no-cors", False),  # an <audio> on another page
        ("GET", OTHER, "cross-site", "cors", False),
        ("GET", None, "none", "navigate", True),
        ("GET", None, "same-origin", "no-cors", True),
        ("WEBSOCKET", SAME, "same-origin", "websocket", True),
        ("WEBSOCKET", OTHER, None, None, False),
        ("WEBSOCKET", OTHER, "cross-site", "websocket", False),
        ("WEBSOCKET", None, "cross-site", "navigate", False),
        ("WEBSOCKET", None, None, None, True),
        ("POST", "http://127.0.0.1:7860@evil.example", None, None, False),
        ("POST", "file://", None, None, False),
    ],
)
def test_origin_matrix(method: str, origin: str | None, site: str | None, mode: str | None, expected: bool) -> None:
    if expected:
        check_origin(method, "127.0.0.1:7860", origin, site, mode)
    else:
        with pytest.raises(Forbidden):
            check_origin(method, "127.0.0.1:7860", origin, site, mode)


def test_default_ports_are_the_same_as_none() -> None:
    check_origin("POST", "studio.example", "https://studio.example", None, None)
    check_origin("POST", "studio.example:443", "https://studio.example", None, None)
    with pytest.raises(Forbidden):
        check_origin("POST", "studio.example:8443", "https://studio.example", None, None)
