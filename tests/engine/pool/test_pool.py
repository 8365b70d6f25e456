"""The pool's promises: one thread a model, fair turns, cancel within one item, a budget, errors where they belong."""

import contextlib
import gc
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.errors import Cancelled, ModelError, ModelNotFound, OutOfMemory, WeightsError
from engine.pool import ModelPool
from engine.pool.places import Places
from engine.pool.stream import CAPACITY


@pytest.fixture(autouse=True)
def threads_change_often() -> Iterator[None]:
    """Ten thousand times as often as usual, so that races show."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-7)
    yield
    sys.setswitchinterval(usual)


def eventually(condition: Callable[[], bool], within_s: float = 120.0) -> bool:
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True


def test_a_stream_gives_every_item_in_order_and_ends(pool: ModelPool) -> None:
    stream = pool.stream("a-10", lambda model: model.count(100))
    assert list(stream) == list(range(100))
    assert list(stream) == []


def test_work_starts_only_when_it_is_a_models_turn_and_on_its_thread(pool: ModelPool) -> None:
    thread = pool.call("a-10", lambda model: (model.thread, threading.current_thread()))
    assert thread[0] is thread[1]
    assert thread[0] is not threading.current_thread()
    assert pool.call("b-10", lambda model: model.thread) is not thread[0]


def test_a_producer_runs_only_so_far_ahead_of_a_slow_consumer(pool: ModelPool) -> None:
    made: list[int] = []

    def work(model: Any) -> Any:
        for number in model.count(1000):
            made.append(number)
            yield number

    stream = pool.stream("a-10", work)
    next(stream)
    time.sleep(0.1)
    assert len(made) == CAPACITY + 1
    stream.close()


def test_streams_of_one_model_take_turns_item_by_item(pool: ModelPool) -> None:
    order: list[str] = []

    def work(name: str) -> Any:
        def run(model: Any) -> Any:
            for number in model.count(CAPACITY):  # all of them fit in the queue: no consumer decides the order
                order.append(name)
                yield number

        return run

    gate = threading.Event()
    pool.preload("a-10")
    block = threading.Thread(target=lambda: pool.call("a-10", lambda _: gate.wait(120)))
    block.start()
    assert eventually(lambda: pool.loaded()[0].streams == 1)
    streams = [pool.stream("a-10", work(name)) for name in "xyz"]
    gate.set()
    block.join()
    assert [list(stream) for stream in streams] == [list(range(CAPACITY))] * 3
    rounds = ["".join(sorted(order[start : start + 3])) for start in range(0, len(order), 3)]
    assert rounds == ["xyz"] * CAPACITY


def test_when_a_stream_or_a_call_is_over_its_model_is_idle(pool: ModelPool) -> None:
    """Whoever has heard the end may ask for another model, which needs the room."""
    for _ in range(300):
        assert list(pool.stream("a-60", lambda model: model.count(1))) == [0]
        assert [model.streams for model in pool.loaded()] == [0]
        pool.call("b-60", lambda model: 1)


def test_work_sent_while_the_model_is_told_to_go_is_never_lost(pool: ModelPool) -> None:
    stop = threading.Event()

    def unload() -> None:
        while not stop.is_set():
            pool.unload("a-10")

    unloader = threading.Thread(target=unload)
    unloader.start()
    done = 0
    for _ in range(400):
        try:
            done += pool.call("a-10", lambda _: 1)
            done += len(list(pool.stream("a-10", lambda model: model.count(1))))
        except Cancelled:
            done += 1
    stop.set()
    unloader.join()
    assert done >= 400


def test_a_consumer_that_never_reads_does_not_hold_up_another(pool: ModelPool) -> None:
    asleep = pool.stream("a-10", lambda model: model.count(10_000))
    assert next(asleep) == 0
    assert list(pool.stream("a-10", lambda model: model.count(500))) == list(range(500))
    assert pool.call("a-10", lambda _: "heard") == "heard"
    asleep.close()


def test_a_new_stream_is_heard_before_the_backlog_of_the_others(pool: ModelPool) -> None:
    made: list[str] = []

    def noted(name: str, items: int, item_s: float) -> Callable[[Any], Iterator[int]]:
        def work(model: Any) -> Iterator[int]:
            for number in model.count(items, item_s=item_s):
                made.append(name)
                yield number

        return work

    busy = [pool.stream("a-10", noted("busy", 1000, 0.02)) for _ in range(3)]
    for stream in busy:
        next(stream)
    drains = [threading.Thread(target=list, args=(stream,), daemon=True) for stream in busy]
    for drain in drains:
        drain.start()
    fresh = pool.stream("a-10", noted("fresh", 3, 0.0))
    asked = len(made)
    assert next(fresh) == 0
    assert made.index("fresh") - asked <= 1  # one item that was under way, not one of each stream
    for stream in (*busy, fresh):
        stream.close()
    for drain in drains:
        drain.join()


def test_errors_travel_behind_the_items_made_before_them(pool: ModelPool) -> None:
    stream = pool.stream("a-10", lambda model: model.count(10, fail_at=3))
    got: list[int] = []
    with pytest.raises(ZeroDivisionError, match="item 3"):
        for item in stream:
            got.append(item)
    assert got == [0, 1, 2]
    with pytest.raises(StopIteration):
        next(stream)
    assert list(pool.stream("a-10", lambda model: model.count(2))) == [0, 1], "the model must survive an error"


def test_an_error_before_the_first_item_and_a_work_that_is_no_generator(pool: ModelPool) -> None:
    def broken(model: Any) -> Any:
        raise KeyError("no such thing")

    with pytest.raises(KeyError):
        next(pool.stream("a-10", broken))
    assert list(pool.stream("a-10", lambda _: iter([1, 2]))) == [1, 2]
    with pytest.raises(TypeError):
        next(pool.stream("a-10", lambda _: 5))  # type: ignore[arg-type,return-value]
    with pytest.raises(KeyError):
        pool.call("a-10", broken)


def test_even_system_exit_inside_work_reaches_the_caller_and_not_the_thread(pool: ModelPool) -> None:
    def leave(model: Any) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        pool.call("a-10", leave)
    assert pool.call("a-10", lambda model: model.is_open)


def test_an_unknown_model_is_an_error_of_the_stream(pool: ModelPool) -> None:
    stream = pool.stream("nonsense", lambda model: iter(()))
    with pytest.raises(ModelNotFound):
        next(stream)
    with pytest.raises(ModelNotFound):
        pool.call("nonsense", lambda model: 1)
    with pytest.raises(ModelNotFound):
        pool.preload("nonsense")


def test_close_stops_the_work_within_one_item_and_on_the_models_thread(pool: ModelPool, school: Any) -> None:
    made: list[int] = []

    def work(model: Any) -> Iterator[int]:
        # Closed by hand: a generator that holds another does not close it at once.
        with contextlib.closing(model.count(1000, item_s=0.01)) as numbers:
            for number in numbers:
                made.append(number)
                yield number

    stream = pool.stream("a-10", work)
    next(stream)
    stream.close()
    count = len(made)
    assert eventually(lambda: bool(school.closed_generators))
    assert len(made) - count <= 1
    assert school.closed_generators == [("a-10", True)]
    assert list(stream) == []
    stream.close()
    assert pool.loaded()[0].streams == 0


def test_close_wakes_a_consumer_that_waits_on_another_thread(pool: ModelPool) -> None:
    release = threading.Event()

    def work(model: Any) -> Any:
        yield 0
        release.wait(240)
        yield 1

    stream = pool.stream("a-10", work)
    assert next(stream) == 0
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(lambda: next(stream, "ended"))
        time.sleep(0.05)
        stream.close()
        assert waiting.result(timeout=120) == "ended"  # though the item is still being made
        release.set()


def test_a_stream_that_is_only_forgotten_is_closed_too(pool: ModelPool, school: Any) -> None:
    stream = pool.stream("a-10", lambda model: model.count(10_000))
    next(stream)
    del stream
    gc.collect()
    assert eventually(lambda: bool(school.closed_generators))
    assert eventually(lambda: pool.loaded()[0].streams == 0)


def test_streams_forgotten_in_reference_cycles_never_deadlock_the_collector(pool: ModelPool) -> None:
    """The collector runs finalisers inside anybody's critical section; here it runs as often as it can."""
    thresholds = gc.get_threshold()
    gc.set_threshold(10, 1, 1)
    try:

        def forget(number: int) -> None:
            for _ in range(100):
                cycle: list[Any] = [pool.stream(f"{'abc'[number % 3]}-10", lambda model: model.count(5))]
                cycle.append(cycle)
                next(cycle[0])

        with ThreadPoolExecutor(4) as many:
            list(many.map(forget, range(4), timeout=60))
    finally:
        gc.set_threshold(*thresholds)
    gc.collect()
    assert eventually(lambda: all(model.streams == 0 for model in pool.loaded()))


def test_loading_happens_once_for_everybody_who_waits(pool: ModelPool, school: Any) -> None:
    school.before_load = lambda card: time.sleep(0.05)
    with ThreadPoolExecutor(8) as many:
        results = list(many.map(lambda n: list(pool.stream("a-10", lambda model: model.count(n))), range(8)))
    assert results == [list(range(n)) for n in range(8)]
    assert school.loads == ["a-10"]


def test_asking_for_a_stream_does_not_wait_for_the_model_to_load(pool: ModelPool, school: Any) -> None:
    release, was_released = threading.Event(), list[bool]()
    school.before_load = lambda card: was_released.append(release.wait(60))
    stream = pool.stream("a-10", lambda model: model.count(1))
    assert [model.is_ready for model in pool.loaded()] == [False]
    release.set()
    assert list(stream) == [0]
    assert was_released == [True], "the stream was given only after the wait for the model"
    assert [model.is_ready for model in pool.loaded()] == [True]


def test_a_failed_load_reaches_every_waiter_and_the_next_request_tries_again(pool: ModelPool, school: Any) -> None:
    ready = threading.Event()

    def torn(card: Any) -> None:
        ready.wait(120)
        raise WeightsError("model.safetensors is torn. Get the model again.")

    school.before_load = torn
    streams = [pool.stream("a-10", lambda model: model.count(1)) for _ in range(3)]
    with ThreadPoolExecutor(2) as many:
        calls = [many.submit(pool.call, "a-10", lambda model: 1) for _ in range(2)]
        assert eventually(lambda: pool.loaded()[0].streams == 5)
        ready.set()
        errors = [call.exception(timeout=120) for call in calls]
    for stream in streams:
        with pytest.raises(WeightsError, match="torn") as caught:
            next(stream)
        errors.append(caught.value)
    assert all(isinstance(error, WeightsError) for error in errors)
    assert len({id(error) for error in errors}) == 5, "one exception raised on many threads mixes their tracebacks"
    assert pool.loaded() == []
    school.before_load = lambda card: None
    assert list(pool.stream("a-10", lambda model: model.count(2))) == [0, 1]


def test_a_load_that_breaks_is_worded_for_a_person(pool: ModelPool, school: Any) -> None:
    def broken(card: Any) -> None:
        raise KeyError("decoder.weight")

    school.before_load = broken
    with pytest.raises(Exception, match="could not be started") as caught:
        pool.preload("a-10")
    assert isinstance(caught.value.__cause__, KeyError)

    def full(card: Any) -> None:
        raise RuntimeError("[metal::malloc] Attempting to allocate 9 bytes")

    school.before_load = full
    with pytest.raises(OutOfMemory):
        pool.preload("a-10")


@pytest.mark.parametrize("ending", ["failed", "evicted"])
def test_closing_waits_for_threads_that_are_gone_but_not_over(
    school: Any, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    gone, is_over = Places._gone, threading.Event()

    def slowly(places: Places, place: Any) -> None:
        gone(places, place)
        is_over.wait(0.3)

    def broken(card: Any) -> None:
        raise KeyError("decoder.weight")

    monkeypatch.setattr(Places, "_gone", slowly)
    with ModelPool(100, find=school.find, load=school.load) as pool:
        if ending == "failed":
            school.before_load = broken
            with pytest.raises(ModelError):
                pool.preload("a-60")
        else:
            pool.preload("a-60")
            pool.preload("b-60")
    names = [thread.name for thread in threading.enumerate()]
    assert not any(name.startswith("model") for name in names), names


def test_the_idle_model_used_longest_ago_makes_room(pool: ModelPool, school: Any) -> None:
    for model_id in ("a-40", "b-40", "a-40", "c-40"):
        pool.preload(model_id)
    assert school.unloads == ["b-40"]
    assert [model.id for model in pool.loaded()] == ["c-40", "a-40"]


def test_a_model_with_open_streams_never_goes(pool: ModelPool, school: Any) -> None:
    stream = pool.stream("a-40", lambda model: model.count(10_000))
    next(stream)
    pool.preload("b-40")
    pool.preload("c-40")
    assert school.unloads == ["b-40"]
    with pytest.raises(OutOfMemory, match=r"at work \(a\)"):
        pool.preload("d-70")
    assert {model.id for model in pool.loaded()} == {"a-40", "c-40"}, "nothing goes for a model that will not fit"
    stream.close()
    assert eventually(lambda: all(model.streams == 0 for model in pool.loaded()))
    pool.preload("d-70")
    assert [model.id for model in pool.loaded()] == ["d-70"]


def test_a_model_larger_than_the_budget_is_refused_at_once(pool: ModelPool, school: Any) -> None:
    pool.preload("a-100")
    with pytest.raises(OutOfMemory, match="Choose a smaller model"):
        pool.preload("z-101")
    assert school.unloads == []
    assert school.loads == ["a-100"]


def test_memory_is_given_back_before_the_next_model_loads(school: Any) -> None:
    most = 0

    def before_load(card: Any) -> None:
        nonlocal most
        most = max(most, school.alive() + 1)

    school.before_load = before_load
    with ModelPool(10, find=school.find, load=school.load) as pool:
        for round_ in range(30):
            assert pool.call(f"{'abcd'[round_ % 4]}-10", lambda model: model.is_open)
    assert most == 1
    assert school.faults == []


def test_unload_ends_open_streams_with_a_sentence_and_a_new_request_loads_again(pool: ModelPool, school: Any) -> None:
    stream = pool.stream("a-10", lambda model: model.count(10_000))
    next(stream)
    pool.unload("a-10")
    assert school.unloads == ["a-10"]
    with pytest.raises(Cancelled, match="unloaded"):
        list(stream)
    assert pool.loaded() == []
    assert pool.call("a-10", lambda model: model.is_open)
    pool.unload("never-loaded")


def test_close_ends_everything_and_refuses_more(school: Any) -> None:
    pool = ModelPool(100, find=school.find, load=school.load)
    stream = pool.stream("a-10", lambda model: model.count(10_000))
    next(stream)
    waiting = pool.stream("b-10", lambda model: model.count(10_000))
    pool.close()
    assert school.alive() == 0
    for open_stream in (stream, waiting, pool.stream("a-10", lambda model: model.count(1))):
        with pytest.raises(Cancelled):
            list(open_stream)
    with pytest.raises(Cancelled):
        pool.call("a-10", lambda model: 1)
    pool.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("model")]


def test_closing_while_a_model_loads_waits_for_it_and_leaves_nothing(school: Any) -> None:
    school.before_load = lambda card: time.sleep(0.1)
    pool = ModelPool(100, find=school.find, load=school.load)
    stream = pool.stream("a-10", lambda model: model.count(5))
    pool.close()
    assert school.loads == school.unloads == ["a-10"]
    with pytest.raises(Cancelled):
        next(stream)


def test_a_generator_that_fails_to_close_does_not_take_the_model_down(pool: ModelPool) -> None:
    def stubborn(model: Any) -> Any:
        try:
            yield from itertools.count()
        finally:
            raise OSError("cannot close")

    stream = pool.stream("a-10", stubborn)
    next(stream)
    stream.close()
    assert pool.call("a-10", lambda model: model.is_open)


def test_a_call_from_the_models_own_thread_is_refused_instead_of_waiting_for_ever(pool: ModelPool) -> None:
    with pytest.raises(RuntimeError, match="own thread"):
        pool.call("a-10", lambda model: pool.call("a-10", lambda _: 1))
    assert pool.call("a-10", lambda model: pool.call("b-10", lambda _: 2)) == 2


def test_an_idle_pool_does_not_use_the_processor(pool: ModelPool) -> None:
    stream = pool.stream("a-10", lambda model: model.count(1000))
    next(stream)
    time.sleep(0.05)
    before = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before < 0.05
    stream.close()
