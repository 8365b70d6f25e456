"""Small pieces of English sentences that are made of what a table or a number says."""

from collections.abc import Iterable

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *before, final = list(names) or [""]
    return f"{', '.join(before)} {last} {final}" if before else final


def counted(number: int, thing: str) -> str:
    """`one try`, `three tries`, `20 tries`: a noun of one word, with its number in words where that is short."""
    said = _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"
    if number == 1:
        return f"{said} {thing}"
    return f"{said} {thing[:-1]}ies" if thing.endswith("y") and thing[-2] not in "aeiou" else f"{said} {thing}s"


def size_text(size_bytes: int) -> str:
    """A size for a person: "312 MB", "2.4 GB"."""
    if size_bytes >= 999_500_000:
        return f"{size_bytes / 1e9:.1f} GB"
    if size_bytes >= 999_500:
        return f"{size_bytes / 1e6:.0f} MB"
    return f"{max(1, round(size_bytes / 1000))} kB"
