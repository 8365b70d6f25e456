"""Blocking iterators awaited from an event loop."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from studio.api.bridge import Cancel, Pump


class Door:
    """Something an iterator waits on until it is closed from outside."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.closed = 0

    def close(self) -> None:
        self.closed += 1
        self.opened.set()


def test_items_come_in_order_and_the_end_once() -> None:
    async def run() -> list[int]:
        return [item async for item in Pump(lambda _: iter(range(1000)))]

    assert asyncio.run(run()) == list(range(1000))


def test_an_item_crosses_before_the_next_is_made() -> None:
    """It is handed on when it is there, and not gathered."""
    may_go_on = threading.Event()

    def stamps(_: Cancel) -> Iterator[int]:
        for number in range(100):
            yield number
            assert may_go_on.wait(120)
            may_go_on.clear()

    async def run() -> list[int]:
        heard: list[int] = []
        async for number in Pump(stamps):
            heard.append(number)
            may_go_on.set()
        return heard

    assert asyncio.run(run()) == list(range(100))


def test_the_thread_runs_only_a_few_items_ahead() -> None:
    made = 0

    def numbers(_: Cancel) -> Iterator[int]:
        nonlocal made
        while made < 10_000:
            made += 1
            yield made

    async def run() -> None:
        pump = Pump(numbers, depth=4)
        await anext(pump)
        await asyncio.sleep(0.1)
        assert made <= 7
        await pump.aclose()

    asyncio.run(run())


def test_an_error_comes_after_the_items_before_it() -> None:
    def failing(_: Cancel) -> Iterator[int]:
        yield 1
        raise ValueError("torn")

    async def run() -> None:
        pump = Pump(failing)
        assert await anext(pump) == 1
        with pytest.raises(ValueError, match="torn"):
            await anext(pump)
        with pytest.raises(StopAsyncIteration):
            await anext(pump)

    asyncio.run(run())


def test_a_cancelled_thread_wakes_cleans_up_and_ends() -> None:
    door, cleaned = Door(), threading.Event()

    def waiting(cancel: Cancel) -> Iterator[int]:
        cancel.closes(door)
        try:
            yield 1
            door.opened.wait()
            yield 2
        finally:
            cleaned.set()

    async def run() -> None:
        pump = Pump(waiting)
        assert await anext(pump) == 1
        await asyncio.wait_for(pump.aclose(), 1)
        pump.cancel()

    asyncio.run(run())
    assert door.closed == 1
    assert cleaned.is_set()


def test_a_cancelled_thread_wakes_when_nobody_takes_its_items() -> None:
    cleaned = threading.Event()

    def eager(_: Cancel) -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            cleaned.set()

    async def run() -> None:
        pump = Pump(eager)
        await asyncio.sleep(0.05)
        await asyncio.wait_for(pump.aclose(), 1)

    asyncio.run(run())
    assert cleaned.is_set()


def test_what_is_registered_after_the_cancel_is_closed_at_once() -> None:
    cancel, door = Cancel(), Door()
    cancel()
    cancel.closes(door)
    assert door.closed == 1


def test_a_thread_outlives_a_loop_that_ends_in_the_middle() -> None:
    ended = threading.Event()

    def endless(_: Cancel) -> Iterator[int]:
        try:
            yield from range(3)
            time.sleep(0.1)
        finally:
            ended.set()

    async def run() -> None:
        await anext(Pump(endless))

    asyncio.run(run())
    assert ended.wait(2)
