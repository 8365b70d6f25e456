"""What a program sends, as a schema that ignores nothing in silence: a field that nobody knows is refused with the
nearest name that is known, and the names that other libraries have for one are taken."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict, model_validator

_SHOWN = 40


class Refused(ValueError):
    """Raised in a validator: one whole sentence for the person, and the field it is about."""

    def __init__(self, sentence: str, param: str) -> None:
        super().__init__(sentence)
        self.param = param


class Asked(BaseModel):
    """The base of every body, form and message that a program sends.

    Attributes:
        other_names: what others call a field -> its name here.
    """

    model_config = ConfigDict(extra="forbid")

    other_names: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _named_as_here(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        named: dict[str, Any] = {}
        written: dict[str, str] = {}
        for name, value in cast("dict[str, Any]", sent).items():
            known = cls.other_names.get(name, name)
            if known not in cls.model_fields:
                raise Refused(unknown(name, [*cls.model_fields, *cls.other_names]), name[:_SHOWN])
            # Clients send null for what they do not set.
            if known in named and value is not None and named[known] not in (None, value):
                raise Refused(f"`{written[known]}` and `{name}` say different things; give one of them.", name)
            if named.get(known) is None:
                named[known], written[known] = value, name
        return named


def unknown(name: str, known: Sequence[str]) -> str:
    """The sentence about a field that nobody knows, with the nearest of those that are known."""
    nearest = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    told = f"There is no field `{name[:_SHOWN]}` here"
    return f"{told}; did you mean `{nearest[0]}`?" if nearest else f"{told}; leave it out."
