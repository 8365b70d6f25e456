"""A control of the engine as something to turn on the page: its usual range, its default, its words."""

from typing import Any

import gradio as gr

from engine.controls import Control


def slider(control: Control, value: float | None = None, **options: Any) -> gr.Slider:
    """A slider over the control's usual range.

    Args:
        control: what is turned.
        value: where it stands first; None is the control's default.
        options: of the component.
    """
    low, high = control.usual or (control.low, control.high)
    return gr.Slider(low, high, value=_first(control, value), step=control.step, **_words(control), **options)


def number(control: Control, value: float | None = None, **options: Any) -> gr.Number:
    """A field for a number within the control's bounds; as `slider`."""
    return gr.Number(
        _first(control, value), precision=0 if control.is_whole else None,
        minimum=control.low, maximum=control.high, **_words(control), **options,
    )  # fmt: skip


def _first(control: Control, value: float | None) -> float | None:
    return control.default if value is None else value


def _words(control: Control) -> dict[str, str | None]:
    label = f"{control.label}, {control.unit}" if control.unit else control.label
    return {"label": label, "info": f"{control.help[:1].upper()}{control.help[1:]}" or None}
