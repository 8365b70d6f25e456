"""Sizes the tests share."""

import pytest

from engine.tts.base import SegmentLimits


@pytest.fixture
def roomy() -> SegmentLimits:
    """Limits that divide no ordinary sentence."""
    return SegmentLimits(first_chars=400, target_chars=400, max_chars=500)
