"""Work on rows is done once each, errors come out, and NumPy's products have their threads back afterwards."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nn.processor import cores


@given(rows=st.integers(0, 500), block=st.integers(1, 200), count=st.integers(1, 4))
def test_every_row_once(rows: int, block: int, count: int) -> None:
    seen: list[tuple[int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cores, "cores", lambda: count)
        cores.spread(lambda start, end: seen.append((start, end)), rows, block)
    assert sorted(at for start, end in seen for at in range(start, end)) == list(range(rows))
    assert all(end - start <= block for start, end in seen)


def test_two_threads_work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "cores", lambda: 2)
    both = threading.Barrier(2)
    cores.spread(lambda start, end: both.wait(timeout=30), 2, 1)  # alone, it would break


@pytest.mark.parametrize("bad", [0, 7])
def test_an_error_comes_out_and_threads_are_given_back(bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "cores", lambda: 2)
    threads = 3
    asked: list[int] = []

    def put(count: int) -> None:
        nonlocal threads
        threads = count
        asked.append(count)

    monkeypatch.setattr(cores, "_product_threads", lambda: (lambda: threads, put))

    def work(start: int, end: int) -> None:
        assert threads == 1
        if start == bad:
            raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        cores.spread(work, 8, 1)
    assert asked == [1, 3]


def test_one_inside_another_gives_the_threads_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(cores, "_product_threads", lambda: (lambda: 2, asked.append))
    with cores.single_products(), cores.single_products():
        assert asked == [1]
    assert asked == [1, 2]
