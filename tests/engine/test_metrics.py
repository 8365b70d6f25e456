"""One meaning for each word."""

import math

from engine.metrics import rtf, tokens_per_second


def test_rtf_below_one_is_faster_than_real_time() -> None:
    assert rtf(compute_s=1.0, audio_s=4.0) == 0.25


def test_rtf_of_no_audio_is_infinite() -> None:
    assert math.isinf(rtf(1.0, 0.0))


def test_tokens_per_second_is_zero_before_any_time_has_passed() -> None:
    assert tokens_per_second(10, 0.0) == 0.0
    assert tokens_per_second(10, 2.0) == 5.0
