"""Takes as one PNG: a waveform each, and what it differs from the whole in. Knows samples and ink."""

import io
import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.compare.measures import difference
from engine.compare.ways import NAMES, Take
from engine.types import Samples

WIDTH, ROW, MARGIN = 1040, 92, 20
NAME_HEIGHT = 28
PAPER, INK, SOFT, LINE, ACCENT, BAD = "#fffdf9", "#1d1f20", "#5c5953", "#e0d9cd", "#17545a", "#9b3424"
SCALE = 2
"""Drawn this much larger and made smaller again: Pillow's lines have no soft edges."""


def picture(takes: Sequence[Take]) -> bytes:
    """A PNG of all takes, the first one being the whole; on paper, so that it can be looked at anywhere."""
    rows: list[tuple[str, Samples, tuple[int, ...], str, float]] = []
    loudest = max((float(np.abs(take.samples).max(initial=0.0)) for take in takes), default=0.0) or 1.0
    for take in takes:
        length = f"{len(take.samples) / take.sample_rate:.3f} s"
        chunks = "one chunk" if not take.joins else f"{len(take.joins) + 1} chunks"
        rows.append((f"{NAMES[take.way]}   {length}, {chunks}", take.samples, take.joins, ACCENT, 1 / loudest))
    for take in takes[1:]:
        left = difference(take.samples, takes[0].samples)
        most = float(np.abs(left).max(initial=0.0))
        gain = 10.0 ** math.floor(-math.log10(most)) if most else 1.0
        told = f"{most:.2g} at most, drawn {gain:,.0f} times enlarged" if most else "none: sample for sample the same"
        rows.append((f"{NAMES[take.way]} less whole   {told}", left, (), BAD, gain))
    longest = max(len(samples) for _, samples, _, _, _ in rows)
    height = MARGIN * 2 + len(rows) * (ROW + NAME_HEIGHT)
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=17 * SCALE)
    top = MARGIN
    for name, samples, joins, colour, gain in rows:
        pen.text((MARGIN * SCALE, top * SCALE), name, fill=INK, font=font)
        _draw(pen, samples, joins, longest, top + NAME_HEIGHT, colour, gain)
        top += ROW + NAME_HEIGHT
    target = io.BytesIO()
    image.resize((WIDTH, height), Image.Resampling.LANCZOS).save(target, "PNG", optimize=True)
    return target.getvalue()


def _draw(
    pen: ImageDraw.ImageDraw,
    samples: Samples,
    joins: tuple[int, ...],
    longest: int,
    top: int,
    colour: str,
    gain: float,
) -> None:
    room = (WIDTH - 2 * MARGIN) * SCALE
    left, middle, reach = MARGIN * SCALE, (top + ROW / 2 - 4) * SCALE, (ROW / 2 - 8) * SCALE
    pen.line([(left, middle), (left + room, middle)], fill=LINE, width=SCALE)
    for join in joins:
        x = left + join / max(1, longest) * room
        pen.line([(x, middle - reach), (x, middle + reach)], fill=LINE, width=SCALE)
    for x, (low, high) in enumerate(_envelope(samples, longest, room)):
        if low or high:
            up, down = (min(1.0, max(-1.0, value * gain)) for value in (high, low))
            pen.line([(left + x, middle - up * reach), (left + x, middle - down * reach)], fill=colour, width=1)


def _envelope(samples: Samples, longest: int, room: int) -> list[tuple[float, float]]:
    """The lowest and the highest sample behind each column of `longest` samples spread over `room` columns."""
    edges = np.linspace(0, longest, room + 1).astype(int)
    columns: list[tuple[float, float]] = []
    for start, end in pairwise(edges):
        part = samples[start : max(end, start + 1)]
        if not len(part):
            break
        columns.append((float(part.min()), float(part.max())))
    return columns
