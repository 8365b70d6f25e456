"""Kokoro-82M's 8 bit ONNX export -> a checkpoint under the names and in the layouts of hexgrad's, in half precision.

What the export did to the weights, and how it is undone:
- Weight norm was folded before quantisation. The folded tensor becomes `weight_v` and its norm `weight_g`: folding the
  two gives it back. A channel that 8 bits left nothing of has the norm 0; its `weight_v` is ones, so that 0 / 0 never
  comes up.
- Linear layers, convolutions, LSTMs and embeddings are 8 bit whole numbers with a scale and a zero point, one of each a
  tensor, an output channel or a direction. Equal constants were merged, so a layer's zero point may carry another
  layer's name: the graph says which constant belongs to which layer, names alone do not.
- Linear layers stand transposed, some under made-up names ("onnx::MatMul_6547"). LSTMs stand transposed, both
  directions together, their gates in the order i, o, f, g (torch: i, f, g, o), their biases in one row.
- The affine part of the adaptive norms' instance norm is gone. It never was in the checkpoint: it is 1 and 0.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError
from engine.weights.natural.onnx import Array, Graph, Node, read_graph
from engine.weights.natural.safetensors_file import SafetensorsFile

CONFIG = Path(__file__).with_name("kokoro.json")  # hexgrad/Kokoro-82M's config.json: sizes, and 114 signs
Floats = npt.NDArray[np.float32]

# How the graph's paths differ from the checkpoint's names; the first that fits is used.
_PATHS = (
    (re.compile(r"^/decoder/decoder/"), "decoder/"),
    (re.compile(r"^/encoder/(F0|N)\.(\d)/"), r"predictor.\1.\2/"),
    (re.compile(r"^/encoder/(F0_proj|N_proj|lstm|shared|duration_proj)/"), r"predictor.\1/"),
    (re.compile(r"^/encoder/"), ""),
)
_WEIGHT_NORMED = re.compile(
    r"(^text_encoder\.cnn\.\d\.0|\.conv1|\.conv2|\.conv1x1|\.pool|\.convs[12]\.\d|\.ups\.\d|\.conv_post|\.asr_res\.0"
    r"|^decoder\.(F0|N)_conv)$"
)
_NOT_WEIGHTS = ("_quantized", "_scale", "_zero_point", "_shape")


def convert(sources: Path, made: Path, told: Callable[[int], None]) -> None:
    """Write `config.json` and `kokoro-v1_0.safetensors` (float16).

    Args:
        sources: holds `kokoro.onnx`.
        made: the folder to write to.
        told: how many bytes are written, after each tensor.

    Raises:
        WeightsError: the graph is torn, or is another export.
    """
    (made / "config.json").write_bytes(CONFIG.read_bytes())
    with SafetensorsFile(made / "kokoro-v1_0.safetensors") as file:
        for name, array in tensors(read_graph(sources / "kokoro.onnx")):
            file.add(name, array.astype(np.float16))
            told(file.written_bytes)


def tensors(graph: Graph) -> Iterator[tuple[str, Floats]]:
    """All tensors of the checkpoint, float32, made one at a time.

    Raises:
        WeightsError: the graph is another export.
    """
    seen: dict[str, tuple[str, ...]] = {}
    for weight in _Export(graph).weights():
        if weight.name in seen:
            # One layer may stand in the graph many times: ALBERT's does twelve times.
            if seen[weight.name] != weight.constants:
                raise WeightsError(f"Kokoro's export has two different tensors for {weight.name[:80]}.")
            continue
        seen[weight.name] = weight.constants
        yield from _with_weight_norm(weight.name, weight.make())


def _with_weight_norm(name: str, array: Floats) -> Iterator[tuple[str, Floats]]:
    layer = name.removesuffix(".weight")
    if layer == name or not _WEIGHT_NORMED.search(layer):
        yield name, array
        return
    norm = np.sqrt(np.square(array).sum(axis=tuple(range(1, array.ndim)), keepdims=True, dtype=np.float32))
    yield f"{layer}.weight_v", np.where(norm > 0, array, np.float32(1))
    yield f"{layer}.weight_g", norm


@dataclass(frozen=True, slots=True)
class _Weight:
    """A tensor of the checkpoint: its name, the constants it is made of, and how."""

    name: str
    constants: tuple[str, ...]
    make: Callable[[], Floats]


class _Export:
    """The graph, asked for weights: an operation's kind says where it keeps them."""

    def __init__(self, graph: Graph) -> None:
        self._constants = graph.constants
        self._nodes = graph.nodes
        self._maker = {name: node for node in graph.nodes for name in node.outputs}
        self._readers: dict[str, list[Node]] = {}
        for node in graph.nodes:
            for name in node.inputs:
                self._readers.setdefault(name, []).append(node)

    def weights(self) -> Iterator[_Weight]:
        yield from self._plain()
        kinds = {
            "ConvInteger": self._quantised_convolution,
            "MatMulInteger": self._quantised_linear,
            "DequantizeLinear": self._embedding,
            "DynamicQuantizeLSTM": self._lstm,
            "ConvTranspose": self._convolution,
            "Conv": self._convolution,
            "MatMul": self._linear,
        }
        for node in self._nodes:
            if node.kind in kinds:
                yield from kinds[node.kind](node)

    def _plain(self) -> Iterator[_Weight]:
        """Constants that kept their own names: biases, norms, the snakes' alphas."""
        for name, array in self._constants.items():
            if name.endswith(_NOT_WEIGHTS) or ".stft." in name:
                continue
            for begin, ours in (("decoder.decoder.", "decoder."), ("encoder.", "")):
                if name.startswith(begin):
                    yield _Weight(ours + name.removeprefix(begin), (name,), lambda array=array: _floats(array))
                    break

    def _quantised_convolution(self, node: Node) -> Iterator[_Weight]:
        weight, zero, scale = node.inputs[1], node.inputs[3], self._scale_behind(node)
        yield self._dequantised(f"{_layer(node)}.weight", weight, scale, zero, axis=0)

    def _quantised_linear(self, node: Node) -> Iterator[_Weight]:
        if node.inputs[1] not in self._constants:
            return  # a product of two things computed
        weight, zero, scale = node.inputs[1], node.inputs[3], self._scale_behind(node)
        layer = re.sub(r"_\d+$", "", _layer(node))  # a layer that stands many times is numbered
        yield self._dequantised(f"{layer}.weight", weight, scale, zero, axis=1, transposed=True)

    def _embedding(self, node: Node) -> Iterator[_Weight]:
        gather = self._maker.get(node.inputs[0])
        if gather is None or gather.kind != "Gather" or gather.inputs[0] not in self._constants:
            raise _another(f"{node.name} reads no table")
        table = gather.inputs[0]
        name = table.removeprefix("encoder.").removesuffix("_quantized")
        yield self._dequantised(name, table, node.inputs[1], node.inputs[2], axis=0)

    def _lstm(self, node: Node) -> Iterator[_Weight]:
        layer = _layer(node)
        w, r, bias = node.inputs[1:4]
        w_scale, w_zero, r_scale, r_zero = node.inputs[8:12]
        for direction, end in enumerate(("l0", "l0_reverse")):
            for kind, names in (("ih", (w, w_scale, w_zero)), ("hh", (r, r_scale, r_zero))):
                yield _Weight(
                    f"{layer}.weight_{kind}_{end}",
                    names,
                    lambda names=names, direction=direction: self._lstm_weight(names, direction),
                )
            for kind, half in (("ih", 0), ("hh", 1)):
                yield _Weight(
                    f"{layer}.bias_{kind}_{end}",
                    (bias,),
                    lambda half=half, direction=direction: self._lstm_bias(bias, direction, half),
                )

    def _convolution(self, node: Node) -> Iterator[_Weight]:
        name = node.inputs[1]
        if name in self._constants and "/stft/" not in node.name:
            yield _Weight(f"{_layer(node)}.weight", (name,), lambda: _floats(self._constant(name)))

    def _linear(self, node: Node) -> Iterator[_Weight]:
        name = node.inputs[1]
        if name in self._constants:
            yield _Weight(f"{_layer(node)}.weight", (name,), lambda: _floats(self._constant(name)).T)

    def _scale_behind(self, node: Node) -> str:
        """The weight's scale: behind the product, and its bias where there is one, stand a cast and a multiplication by
        (the input's scale x the weight's).
        """
        product = node.outputs[0]
        if any(reader.kind == "Add" for reader in self._readers.get(product, [])):
            product = self._only(product, "Add").outputs[0]
        cast = self._only(product, "Cast").outputs[0]
        both = next((name for name in self._only(cast, "Mul").inputs if name != cast), "")
        scales = self._maker.get(both)
        found = [name for name in scales.inputs if name in self._constants] if scales is not None else []
        if len(found) != 1:
            raise _another(f"{node.name} has no scale")
        return found[0]

    def _only(self, name: str, kind: str) -> Node:
        found = [node for node in self._readers.get(name, []) if node.kind == kind]
        if len(found) != 1:
            raise _another(f"behind {name} stands no single {kind}")
        return found[0]

    def _dequantised(
        self, name: str, weight: str, scale: str, zero: str, axis: int, *, transposed: bool = False
    ) -> _Weight:
        def make() -> Floats:
            whole = _dequantised(self._constant(weight), self._constant(scale), self._constant(zero), axis)
            return whole.T if transposed else whole

        return _Weight(name, (weight, scale, zero), make)

    def _lstm_weight(self, names: tuple[str, ...], direction: int) -> Floats:
        weight, scale, zero = (self._constant(name)[direction] for name in names)
        return _torch_gates(_dequantised(weight, np.atleast_1d(scale), np.atleast_1d(zero), axis=1).T)

    def _lstm_bias(self, name: str, direction: int, half: int) -> Floats:
        return _torch_gates(_floats(np.split(self._constant(name)[direction], 2)[half]))

    def _constant(self, name: str) -> Array:
        if name not in self._constants:
            raise _another(f"{name or 'a weight'} is no constant")
        return self._constants[name]


def _layer(node: Node) -> str:
    """The checkpoint's name of the layer that an operation is of."""
    path = node.name
    for theirs, ours in _PATHS:
        path, count = theirs.subn(ours, path)
        if count:
            break
    found = ""
    for part in path.strip("/").split("/")[:-1]:  # the last is the operation
        # A module inside a list repeats the list's name: "cnn.0/cnn.0.0", "asr_res/asr_res.0".
        again = next((end for end in (_last(found, 2), _last(found, 1)) if end and part.startswith(f"{end}.")), None)
        found = f"{found.removesuffix(again)}{part}" if again else f"{found}.{part}".strip(".")
    return found


def _last(name: str, count: int) -> str:
    return ".".join(name.split(".")[-count:])


def _dequantised(weight: Array, scale: Array, zero: Array, axis: int) -> Floats:
    """(whole number - zero point) x scale; scale and zero are one number, or one for each channel along `axis`."""
    along = [1] * weight.ndim
    along[axis] = -1
    wide, offset = (_floats(part).reshape(along if part.size > 1 else [1] * weight.ndim) for part in (scale, zero))
    return (_floats(weight) - offset) * wide


def _floats(array: Array) -> Floats:
    return array.astype(np.float32)


def _torch_gates(x: Floats) -> Floats:
    i, o, f, g = np.split(x, 4)
    return np.concatenate([i, f, g, o])


def _another(why: str) -> WeightsError:
    return WeightsError(f"This ONNX file is not the export of Kokoro that the studio knows: {why[:100]}.")
