"""Guessing keys is slow: a wrong answer waits, the longer the more of them came from one address or for one name.

A right key is never refused, whoever else guesses: it is looked at first, and only wrong ones are counted here.
"""

import asyncio
import ipaddress
import math
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable

from studio.access.errors import Refusal, TooMany, Unauthorised

FREE = 3
"""Wrong answers that come at once: a typing mistake costs nothing."""
FIRST_DELAY_S = 0.25
MAX_DELAY_S = 5.0
MAX_FAILURES = 10
"""After so many the answer to a wrong key is "too many" instead of "wrong"."""
WINDOW_S = 300.0
MAX_REMEMBERED = 10_000
MAX_WAITING = 64
"""Answers that wait at once; a guesser cannot fill the studio with connections that stand."""

Sleep = Callable[[float], Awaitable[None]]


class Attempts:
    """Counts wrong keys by address and by name, in a sliding window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        """Args: clock: seconds that only grow.  sleep: waits; tests hand in one that does not."""
        self._clock = clock
        self._sleep = sleep
        self._failures: dict[str, deque[float]] = {}
        self._waiting = 0
        self._lock = threading.Lock()

    async def refuse(self, address: str, sentence: str, name: str = "") -> Refusal:
        """Note a wrong key, wait, and say what to answer.

        Args:
            address: where it came from.
            sentence: what is told while there were not too many.
            name: whose key it should have been; "" when nobody was named.

        Returns:
            Unauthorised with the sentence, or TooMany.
        """
        counters = [f"address {_network(address)}", *([f"name {name}"] if name else [])]
        with self._lock:
            times = max((self._noted(counter) for counter in counters), key=len)
            count, wait_s = len(times), max(1, math.ceil(times[0] + WINDOW_S - self._clock()))
            is_crowded = self._waiting >= MAX_WAITING
            self._waiting += not is_crowded
        if not is_crowded:
            try:
                if count > FREE:
                    await self._sleep(min(MAX_DELAY_S, FIRST_DELAY_S * 2 ** (count - FREE - 1)))
            finally:
                with self._lock:
                    self._waiting -= 1
        if is_crowded or count > MAX_FAILURES:
            return TooMany(
                f"Too many wrong keys were tried. A right one still opens; other tries wait {wait_s} seconds.", wait_s
            )
        return Unauthorised(sentence)

    def _noted(self, counter: str) -> deque[float]:
        """The recent failures of one counter, with one more."""
        # Taken out and put in again: what is used stays, what is oldest goes.
        times = self._failures.pop(counter, None) or deque[float](maxlen=MAX_FAILURES + 1)
        present = self._clock()
        while times and times[0] < present - WINDOW_S:
            times.popleft()
        times.append(present)
        self._failures[counter] = times
        if len(self._failures) > MAX_REMEMBERED:
            self._failures.pop(next(iter(self._failures)))
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
