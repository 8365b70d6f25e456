"""Many threads, random schedules, small budgets: whatever happens, nothing is lost, doubled, left behind or stuck."""

import gc
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as StateBundle
from hypothesis.stateful import RuleBasedStateMachine, consumes, invariant, rule

from engine.errors import Cancelled, GenerationError, OutOfMemory
from engine.pool import ModelPool, Stream

MODELS = ["a-30", "b-30", "c-40", "d-60", "e-5"]


@pytest.mark.parametrize("seed", range(4))
def test_random_work_from_many_threads(pool: ModelPool, school: Any, seed: int) -> None:
    def flaky(card: Any) -> None:
        if dice.random() < 0.1:
            raise GenerationError("not this time")

    dice = random.Random(seed)
    school.before_load = flaky
    outcomes: list[str] = []

    def one(number: int) -> None:
        luck = random.Random(seed * 1000 + number)
        for _ in range(40):
            outcomes.append(act(luck, luck.choice(MODELS)))

    def act(luck: random.Random, model_id: str) -> str:
        items = luck.randrange(30)
        what = luck.choice(["all", "all", "some", "fail", "call", "unload", "forget", "race"])
        try:
            if what == "unload":
                pool.unload(model_id)
            elif what == "call":
                assert pool.call(model_id, lambda model: model.card.id) == model_id
            elif what == "fail":
                with pytest.raises(ZeroDivisionError):
                    list(pool.stream(model_id, lambda model: model.count(items + 1, fail_at=items)))
            else:
                stream = pool.stream(model_id, lambda model: model.count(items))
                if what == "all":
                    assert list(stream) == list(range(items))
                elif what == "race":
                    threading.Timer(luck.random() / 500, stream.close).start()
                    got = list(stream)
                    assert got == list(range(len(got)))
                elif items:
                    assert next(stream) == 0
                if what == "some":
                    stream.close()
        except (OutOfMemory, Cancelled, GenerationError) as exc:
            return type(exc).__name__
        return what

    with ThreadPoolExecutor(12) as many:
        for future in [many.submit(one, number) for number in range(12)]:
            future.result(timeout=60)
    gc.collect()
    assert outcomes.count("all") > 20
    assert sum(model.memory_bytes for model in pool.loaded()) <= pool.budget_bytes
    for model in list(pool.loaded()):
        pool.preload(model.id)
    # Every generator that was begun was also closed, on its own thread.
    assert all(on_own_thread for _, on_own_thread in school.closed_generators)


@given(sizes=st.lists(st.integers(0, 60), min_size=1, max_size=6), reads=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_interleaved_reading_gives_each_stream_its_own_items(pool: ModelPool, sizes: list[int], reads: Any) -> None:
    streams = {number: pool.stream("a-10", lambda m, n=size: m.count(n)) for number, size in enumerate(sizes)}
    got: dict[int, list[int]] = {number: [] for number in streams}
    while streams:
        number = reads.draw(st.sampled_from(sorted(streams)))
        try:
            got[number].append(next(streams[number]))
        except StopIteration:
            del streams[number]
    assert got == {number: list(range(size)) for number, size in enumerate(sizes)}


class PoolMachine(RuleBasedStateMachine):
    """One consumer thread against a plain model of what the pool should be."""

    streams = StateBundle("streams")

    def __init__(self) -> None:
        super().__init__()
        self.school = SCHOOL()
        self.pool = ModelPool(100, find=self.school.find, load=self.school.load)
        self.open: dict[int, str] = {}

    @rule(target=streams, model_id=st.sampled_from(MODELS), items=st.integers(0, 40))
    def begin(self, model_id: str, items: int) -> "tuple[Stream[int], int, list[int]]":
        stream = self.pool.stream(model_id, lambda model: model.count(items))
        return stream, items, []

    @rule(stream=streams, count=st.integers(1, 20))
    def read(self, stream: "tuple[Stream[int], int, list[int]]", count: int) -> None:
        source, items, got = stream
        for _ in range(count):
            try:
                got.append(next(source))
            except (StopIteration, OutOfMemory, Cancelled):
                break
        assert got == list(range(len(got)))
        assert len(got) <= items

    @rule(stream=consumes(streams))
    def close(self, stream: "tuple[Stream[int], int, list[int]]") -> None:
        stream[0].close()
        assert list(stream[0]) == []

    @rule(model_id=st.sampled_from(MODELS))
    def unload(self, model_id: str) -> None:
        self.pool.unload(model_id)
        assert model_id not in [model.id for model in self.pool.loaded()]

    @rule(model_id=st.sampled_from(MODELS))
    def preload(self, model_id: str) -> None:
        try:
            self.pool.preload(model_id)
        except OutOfMemory:
            assert any(model.streams for model in self.pool.loaded()), "refused though all others were idle"
        else:
            assert model_id in [model.id for model in self.pool.loaded()]

    @invariant()
    def the_budget_holds(self) -> None:
        assert sum(model.memory_bytes for model in self.pool.loaded()) <= 100

    def teardown(self) -> None:
        self.pool.close()
        assert self.school.faults == []
        assert self.school.alive() == 0


def SCHOOL() -> Any:
    """Set by the fixture below: pytest's conftest is no module one can import."""
    raise NotImplementedError


@pytest.fixture(autouse=True)
def _school_class(school: Any) -> None:
    globals()["SCHOOL"] = type(school)


TestPoolMachine = PoolMachine.TestCase
TestPoolMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
