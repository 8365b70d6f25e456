"""How a model speaks, beyond its voice: speed, and for models that draw tokens the temperature, top p and seed.

Each is shown while the chosen model has it, and goes back to the model's own when another is chosen: what is not shown
is not sent behind one's back.
"""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from engine import controls, registry
from engine.errors import ModelNotFound
from engine.types import Sampling
from studio.page.doorway import kindly
from studio.page.turning import number, slider


@dataclass(frozen=True, slots=True)
class Manner:
    """The four components, and who is chosen first: a folder of a person's own is on no list."""

    model_id: str
    speed: gr.Slider
    temperature: gr.Slider
    top_p: gr.Slider
    seed: gr.Number

    @property
    def mirrored(self) -> dict[str, gr.Slider | gr.Number]:
        """By the names a script and the API know them under."""
        return {"speed": self.speed, "temperature": self.temperature, "top_p": self.top_p, "seed": self.seed}

    @property
    def initial(self) -> dict[str, Any]:
        """What a script knows before anything was changed, which models have one speed only, and which ones draw."""
        ids = [card.id for card in registry.cards("speak")]
        known = {
            "steady": [card.id for card in registry.cards("speak") if "speed" not in card.abilities],
            "drawing": [one for one in dict.fromkeys((*ids, self.model_id)) if own_sampling(one) is not None],
        }
        return {name: component.value for name, component in self.mirrored.items()} | known


def manner_fields(model_id: str, model: gr.Dropdown, prefix: str) -> Manner:
    """Lay them out.

    Args:
        model_id: which is chosen first.
        model: chooses another one.
        prefix: of the elements' ids.
    """
    sampling = own_sampling(model_id) or Sampling()
    speed = slider(controls.SPEED, visible=_has_speed(model_id), elem_id=f"{prefix}-speed")
    with gr.Accordion(
        "Advanced", open=False, visible=own_sampling(model_id) is not None, elem_id=f"{prefix}-drawn"
    ) as drawn:
        temperature = slider(controls.TEMPERATURE, sampling.temperature or 0)
        top_p = slider(controls.TOP_P, sampling.top_p or 1)
        seed = number(controls.SEED, 0)

    @kindly
    def other_model(chosen: str) -> tuple[gr.Slider, gr.Accordion, gr.Slider, gr.Slider]:
        own = own_sampling(chosen)
        told = own or Sampling()
        return (
            gr.Slider(visible=True) if _has_speed(chosen) else gr.Slider(value=1.0, visible=False),
            gr.Accordion(visible=own is not None),
            gr.Slider(value=told.temperature or 0),
            gr.Slider(value=told.top_p or 1),
        )

    model.input(
        other_model, [model], [speed, drawn, temperature, top_p], api_visibility="private", show_progress="hidden"
    )
    return Manner(model_id, speed, temperature, top_p, seed)


def own_sampling(model_id: str) -> Sampling | None:
    """How the model draws tokens unless it is told; None where it draws none, or is not known."""
    try:
        return registry.find(model_id).sampling
    except ModelNotFound:
        return None


def _has_speed(model_id: str) -> bool:
    try:
        return "speed" in registry.find(model_id).abilities
    except ModelNotFound:
        return True
