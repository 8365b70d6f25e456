"""A control of the engine as a field of a request's schema: its bounds, its default and its help."""

from typing import Any

from pydantic import Field

from engine.controls import Control


def field_of(control: Control, default: float | None = None) -> Any:
    """A pydantic field.

    Args:
        control: whose.
        default: where the door's own is another than the control's.
    """
    return Field(
        control.default if default is None else default,
        ge=control.low,
        le=control.high,
        description=f"{control.told[0].upper()}{control.told[1:]}.",
    )
