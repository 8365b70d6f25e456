"""What the tests of voices share: segments made of plain sentences."""

from collections.abc import Callable

import pytest

from engine.text.segment import TextSegment

Segmented = Callable[[str], TextSegment]


@pytest.fixture
def segment() -> Segmented:
    """A text as one segment whose offsets are its own."""

    def made(text: str, index: int = 0) -> TextSegment:
        return TextSegment(index, text, (0, len(text)), 0.25, "sentence", range(len(text) + 1))

    return made
