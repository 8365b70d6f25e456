"""What is known of something, by name in brackets or behind a dot, as either kind of program has it."""

from collections.abc import Iterator, Mapping
from typing import Any


class Fields(Mapping[str, Any]):
    """A mapping whose keys are attributes too; frozen."""

    __slots__ = ("_known",)

    def __init__(self, **known: Any) -> None:
        object.__setattr__(self, "_known", known)

    def __getitem__(self, name: str) -> Any:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __getattr__(self, name: str) -> Any:
        # Not through self: copying asks before there is anything.
        known: dict[str, Any] = object.__getattribute__(self, "_known")
        if name not in known:
            raise AttributeError(f"There is no {name} here, but {', '.join(known)}.")
        return known[name]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("These cannot be set.")

    def __reduce__(self) -> Any:
        return _made, (self._known,)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._known.items())})"


def _made(known: dict[str, Any]) -> Fields:
    return Fields(**known)
