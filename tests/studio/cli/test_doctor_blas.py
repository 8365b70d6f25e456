"""The doctor says what MLX multiplies with."""

from pathlib import Path

import pytest

from engine.blas import Choice
from studio.cli import doctor

HERE = Path("/usr/lib/libblas.so.3")


@pytest.mark.parametrize(
    ("choice", "stands", "said", "mend"),
    [
        (Choice("distribution", HERE, "0.3.29", "Zen"), True, "the distribution's OpenBLAS 0.3.29 for Zen", ""),
        (Choice("distribution", HERE), True, "the distribution's OpenBLAS", ""),
        (
            Choice("studio", HERE, "0.3.34", "Zen", "It is new."),
            True,
            "studio's OpenBLAS 0.3.34 for Zen. It is new.",
            "",
        ),
        (
            Choice("studio", HERE, "0.3.34"),
            False,
            "its own slow BLAS: the studio's OpenBLAS cannot be loaded",
            "make install",
        ),
        (Choice("mlx", why="There is no room."), False, "its own slow BLAS. There is no room.", "sudo apt install"),
    ],
)
def test_which_products(monkeypatch: pytest.MonkeyPatch, choice: Choice, stands: bool, said: str, mend: str) -> None:
    monkeypatch.setattr(doctor, "chosen", lambda: choice)
    monkeypatch.setattr(doctor, "stand_in", lambda: stands)
    found = doctor._products("0.32 on cpu")
    assert found.ok
    assert found.found.startswith("0.32 on cpu, with ")
    assert found.found.endswith(said)
    assert found.mend.startswith(mend)
    assert bool(found.mend) == bool(mend)
