"""How often somebody may guess a key: wrong attempts counted per address in a sliding window."""

import ipaddress
import math
import threading
import time
from collections import deque

from studio.access.errors import TooMany

MAX_FAILURES = 10
WINDOW_S = 300.0
MAX_ADDRESSES = 10_000


class Attempts:
    """Counts failures; while an address has too many, even the right key is not looked at."""

    def __init__(self, max_failures: int = MAX_FAILURES, window_s: float = WINDOW_S) -> None:
        self._max_failures = max_failures
        self._window_s = window_s
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def check(self, address: str) -> None:
        """Let an attempt through.

        Raises:
            TooMany: this address guessed wrong too often.
        """
        with self._lock:
            times = self._recent(_network(address))
            if len(times) < self._max_failures:
                return
            wait_s = max(1, math.ceil(times[0] + self._window_s - time.monotonic()))
        raise TooMany(f"Too many wrong logins from your address; try again in {wait_s} seconds.", wait_s)

    def failed(self, address: str) -> None:
        """Note a wrong attempt."""
        network = _network(address)
        with self._lock:
            times = self._recent(network)
            times.append(time.monotonic())
            if network not in self._failures and len(self._failures) >= MAX_ADDRESSES:
                # The oldest entry goes: memory stays bounded whoever knocks.
                self._failures.pop(next(iter(self._failures)))
            self._failures[network] = times

    def _recent(self, network: str) -> deque[float]:
        times = self._failures.get(network) or deque[float](maxlen=self._max_failures)
        horizon = time.monotonic() - self._window_s
        while times and times[0] < horizon:
            times.popleft()
        if not times:
            self._failures.pop(network, None)
        return times


def _network(address: str) -> str:
    """One counter for all the addresses one IPv6 subscriber has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
