"""The picture of an address is the one its library makes, and is shown where it can be scanned."""

import io

import segno
from rich.console import Console

from studio.addresses import Addresses
from studio.cli.telling.addresses import tell
from studio.cli.telling.qr_code import QUIET, qr_code

ADDRESS = "https://192.168.1.5:7860/?token=abcdefghijklmnopqrstuvwx"


def test_every_square_is_where_the_library_puts_it() -> None:
    squares: list[list[bool]] = []
    for line in qr_code(ADDRESS):
        squares += [[char in "▀█" for char in line], [char in "▄█" for char in line]]
    expected = [[bool(one) for one in row] for row in segno.make_qr(ADDRESS, error="l").matrix_iter(border=QUIET)]
    assert squares[: len(expected)] == expected
    assert not any(any(row) for row in squares[len(expected) :])


def told(width: int, **options: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, **options)  # type: ignore[arg-type]
    tell(console, Addresses("http://127.0.0.1:7860", (ADDRESS,), fingerprint="AB:CD"))
    return out.getvalue()


def test_it_is_drawn_on_a_terminal_where_it_fits_and_nowhere_else() -> None:
    colours = {"force_terminal": True, "color_system": "truecolor"}
    assert "█" in told(80, **colours)  # type: ignore[arg-type]
    assert "█" not in told(20, **colours)  # type: ignore[arg-type]
    assert "█" not in told(80)
    assert "AB:CD" in told(80)
