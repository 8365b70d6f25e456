"""When a recogniser is said not to keep pace: by sound that waits, and for how long, as plain numbers."""

import pytest

from studio.api.live_pace import Moment, Pace, is_behind


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        (Moment(0, 10, 6.5), Moment(6, 16, 12.5), True),  # a microphone, three and a half seconds late all the time
        (Moment(0, 10, 6.5), Moment(5, 15, 11.5), False),  # not for long enough
        (Moment(0, 10, 6.5), Moment(6, 16, 13.5), False),  # it has caught up
        (Moment(0, 10, 8.5), Moment(6, 16, 12.5), False),  # it was not late then
        (Moment(0, 10, 6.5), Moment(6, 22, 18.5), False),  # sent twice as fast as it is spoken
        (Moment(0, 10, 6), Moment(20, 15, 11), True),  # sent in a hurry, and heard slower than it is spoken
        (Moment(0, 0, 0), Moment(100, 100, 100), False),
    ],
)
def test_the_rule(since: Moment, now: Moment, expected: bool) -> None:
    assert is_behind(since, now) is expected


def told(moments: list[Moment]) -> list[bool]:
    pace = Pace()
    return [pace.falls_behind(moment) for moment in moments]


def test_it_is_said_once() -> None:
    late = [Moment(float(at), float(at), at - 4.0) for at in range(10, 60)]
    assert sum(told(late)) == 1
    assert told(late).index(True) == 6


def test_one_moment_in_time_begins_the_count_anew() -> None:
    hiccups = [Moment(float(at), float(at), at - (0.5 if at % 5 == 0 else 4.0)) for at in range(10, 60)]
    assert not any(told(hiccups))


def test_sound_that_was_kept_back_is_not_counted() -> None:
    pace = Pace()
    assert not pace.falls_behind(Moment(0, 10, 6))
    pace.restart()
    assert not pace.falls_behind(Moment(10, 20, 16))
