"""An address as a picture in the terminal, for a phone's camera."""

import segno
from rich.console import Console
from rich.text import Text

QUIET = 2
"""Light squares around it, without which cameras do not find it."""
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_code(address: str) -> list[str]:
    """The lines of the picture, two rows of squares in each; dark squares are drawn."""
    rows = [[bool(square) for square in row] for row in segno.make_qr(address, error="l").matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return ["".join(_HALVES[pair] for pair in zip(*rows[y : y + 2], strict=True)) for y in range(0, len(rows), 2)]


def show(console: Console, address: str) -> None:
    """Draw it where somebody looks and it fits; dark on light, whatever the terminal's colours."""
    lines = qr_code(address)
    if not console.is_terminal or console.color_system is None or len(lines[0]) > console.width:
        return
    for line in lines:
        console.print(Text(line, style="#000000 on #ffffff"))
