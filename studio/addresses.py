"""What this machine is called in its network, and the addresses a person types. Knows no server."""

import ipaddress
import socket
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a studio that runs can be opened. Each carries its token, where one is asked for.

    Attributes:
        here: for whoever started it, on this machine.
        network: for everybody else in the network; empty where only this machine reaches it.
        link: for everybody in the world; "" where there is no public link.
        fingerprint: of the studio's own certificate; "" without https.
    """

    here: str
    network: tuple[str, ...] = ()
    link: str = ""
    fingerprint: str = ""


def in_the_network() -> list[str]:
    """The addresses under which other devices reach this machine, those of version 4 first."""
    found: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = []
    running = psutil.net_if_stats()
    for name, entries in psutil.net_if_addrs().items():
        if name in running and not running[name].isup:
            continue
        for entry in entries:
            if entry.family in {socket.AF_INET, socket.AF_INET6}:
                address = ipaddress.ip_address(entry.address.partition("%")[0])
                if not (address.is_loopback or address.is_link_local or address.is_unspecified):
                    found.append(address)
    return [str(address) for address in sorted(set(found), key=lambda one: (one.version, int(one)))]


def names() -> list[str]:
    """What the machine calls itself, with and without the ending by which a network without a name server finds it."""
    name = socket.gethostname().lower().removesuffix(".local")
    return [name, f"{name}.local"]


def url(scheme: str, host: str, port: int, token: str = "") -> str:
    """An address to type; `host` is a name or an address of either version."""
    place = f"[{host}]" if ":" in host else host
    return f"{scheme}://{place}:{port}" + (f"/?token={token}" if token else "")
