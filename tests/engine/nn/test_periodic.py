"""Sines by polynomial are sines."""

import mlx.core as mx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.nn.periodic import sine_of_turns, snake


@given(st.floats(-60, 60, width=32), st.floats(0.015625, 16, width=32))
def test_a_snake_is_x_and_a_squared_sine(x: float, alpha: float) -> None:
    ours = snake(mx.array([[[alpha]]]))(mx.array([[[x]]])).item()
    # What a single-precision sine can know of its angle, and one rounding of the sum.
    known = (abs(alpha * x) * 2.4e-7 + 1e-6) / alpha + abs(x) * 1.2e-7
    assert abs(ours - (x + np.sin(float(alpha) * float(x)) ** 2 / alpha)) <= known


@given(st.floats(-500, 500, width=32))
def test_turns_come_round(turns: float) -> None:
    known = 1e-6 + abs(turns) * 2.4e-7
    assert abs(sine_of_turns(mx.array([turns])).item() - np.sin(2 * np.pi * float(turns))) <= known


def test_damage_stays_visible() -> None:
    assert np.isnan(sine_of_turns(mx.array([np.nan, np.inf]))).all()
