"""SEANet, the convolutions of Mimi and its kin: samples to slow frames and back, strictly causal both ways.

Which layers there are, how long their kernels and how wide, is read from a checkpoint's tensors; a stride is half its
kernel. On a GPU MLX computes, on a processor NumPy, the same numbers.

Source: Défossez et al. 2022, arXiv:2210.13438; Défossez et al. 2024, arXiv:2410.00037.
"""

from typing import Literal

import mlx.core as mx
import mlx.nn as nn

from engine.errors import WeightsError
from engine.nn.conv import Conv1d, ConvTranspose1d, Layer, Pointwise, Residual, Sequential
from engine.nn.parts import Parts
from engine.nn.processor.host import Floats, seen
from engine.nn.processor.streams import HostConv, HostLayer, HostPointwise, HostResidual, HostTranspose, elu
from engine.nn.strided import StridedConv1d

Kind = Literal["conv", "down", "up", "residual", "elu"]


def layout(parts: Parts, name: str, is_encoder: bool) -> list[tuple[Kind, str]]:
    """The layers of `name.model` in order, each with its name in the checkpoint.

    Raises:
        WeightsError: there are none.
    """
    found: list[tuple[Kind, str]] = []
    last = max((at for at in range(64) if parts.has(f"{name}.model.{at}.conv.weight")), default=-1)
    if last < 0:
        raise WeightsError(f"The checkpoint has no {name}. Get the model again.")
    for at in range(last + 1):
        layer = f"{name}.model.{at}"
        if parts.has(f"{layer}.block.1.conv.weight"):
            found.append(("residual", layer))
        elif not parts.has(f"{layer}.conv.weight"):
            found.append(("elu", layer))
        elif at in (0, last):
            found.append(("conv", f"{layer}.conv"))
        else:
            found.append(("down" if is_encoder else "up", f"{layer}.conv"))
    return found


def layers(parts: Parts, name: str, is_encoder: bool) -> list[Layer]:
    """For MLX."""
    return [_layer(parts, kind, layer) for kind, layer in layout(parts, name, is_encoder)]


def host_layers(parts: Parts, name: str, is_encoder: bool) -> list[HostLayer]:
    """For NumPy."""
    return [_host_layer(parts, kind, layer) for kind, layer in layout(parts, name, is_encoder)]


def _layer(parts: Parts, kind: Kind, name: str) -> Layer:
    if kind == "elu":
        return Pointwise(nn.elu)
    if kind == "residual":
        inner = [_layer(parts, "conv", f"{name}.block.{at}.conv") for at in (1, 3)]
        return Residual(Sequential([Pointwise(nn.elu), inner[0], Pointwise(nn.elu), inner[1]]))
    weight, bias = parts.array(f"{name}.weight"), parts.bias(name)
    kernel = weight.shape[2]
    if kind == "up":
        stride = kernel // 2
        return ConvTranspose1d(weight.transpose(1, 2, 0), bias, stride, (0, kernel - stride))
    if kind == "down":
        return StridedConv1d(weight.transpose(0, 2, 1), bias, kernel // 2)
    return Conv1d(weight.transpose(0, 2, 1), bias, padding=(kernel - 1, 0))


def _host_layer(parts: Parts, kind: Kind, name: str) -> HostLayer:
    if kind == "elu":
        return HostPointwise(elu)
    if kind == "residual":
        first, second = (_host_layer(parts, "conv", f"{name}.block.{at}.conv") for at in (1, 3))
        return HostResidual([HostPointwise(elu), first, HostPointwise(elu), second])
    weight, bias = host_array(parts, f"{name}.weight"), host_bias(parts, name)
    stride = weight.shape[2] // 2
    if kind == "up":
        return HostTranspose(weight.transpose(1, 2, 0), bias, stride)
    return HostConv(weight.transpose(0, 2, 1), bias, stride if kind == "down" else 1)


def host_array(parts: Parts, name: str) -> Floats:
    """A tensor as NumPy sees it, float32."""
    array = parts.array(name)
    mx.eval(array)
    return seen(array)


def host_bias(parts: Parts, name: str) -> Floats | None:
    """`name.bias`, if there is one."""
    return host_array(parts, f"{name}.bias") if parts.has(f"{name}.bias") else None
