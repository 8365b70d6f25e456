"""A folder of models that are here by name."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.present import put

Have = Callable[..., Path]


@pytest.fixture
def have(tmp_path: Path) -> Have:
    """have("kokoro", "mlx-community/whisper-small-asr-fp16") -> a models folder with them."""
    return partial(put, tmp_path)
