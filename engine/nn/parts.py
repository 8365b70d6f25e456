"""Builds layers from a checkpoint's named tensors: weight norm folded once, quantised linear layers kept quantised.

Tensors carry torch's names and layouts (convolutions [out, in, kernel]); a family renames what its other files hold.
"""

from collections.abc import Callable, Mapping

import mlx.core as mx

from engine.errors import WeightsError
from engine.nn.conv import Conv1d, ConvTranspose1d, fold_weight_norm
from engine.nn.halves import product
from engine.nn.learning.frozen_conv import FrozenConv1d
from engine.nn.learning.frozen_lstm import FrozenBiLSTM
from engine.nn.lstm import BiLSTM

Map = Callable[[mx.array], mx.array]


class Parts:
    """A checkpoint to take layers from.

    Args:
        weights: tensors by torch name.
        model: what the sentence about a missing tensor calls the model.
        bits, group_size: of quantised linear layers (those with `.scales` beside `.weight`).
        frozen: layers that something before them can be learned through; see `engine.nn.learning.frozen_conv`.
    """

    def __init__(
        self,
        weights: Mapping[str, mx.array],
        model: str,
        bits: int = 8,
        group_size: int = 64,
        frozen: bool = False,
    ) -> None:
        self.frozen = frozen
        self._weights = weights
        self._model = model
        self._bits, self._group_size = bits, group_size

    def has(self, name: str) -> bool:
        """Whether the checkpoint has this tensor."""
        return name in self._weights

    def array(self, name: str) -> mx.array:
        """A tensor as it is. Raises WeightsError when it is missing."""
        if name not in self._weights:
            raise WeightsError(f"The {self._model} checkpoint has no tensor {name}. Download the model again.")
        return self._weights[name]

    def weight(self, name: str) -> mx.array:
        """`name.weight`, from weight norm's two tensors where it was kept so."""
        for gain, direction in (("weight_g", "weight_v"), _PARAMETRIZED):
            if self.has(f"{name}.{direction}"):
                folded = fold_weight_norm(self.array(f"{name}.{gain}"), self.array(f"{name}.{direction}"))
                mx.eval(folded)
                return folded
        return self.array(f"{name}.weight")

    def bias(self, name: str) -> mx.array | None:
        """`name.bias`, if there is one."""
        return self.array(f"{name}.bias") if self.has(f"{name}.bias") else None

    def linear(self, name: str) -> Map:
        """[..., in] -> [..., out]"""
        bias = self.bias(name)
        if self.has(f"{name}.scales"):
            weight, scales = self.array(f"{name}.weight"), self.array(f"{name}.scales")
            offsets = self.array(f"{name}.biases")

            def quantised(x: mx.array) -> mx.array:
                y = mx.quantized_matmul(
                    x, weight, scales=scales, biases=offsets, group_size=self._group_size, bits=self._bits
                )
                return y if bias is None else y + bias

            return quantised
        matrix = self.array(f"{name}.weight").T
        return lambda x: product(x, matrix, bias)

    def embedding(self, name: str) -> mx.array:
        """A table [tokens, channels], dequantised."""
        weight = self.array(f"{name}.weight")
        if self.has(f"{name}.scales"):
            scales, offsets = self.array(f"{name}.scales"), self.array(f"{name}.biases")
            weight = mx.dequantize(weight, scales, offsets, group_size=self._group_size, bits=self._bits)
        return weight

    def layer_norm(self, name: str, eps: float, weight: str = "weight", bias: str = "bias") -> Map:
        """Over the last axis."""
        gamma, beta = self.array(f"{name}.{weight}"), self.array(f"{name}.{bias}")
        return lambda x: mx.fast.layer_norm(x, gamma, beta, eps)

    def conv(self, name: str, dilation: int = 1, depthwise: bool = False) -> Conv1d:
        """A convolution that keeps the length."""
        weight = self.weight(name).transpose(0, 2, 1)
        reach = (weight.shape[1] - 1) * dilation
        groups = weight.shape[0] if depthwise else 1
        kind = FrozenConv1d if self.frozen else Conv1d
        return kind(weight, self.bias(name), dilation, groups, (reach // 2, reach - reach // 2))

    def conv_transpose(self, name: str, stride: int, trim: tuple[int, int]) -> ConvTranspose1d:
        """Files hold [in, out, kernel]; weight norm is taken over each input channel."""
        return ConvTranspose1d(self.weight(name).transpose(1, 2, 0), self.bias(name), stride, trim)

    def strided(self, name: str, stride: int, padding: int) -> Map:
        """A downsampling convolution, for whole signals."""
        weight, bias = self.weight(name).transpose(0, 2, 1), self.bias(name)

        def convolve(x: mx.array) -> mx.array:
            y = mx.conv1d(x, weight, stride=stride, padding=padding)
            return y if bias is None else y + bias

        return convolve

    def lstm(self, name: str) -> BiLSTM:
        """A bidirectional layer."""
        ends = ("l0", "l0_reverse")
        ih = [self.array(f"{name}.weight_ih_{end}") for end in ends]
        hh = [self.array(f"{name}.weight_hh_{end}") for end in ends]
        bias = [self.array(f"{name}.bias_ih_{end}") + self.array(f"{name}.bias_hh_{end}") for end in ends]
        kind = FrozenBiLSTM if self.frozen else BiLSTM
        return kind((ih[0], ih[1]), (hh[0], hh[1]), (bias[0], bias[1]))


_PARAMETRIZED = ("parametrizations.weight.original0", "parametrizations.weight.original1")
