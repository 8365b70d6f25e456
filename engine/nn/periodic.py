"""Periodic functions that are fast on every MLX back end.

MLX's CPU back end calls the C library for each sine, sixteen times slower than a polynomial of whole arrays; on the GPU
its own sine is the fastest.
"""

import math
from collections.abc import Callable

import mlx.core as mx

from engine.nn.conv import on_gpu
from engine.nn.learning.own_slope import with_slope

# sin(pi r)^2 = u P(u) and sin(2 pi r) = r Q(u), u = r^2, for |r| <= 1/2: fitted with even error, to 6e-9 and 1e-9.
_SQUARED_SINE = (9.869602920, -32.46958111, 42.72538468, -30.08595236, 12.99072753, -3.272942302)
_SINE = (6.283185273, -41.34169707, 81.60502462, -76.70155116, 42.01616570, -14.86861066, 3.199693153)
# Adding it leaves no fraction in a float32 of modest size; taking it away again leaves the nearest whole number.
_WHOLE = 12582912.0


def snake(alpha: mx.array, frozen: bool = False) -> Callable[[mx.array], mx.array]:
    """x + sin(alpha x)^2 / alpha, with one alpha a channel: [1, 1, C].

    Args:
        alpha: of each channel.
        frozen: with a derivative of its own, for who learns something before it: the polynomials' would keep each of
            their steps.

    Source: Ziyin and others 2020, arXiv:2006.08195.
    """
    inverse, turns = 1.0 / alpha, alpha / math.pi
    mx.eval(inverse, turns)
    if on_gpu():
        return mx.compile(lambda x: x + inverse * mx.square(mx.sin(alpha * x)), shapeless=True)

    def by_polynomial(x: mx.array) -> mx.array:
        square = mx.square(_fraction(x * turns))
        return x + inverse * (square * _polynomial(square, _SQUARED_SINE))

    if not frozen:
        return by_polynomial
    return with_slope(by_polynomial, lambda x, given, _: given * (1 + sine_of_turns(x * turns)))


def snake_beta(alpha: mx.array, beta: mx.array) -> Callable[[mx.array], mx.array]:
    """x + sin(e^alpha x)^2 / e^beta, with an alpha and a beta a channel: [C].

    Source: Lee and others 2022, arXiv:2206.04658 (BigVGAN), logarithmic scales.
    """
    frequency, inverse = mx.exp(alpha), 1.0 / (mx.exp(beta) + 1e-9)
    turns = frequency / math.pi
    mx.eval(frequency, inverse, turns)
    if on_gpu():
        return mx.compile(lambda x: x + inverse * mx.square(mx.sin(frequency * x)), shapeless=True)

    def by_polynomial(x: mx.array) -> mx.array:
        square = mx.square(_fraction(x * turns))
        return x + inverse * (square * _polynomial(square, _SQUARED_SINE))

    return by_polynomial


def sine_of_turns(turns: mx.array) -> mx.array:
    """sin(2 pi turns)"""
    if on_gpu():
        return mx.sin(2 * math.pi * turns)
    rest = _fraction(turns)
    return rest * _polynomial(mx.square(rest), _SINE)


def _fraction(x: mx.array) -> mx.array:
    """What lies between x and the nearest whole number; it rises as x does, and the whole number stands."""
    return x - mx.stop_gradient((x + _WHOLE) - _WHOLE)


def _polynomial(x: mx.array, terms: tuple[float, ...]) -> mx.array:
    y = x * terms[-1] + terms[-2]
    for term in reversed(terms[:-2]):
        y = y * x + term
    return y
