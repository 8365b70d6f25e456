"""What reading a language needs beyond the installation: the packages of the extras `ja` and `zh`. Data, and whether
they are here. Nothing is installed by this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Extra:
    """The packages one language's reader works with.

    Attributes:
        language: primary language subtag.
        name: of the language, for a person.
        by_hand: what a person gives to `pip install`, which brings the rest.
        pins: every package it takes beyond the studio's own, at the version that was tried ("jieba==0.42.1").
        modules: what can be imported once they are here.
        download_bytes: about how much that is.
    """

    language: str
    name: str
    by_hand: tuple[str, ...]
    pins: tuple[str, ...]
    modules: tuple[str, ...]
    download_bytes: int

    @property
    def is_here(self) -> bool:
        """Whether all of it can be imported."""
        return all(find_spec(module) is not None for module in self.modules)


EXTRAS: Mapping[str, Extra] = MappingProxyType(
    {
        "ja": Extra(
            "ja",
            "Japanese",
            ("pyopenjtalk-plus",),
            ("pyopenjtalk-plus==0.4.1.post10", "sudachipy==0.7.0", "sudachidict-core==20261015"),
            ("pyopenjtalk", "sudachipy", "sudachidict_core"),
            111 * 10**6,
        ),
        "zh": Extra(
            "zh",
            "Mandarin",
            ("jieba", "pypinyin"),
            ("jieba==0.42.1", "pypinyin==0.55.0"),
            ("jieba", "pypinyin"),
            20 * 10**6,
        ),
    }
)
"""Primary language subtag -> what its reader takes."""


def missing(language: str) -> Extra | None:
    """The extra a language's reader lacks; None where it has all, or needs none.

    Args:
        language: BCP 47 tag, lower case.
    """
    extra = EXTRAS.get(language.partition("-")[0])
    return None if extra is None or extra.is_here else extra
