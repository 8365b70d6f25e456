"""The 8 bit graph's weights come back under the checkpoint's names and in its layouts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import WeightsError
from engine.tts.kokoro.config import KokoroConfig
from engine.weights.natural import kokoro
from engine.weights.natural.onnx import Graph, read_graph
from tests.engine.weights.natural.formats import Quantised, field, onnx

draw = np.random.default_rng(11)


def quantised(shape: tuple[int, ...], channels: int = 0) -> Quantised:
    wide = (channels,) if channels else ()
    return Quantised(
        draw.integers(0, 256, shape).astype(np.uint8),
        draw.uniform(0.001, 0.1, wide).astype(np.float32),
        draw.integers(100, 156, wide).astype(np.uint8),
    )


class Export:
    """A graph as the export makes them, put together layer by layer."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, str, list[str], list[str]]] = []
        self.constants: dict[str, Any] = {}

    def put(self, name: str, one: Quantised) -> None:
        self.constants |= {f"{name}_quantized": one.whole, f"{name}_scale": one.scale, f"{name}_zero_point": one.zero}

    def product(self, path: str, kind: str, name: str, zero: str = "", *, has_bias: bool = False) -> None:
        """A quantised product, and behind it (a bias,) a cast and (the input's scale x the weight's)."""
        out = path
        zero = zero or f"{name}_zero_point"
        self.nodes.append((f"{path}_quant", kind, ["x", f"{name}_quantized", "x_zero", zero], [out]))
        if has_bias:
            self.nodes.append((f"{path}_bias", "Add", [out, "bias"], [f"{out}_b"]))
            out = f"{out}_b"
        self.nodes.append((f"{path}_cast", "Cast", [out], [f"{path}_c"]))
        self.nodes.append((f"{path}_scales", "Mul", ["x_scale", f"{name}_scale"], [f"{path}_s"]))
        self.nodes.append((f"{path}_out", "Mul", [f"{path}_c", f"{path}_s"], [f"{path}_y"]))

    def tensors(self, tmp_path: Path) -> dict[str, Any]:
        (tmp_path / "graph.onnx").write_bytes(onnx(self.nodes, self.constants))
        return dict(kokoro.tensors(read_graph(tmp_path / "graph.onnx")))


def folded(found: dict[str, Any], layer: str) -> Any:
    """As torch's weight_norm folds, over every side but the first."""
    v, g = found[f"{layer}.weight_v"], found[f"{layer}.weight_g"]
    return g * v / np.sqrt(np.square(v).sum(axis=tuple(range(1, v.ndim)), keepdims=True))


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("/encoder/text_encoder/cnn.0/cnn.0.0/Conv", "text_encoder.cnn.0.0"),
        ("/encoder/F0.1/conv1/Conv", "predictor.F0.1.conv1"),
        ("/decoder/decoder/decode.3/conv2/Conv", "decoder.decode.3.conv2"),
        ("/decoder/decoder/asr_res/asr_res.0/Conv", "decoder.asr_res.0"),
        ("/decoder/decoder/generator/resblocks.2/convs1.0/Conv", "decoder.generator.resblocks.2.convs1.0"),
    ],
)
def test_a_convolutions_fold_gives_its_weight_back(tmp_path: Path, path: str, layer: str) -> None:
    export, one = Export(), quantised((6, 5, 3), channels=6)
    one.whole[2] = one.zero[2]  # a channel that 8 bits left nothing of
    export.put("w", one)
    export.product(path, "ConvInteger", "w", has_bias=True)
    found = export.tensors(tmp_path)
    assert set(found) == {f"{layer}.weight_v", f"{layer}.weight_g"}
    assert found[f"{layer}.weight_g"].shape == (6, 1, 1)
    back = folded(found, layer)
    assert np.isfinite(back).all()
    assert not back[2].any()
    np.testing.assert_allclose(back, one.floats(axis=0), rtol=1e-6, atol=1e-7)


def test_a_convolution_without_weight_norm_stays_as_it_is(tmp_path: Path) -> None:
    export, one = Export(), quantised((4, 3, 1))
    export.put("w", one)
    export.product("/encoder/F0_proj/Conv", "ConvInteger", "w")
    found = export.tensors(tmp_path)
    np.testing.assert_array_equal(found["predictor.F0_proj.weight"], one.floats(axis=0))


def test_one_layer_that_stands_many_times_is_taken_once_and_turned(tmp_path: Path) -> None:
    export, one = Export(), quantised((3, 4), channels=4)
    export.put("onnx::MatMul_7", one)
    for number in ("", "_1", "_11"):
        export.product(f"/encoder/bert/encoder/query{number}/MatMul", "MatMulInteger", "onnx::MatMul_7")
    # A product of two computed things has no weight.
    export.nodes.append(("/encoder/bert/scores/MatMul", "MatMulInteger", ["a", "b", "za", "zb"], ["c"]))
    found = export.tensors(tmp_path)
    assert set(found) == {"bert.encoder.query.weight"}
    np.testing.assert_array_equal(found["bert.encoder.query.weight"], one.floats(axis=1).T)


def test_two_layers_of_one_name_are_refused(tmp_path: Path) -> None:
    export = Export()
    export.put("a", quantised((3, 4)))
    export.put("b", quantised((3, 4)))
    export.product("/encoder/bert/query/MatMul", "MatMulInteger", "a")
    export.product("/encoder/bert/query_1/MatMul", "MatMulInteger", "b")
    with pytest.raises(WeightsError, match=r"two different tensors for bert\.query\.weight"):
        export.tensors(tmp_path)


def test_a_merged_zero_point_is_found_by_the_graph_and_not_by_its_name(tmp_path: Path) -> None:
    export, one = Export(), quantised((2, 3, 1))
    export.put("w", one)
    del export.constants["w_zero_point"]
    export.constants["elsewhere_zero_point"] = one.zero
    export.product("/encoder/N_proj/Conv", "ConvInteger", "w", zero="elsewhere_zero_point")
    np.testing.assert_array_equal(export.tensors(tmp_path)["predictor.N_proj.weight"], one.floats(axis=0))


def test_an_embedding(tmp_path: Path) -> None:
    export, one = Export(), quantised((7, 3))
    export.put("encoder.text_encoder.embedding.weight", one)
    table = "encoder.text_encoder.embedding.weight"
    export.nodes.append(("/e/Gather", "Gather", [f"{table}_quantized", "ids"], ["rows"]))
    export.nodes.append(("/e/Dequantize", "DequantizeLinear", ["rows", f"{table}_scale", f"{table}_zero_point"], ["y"]))
    found = export.tensors(tmp_path)
    assert set(found) == {"text_encoder.embedding.weight"}
    np.testing.assert_array_equal(found["text_encoder.embedding.weight"], one.floats(axis=0))


def test_an_lstms_gates_and_directions(tmp_path: Path) -> None:
    """torch has i, f, g, o in rows; ONNX i, o, f, g in columns, both directions together."""
    export, hidden, inputs = Export(), 2, 3
    per_direction = {"w": inputs, "r": hidden}
    for name, rows in per_direction.items():
        whole = draw.integers(0, 256, (2, rows, 4 * hidden)).astype(np.uint8)
        scale = draw.uniform(0.01, 0.1, 2).astype(np.float32)
        export.put(name, Quantised(whole, scale, np.array([120, 130], dtype=np.uint8)))
    bias = draw.normal(size=(2, 8 * hidden)).astype(np.float32)
    export.constants["b"] = bias
    ends = ["w_scale", "w_zero_point", "r_scale", "r_zero_point"]
    line = ["x", "w_quantized", "r_quantized", "b", "", "h", "c", "", *ends]
    export.nodes.append(("/encoder/shared/LSTM_quant", "DynamicQuantizeLSTM", line, ["y"]))
    found = export.tensors(tmp_path)
    assert len(found) == 8
    for direction, end in enumerate(("l0", "l0_reverse")):
        for kind, name in (("ih", "w"), ("hh", "r")):
            whole = export.constants[f"{name}_quantized"][direction].astype(np.float32)
            zero, scale = (
                export.constants[f"{name}_zero_point"][direction],
                export.constants[f"{name}_scale"][direction],
            )
            i, o, f, g = np.split((whole - np.float32(zero)) * scale, 4, axis=1)
            expected = np.concatenate([i, f, g, o], axis=1).T
            np.testing.assert_array_equal(found[f"predictor.shared.weight_{kind}_{end}"], expected)
        for kind, half in (("ih", bias[direction, : 4 * hidden]), ("hh", bias[direction, 4 * hidden :])):
            i, o, f, g = np.split(half, 4)
            expected = np.concatenate([i, f, g, o])
            np.testing.assert_array_equal(found[f"predictor.shared.bias_{kind}_{end}"], expected)


def test_what_was_left_in_float_and_what_kept_its_name(tmp_path: Path) -> None:
    export = Export()
    pool, line = draw.normal(size=(4, 1, 3)).astype(np.float32), draw.normal(size=(9, 1)).astype(np.float32)
    export.constants |= {
        "pool": pool,
        "onnx::MatMul_1": line,
        "decoder.decoder.generator.resblocks.0.alpha1.0": np.ones((1, 4, 1), dtype=np.float32),
        "encoder.bert.encoder.bias": np.ones(4, dtype=np.float32),
        "decoder.decoder.generator.stft.window": np.ones(20, dtype=np.float32),
        "encoder.made_up_shape": np.ones(2, dtype=np.int64),
        "/encoder/Constant_output_0": np.ones(2, dtype=np.float32),
    }
    export.nodes += [
        ("/encoder/F0.1/pool/ConvTranspose", "ConvTranspose", ["x", "pool", "b"], ["y"]),
        ("/decoder/decoder/generator/m_source/l_linear/MatMul", "MatMul", ["x", "onnx::MatMul_1"], ["z"]),
        ("/decoder/decoder/generator/istft/stft/ConvTranspose", "ConvTranspose", ["x", "pool"], ["t"]),
        ("/encoder/bert/attention/MatMul", "MatMul", ["q", "k"], ["scores"]),
    ]
    found = export.tensors(tmp_path)
    assert set(found) == {
        "predictor.F0.1.pool.weight_v",
        "predictor.F0.1.pool.weight_g",
        "decoder.generator.m_source.l_linear.weight",
        "decoder.generator.resblocks.0.alpha1.0",
        "bert.encoder.bias",
    }
    np.testing.assert_allclose(folded(found, "predictor.F0.1.pool"), pool, rtol=1e-5)
    np.testing.assert_array_equal(found["decoder.generator.m_source.l_linear.weight"], line.T)


def test_another_export_is_refused_with_what_was_strange(tmp_path: Path) -> None:
    for harm in ("no scale", "no cast", "no table"):
        export = Export()
        export.put("w", quantised((2, 3, 1)))
        if harm == "no table":
            export.nodes.append(("/e/Dequantize", "DequantizeLinear", ["rows", "w_scale", "w_zero_point"], ["y"]))
        else:
            export.product("/encoder/N_proj/Conv", "ConvInteger", "w")
            gone = "Cast" if harm == "no cast" else "Mul"
            export.nodes = [node for node in export.nodes if node[1] != gone]
        with pytest.raises(WeightsError, match="not the export of Kokoro that the studio knows"):
            export.tensors(tmp_path)


def test_the_files_that_are_written(tmp_path: Path) -> None:
    from engine.nn.stored.checkpoint import load_file

    export, one = Export(), quantised((4, 3, 1))
    export.put("w", one)
    export.product("/encoder/F0_proj/Conv", "ConvInteger", "w")
    (tmp_path / "kokoro.onnx").write_bytes(onnx(export.nodes, export.constants))
    made, told = tmp_path / "made", list[int]()
    made.mkdir()
    kokoro.convert(tmp_path, made, told.append)
    arrays = load_file(made / "kokoro-v1_0.safetensors")
    assert {name: str(array.dtype) for name, array in arrays.items()} == {
        "predictor.F0_proj.weight": "mlx.core.float16"
    }
    assert told == [4 * 3 * 2]
    config = KokoroConfig.read(made / "config.json")
    assert len(config.vocab) == 114
    assert config.samples_per_frame == 600
    assert len(set(config.vocab.values())) == 114 and max(config.vocab.values()) < config.n_token
    assert json.loads((made / "config.json").read_text(encoding="utf-8"))["plbert"]["num_hidden_layers"] == 12


def a_graph() -> bytes:
    return onnx(
        [("/a/Conv", "Conv", ["x", "w"], ["y"])],
        {"w": draw.normal(size=(2, 3)).astype(np.float32), "n": np.array([-5, 7], dtype=np.int64)},
    )


def test_a_graph_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(a_graph())
    graph = read_graph(tmp_path / "a.onnx")
    assert [(node.name, node.kind, node.inputs, node.outputs) for node in graph.nodes] == [
        ("/a/Conv", "Conv", ("x", "w"), ("y",))
    ]
    assert graph.constants["n"].tolist() == [-5, 7]
    assert graph.constants["w"].shape == (2, 3)


def test_numbers_listed_one_by_one_are_read(tmp_path: Path) -> None:
    """Small constants may stand as lists; a negative number takes ten bytes there."""
    negative = field(1, 2) + field(2, 7) + field(8, "n") + field(7, (1 << 64) - 5) + field(7, 9)
    floats = field(1, 2) + field(2, 1) + field(8, "f") + field(4, np.array([1.5, -2], dtype="<f4").tobytes())
    (tmp_path / "a.onnx").write_bytes(field(7, field(5, negative) + field(5, floats)))
    constants = read_graph(tmp_path / "a.onnx").constants
    assert constants["n"].tolist() == [-5, 9]
    assert constants["f"].tolist() == [1.5, -2]


def test_a_torn_graph_is_refused_wherever_it_is_torn(tmp_path: Path) -> None:
    whole = a_graph()
    for cut in range(len(whole) - 4):  # the last four are of something unknown behind the graph
        (tmp_path / "a.onnx").write_bytes(whole[:cut])
        with pytest.raises(WeightsError, match="damaged"):
            read_graph(tmp_path / "a.onnx")


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_a_damaged_graph_is_read_or_refused_and_nothing_else(tmp_path: Path, data: st.DataObject) -> None:
    whole = a_graph()
    cut = data.draw(st.integers(0, len(whole)))
    spots = data.draw(st.dictionaries(st.integers(0, len(whole) - 1), st.integers(0, 255), max_size=3))
    harmed = bytearray(whole)
    for at, byte in spots.items():
        harmed[at] = byte
    (tmp_path / "a.onnx").write_bytes(bytes(harmed[:cut]))
    try:
        assert isinstance(read_graph(tmp_path / "a.onnx"), Graph)
    except WeightsError as exc:
        assert "a.onnx is no ONNX file, or it is damaged" in str(exc)
