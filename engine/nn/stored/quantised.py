"""Checkpoints whose matrices were made small: what config.json says of it, and layers that fit what the file holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from engine.errors import WeightsError


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How the matrices were made small; `layers` holds those that differ, None for one left as it was."""

    bits: int
    group_size: int
    layers: Mapping[str, "Quantisation | None"]

    def of(self, layer: str) -> "Quantisation | None":
        """How this layer was quantised."""
        return self.layers.get(layer, self)

    @classmethod
    def parse(cls, found: Any) -> "Quantisation | None":
        """From config.json's "quantization"; None where there is none.

        Raises:
            WeightsError: a way that is not known here.
            TypeError, ValueError: values that make no sense.
        """
        if not found:
            return None
        if not isinstance(found, dict) or found.get("mode", "affine") != "affine" or "bits" not in found:
            raise WeightsError(
                "This checkpoint is quantised in a way that is not supported. Use one of mlx-community's."
            )
        bits, group_size = int(found["bits"]), int(found.get("group_size", 64))
        layers: dict[str, Quantisation | None] = {}
        for name, special in found.items():
            if isinstance(special, dict):
                layers[name] = cls(int(special.get("bits", bits)), int(special.get("group_size", group_size)), {})
            elif special is False:
                layers[name] = None
        return cls(bits, group_size, layers)


def fit(model: nn.Module, quantisation: Quantisation, weights: Mapping[str, mx.array]) -> None:
    """Give quantised layers to those that the file holds quantised: those with `.scales`, whatever their name.

    Args:
        model: not loaded yet.
        quantisation: how they were quantised.
        weights: the file's arrays by the model's names.

    Raises:
        ValueError: bits or group sizes that there are not.
    """

    def choose(path: str, layer: nn.Module) -> bool | dict[str, int]:
        how = quantisation.of(path)
        if how is None or f"{path}.scales" not in weights or not hasattr(layer, "to_quantized"):
            return False
        return {"bits": how.bits, "group_size": how.group_size}

    nn.quantize(model, quantisation.group_size, quantisation.bits, class_predicate=choose)
