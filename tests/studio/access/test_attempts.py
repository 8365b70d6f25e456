"""Guessing: wrong answers wait, by a clock of the test's own."""

import asyncio

from studio.access.attempts import MAX_DELAY_S, MAX_REMEMBERED, MAX_WAITING, WINDOW_S, Attempts
from studio.access.errors import Refusal, TooMany


class Clock:
    """Time that passes when somebody waits for it."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def guesses(attempts: Attempts, count: int, address: str = "10.0.0.1", name: str = "") -> list[Refusal]:
    async def guess() -> list[Refusal]:
        return [await attempts.refuse(address, "wrong", name) for _ in range(count)]

    return asyncio.run(guess())


def test_a_guesser_waits_longer_and_longer_and_is_forgiven_later() -> None:
    clock = Clock()
    attempts = Attempts(clock, clock.sleep)
    assert [answer.status for answer in guesses(attempts, 12)] == [401] * 10 + [429] * 2
    assert clock.waits == sorted(clock.waits)
    assert (len(clock.waits), clock.waits[-1]) == (9, MAX_DELAY_S)  # three mistakes are free
    last = guesses(attempts, 1)[0]
    assert isinstance(last, TooMany)
    assert 0 < last.retry_after_s <= WINDOW_S
    assert guesses(attempts, 1, "10.0.0.2")[0].status == 401
    clock.now_s += WINDOW_S + 1
    clock.waits.clear()
    assert guesses(attempts, 1)[0].status == 401
    assert clock.waits == []


def test_one_name_guessed_from_many_addresses_is_slow_as_well() -> None:
    clock = Clock()
    attempts = Attempts(clock, clock.sleep)
    answers = [guesses(attempts, 1, f"10.0.0.{n}", "ada")[0] for n in range(12)]
    assert answers[-1].status == 429
    assert guesses(attempts, 1, "10.0.1.1", "bob")[0].status == 401


def test_one_ipv6_subscriber_is_one_guesser() -> None:
    clock = Clock()
    attempts = Attempts(clock, clock.sleep)
    answers = [guesses(attempts, 1, f"2001:db8::{n}")[0] for n in range(1, 13)]
    assert answers[-1].status == 429
    assert guesses(attempts, 1, "2001:db8:0:1::1")[0].status == 401


def test_memory_for_guessers_is_bounded() -> None:
    clock = Clock()
    attempts = Attempts(clock, clock.sleep)
    for n in range(MAX_REMEMBERED + 100):
        attempts._noted(f"address {n}")  # pyright: ignore[reportPrivateUsage]
    assert len(attempts._failures) == MAX_REMEMBERED  # pyright: ignore[reportPrivateUsage]


def test_no_more_answers_wait_than_the_studio_can_hold() -> None:
    async def crowd() -> list[Refusal]:
        gate = asyncio.Event()

        async def sleep(_: float) -> None:
            await gate.wait()

        attempts = Attempts(lambda: 0.0, sleep)
        waiting = [asyncio.create_task(attempts.refuse("10.0.0.1", "wrong")) for _ in range(MAX_WAITING + 3)]
        await asyncio.sleep(0)
        one_more = await attempts.refuse("10.0.0.9", "wrong")
        gate.set()
        return [one_more, *await asyncio.gather(*waiting)]

    assert asyncio.run(crowd())[0].status == 429
