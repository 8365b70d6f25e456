"""What this machine is called in its network."""

import socket
from types import SimpleNamespace

import psutil
import pytest

from studio import addresses


def test_the_addresses_that_others_reach_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(address: str) -> SimpleNamespace:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return SimpleNamespace(family=family, address=address)

    cards = {
        "lo": [entry("127.0.0.1"), entry("::1")],
        "eth0": [
            entry("2001:db8::5"),
            entry("192.168.1.5"),
            entry("fe80::1%eth0"),
            SimpleNamespace(family=17, address="a:b"),
        ],
        "wlan0": [entry("10.0.0.7"), entry("192.168.1.5"), entry("169.254.1.1")],
        "off0": [entry("10.9.9.9")],
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: cards)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: {name: SimpleNamespace(isup=name != "off0") for name in cards})
    assert addresses.in_the_network() == ["10.0.0.7", "192.168.1.5", "2001:db8::5"]


def test_an_address_is_typed_as_browsers_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert addresses.url("https", "2001:db8::5", 7860, "t") == "https://[2001:db8::5]:7860/?token=t"
    assert addresses.url("http", "10.0.0.7", 7860) == "http://10.0.0.7:7860"
    monkeypatch.setattr(socket, "gethostname", lambda: "Ada-Mac.local")
    assert addresses.names() == ["ada-mac", "ada-mac.local"]
