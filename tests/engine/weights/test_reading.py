"""Weights read from files: right when they are right, a sentence when they are damaged, and never code from inside."""

import json
import os
import pickle
import resource
import shutil
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import WeightsError
from engine.nn.stored.safetensors import safetensors_header, shards_of
from engine.nn.stored.torch_file import read_torch
from engine.registry import ModelCard
from engine.weights import load_arrays, load_file, verify
from engine.weights.check import check_archive

DATA = Path(__file__).parent / "data"
CARD = ModelCard("some/model", "Some Model", "speak", "espeak", "", ("en",), 24000)


def counted(*shape: int, dtype: Any = np.float32) -> Any:
    return np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)


# safetensors


def test_safetensors_written_by_another_hand_are_read(tmp_path: Path, make_safetensors: Any) -> None:
    values = {"a.weight": counted(3, 4), "b": counted(5, dtype=np.float16), "c": counted(2, 2, dtype=np.int64)}
    (tmp_path / "model.safetensors").write_bytes(make_safetensors(values))
    arrays = load_arrays(tmp_path)
    assert set(arrays) == set(values)
    for name, value in values.items():
        assert np.array_equal(np.array(arrays[name]), value), name


def test_what_mlx_writes_passes_the_check(tmp_path: Path) -> None:
    arrays = {"x": mx.ones((3, 5), dtype=mx.bfloat16), "e": mx.zeros((0, 4)), "s": mx.array(2.5)}
    mx.save_safetensors(str(tmp_path / "m.safetensors"), arrays)
    places = safetensors_header(tmp_path / "m.safetensors")
    assert {name: place.shape for name, place in places.items()} == {"x": (3, 5), "e": (0, 4), "s": ()}


def test_every_cut_of_a_safetensors_file_is_noticed(tmp_path: Path, make_safetensors: Any) -> None:
    whole = make_safetensors({"a": counted(4, 4), "b": counted(3)})
    path = tmp_path / "m.safetensors"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError, match=r"m\.safetensors is damaged"):
            safetensors_header(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(WeightsError, match="something follows its end"):
        safetensors_header(path)


@given(at=st.integers(0, 400), value=st.integers(0, 255))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_in_a_safetensors_file_is_read_or_refused(
    tmp_path: Path, make_safetensors: Any, at: int, value: int
) -> None:
    content = bytearray(make_safetensors({"a": counted(4, 4), "b": counted(3)}))
    content[at % len(content)] = value
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    try:
        arrays = load_file(path)
        mx.eval(list(arrays.values()))
    except WeightsError as exc:
        assert str(tmp_path) not in str(exc)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"[" * 100_000,
        b'{"a": 5}',
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], "x": 1}, "b": null}',
        b'{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [8, 0]}}',
        b'{"a": {"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F99", "shape": [2], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [true, 2], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [4611686018427387906], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, '
        b'"b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}',
        b"\xff\xfe not json",
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with pytest.raises(WeightsError):
        safetensors_header(path)


def sharded(folder: Path, make: Any) -> Path:
    (folder / "model-1.safetensors").write_bytes(make({"a": counted(3)}))
    (folder / "model-2.safetensors").write_bytes(make({"b": counted(4)}))
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}))
    return index


def test_shards_are_joined_and_strays_beside_them_left_alone(tmp_path: Path, make_safetensors: Any) -> None:
    sharded(tmp_path, make_safetensors)
    (tmp_path / "consolidated.safetensors").write_bytes(make_safetensors({"a": counted(9)}))
    assert {name: array.size for name, array in load_arrays(tmp_path).items()} == {"a": 3, "b": 4}


def test_an_index_that_does_not_fit_its_shards_is_refused(tmp_path: Path, make_safetensors: Any) -> None:
    index = sharded(tmp_path, make_safetensors)
    (tmp_path / "model-2.safetensors").rename(tmp_path / "elsewhere")
    with pytest.raises(WeightsError, match=r"model-2\.safetensors is missing"):
        load_arrays(tmp_path)
    (tmp_path / "model-2.safetensors").write_bytes(make_safetensors({"other": counted(4)}))
    with pytest.raises(WeightsError, match="lacks “b”"):
        load_arrays(tmp_path)
    for outside in ("../model-1.safetensors", "/etc/x.safetensors", "a/../../x.safetensors", 7):
        index.write_text(json.dumps({"weight_map": {"a": outside}}))
        with pytest.raises(WeightsError, match="outside"):
            shards_of(index)
    for nonsense in ("{", "[]", '{"weight_map": 5}', '{"weight_map": {"a": {}}}'):
        index.write_text(nonsense)
        with pytest.raises(WeightsError):
            shards_of(index)


def test_a_folder_with_two_models_or_with_none_is_refused(tmp_path: Path, make_safetensors: Any) -> None:
    with pytest.raises(WeightsError, match="holds no weights"):
        load_arrays(tmp_path)
    (tmp_path / "one.safetensors").write_bytes(make_safetensors({"a": counted(3)}))
    (tmp_path / "two.safetensors").write_bytes(make_safetensors({"a": counted(3)}))
    with pytest.raises(WeightsError, match="a second time"):
        load_arrays(tmp_path)
    with pytest.raises(WeightsError, match="no weights file"):
        load_file(tmp_path / "x.gguf")


# torch


def test_a_file_of_torchs_own_is_read_value_for_value() -> None:
    arrays = load_file(DATA / "nested.pth")
    for kind in ("float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"):
        array = arrays[f"kinds.{kind}"]
        assert str(array.dtype) == f"mlx.core.{kind}"
        assert np.array_equal(np.array(array.astype(mx.float32)), counted(3, 5)), kind
    assert np.array_equal(np.array(arrays["kinds.bool"]), counted(3, 5).astype(bool))
    assert np.array_equal(np.array(arrays["kinds.float64"].astype(mx.float32)), counted(3, 5))
    base = counted(4, 6)
    assert np.array_equal(np.array(arrays["bert.module.layer.weight"]), base)
    assert np.array_equal(np.array(arrays["bert.module.tied"]), base)
    assert np.array_equal(np.array(arrays["views.transposed"]), base.T)
    assert np.array_equal(np.array(arrays["views.row"]), base[1])
    assert np.array_equal(np.array(arrays["views.every_other"]), base[:, ::2])
    assert np.array_equal(np.array(arrays["views.channels_last"]), counted(2, 3, 4, 5))
    assert arrays["scalar"].item() == 7.0
    assert arrays["scalar"].shape == ()
    assert arrays["empty"].shape == (0, 3)
    assert not {"epoch", "name"} & set(arrays), "what is no tensor is left out"


def test_a_bare_tensor_has_the_empty_name() -> None:
    assert np.array_equal(np.array(load_file(DATA / "voice.pt")[""]), counted(10, 1, 8))


def test_a_torch_file_in_a_folder_is_loaded_and_verified(tmp_path: Path) -> None:
    shutil.copy(DATA / "nested.pth", tmp_path / "kokoro.pth")
    (tmp_path / "voices").mkdir()
    shutil.copy(DATA / "voice.pt", tmp_path / "voices" / "ada.pt")
    verify(tmp_path, CARD)
    assert "bert.module.tied" in load_arrays(tmp_path)
    (tmp_path / "voices" / "ada.pt").write_bytes((DATA / "voice.pt").read_bytes()[:-40])
    with pytest.raises(WeightsError, match=r"ada\.pt is damaged"):
        verify(tmp_path, CARD)


def test_the_old_format_and_whole_modules_are_refused_with_a_way_out() -> None:
    with pytest.raises(WeightsError, match=r"old format.*safetensors"):
        read_torch(DATA / "old_format.pth")
    with pytest.raises(WeightsError, match=r"torch\.nn\.modules\.linear\.Linear.*could run code"):
        read_torch(DATA / "whole_module.pth")


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_or_cut_torch_file_is_read_or_refused(tmp_path: Path, data: Any) -> None:
    content = bytearray((DATA / data.draw(st.sampled_from(["nested.pth", "voice.pt"]))).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "m.pth"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        check_archive(path)
        load_file(path)
    except WeightsError as exc:
        assert str(tmp_path) not in str(exc)


def torch_zip(path: Path, pickled: bytes, storages: dict[str, bytes] | None = None, method: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("m/data.pkl", pickled)
        archive.writestr("m/byteorder", b"little")
        for key, content in (storages or {}).items():
            archive.writestr(f"m/data/{key}", content)
    return path


class Attack:
    """Pickles as a call of anything with anything."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> Any:
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_code_in_a_file_is_never_run(tmp_path: Path, protocol: int) -> None:
    marker = tmp_path / "was_run"
    for attack in (
        Attack(os.system, f"touch {marker}"),
        Attack(eval, f"open({str(marker)!r}, 'w')"),
        Attack(open, str(marker), "w"),
        Attack(getattr, 5, "real"),
        {"weights": [Attack(os.mkdir, str(marker))]},
    ):
        with pytest.raises(WeightsError):
            read_torch(torch_zip(tmp_path / "evil.pth", pickle.dumps(attack, protocol)))
        assert not marker.exists()


def words(*parts: bytes) -> bytes:
    return b"\x80\x02" + b"".join(parts) + b"."


REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
PARAMETER = b"ctorch._utils\n_rebuild_parameter\n"


@pytest.mark.parametrize(
    "pickled",
    [
        words(b"ctorch._utils\n_rebuild_tensor_v2.__globals__\n"),
        words(b"\x8c\x0ctorch._utils\x8c\x1f_rebuild_tensor_v2.__globals__x\x93"),
        words(b"cbuiltins\n__import__\n"),
        words(b"ccollections\nOrderedDict.fromkeys\n"),
        words(REBUILD, b"}X\x05\x00\x00\x00_wordX\x01\x00\x00\x00xsb"),  # BUILD on the callable
        words(REBUILD, b"N}X\x0c\x00\x00\x00__defaults__)s\x86b"),
        words(b"ccollections\nOrderedDict\n", b"}X\x06\x00\x00\x00updateNsb"),  # BUILD on the type
        words(REBUILD, b")R"),
        words(REBUILD, b"(K\x01K\x02K\x03K\x04tR"),
        words(PARAMETER, b")R"),
        words(b"]\x94]r\xff\xff\xff\x7f"),  # a memo of two thousand million places
        words(b"(i__builtin__\nlist\n"),
        words(b"\x82\x01"),
        words(b"X\xff\xff\xff\x7fabc"),
        words(b"(" * 1000),
        b"",
        b"\x80\x09.",
        b".",
    ],
)
def test_hostile_pickles_are_refused_and_change_nothing(tmp_path: Path, pickled: bytes) -> None:
    with pytest.raises(WeightsError):
        read_torch(torch_zip(tmp_path / "evil.pth", pickled))
    assert read_torch(DATA / "voice.pt")[""].data.shape == (10, 1, 8)


def test_a_small_pickle_cannot_ask_for_gigabytes(tmp_path: Path) -> None:
    evil = torch_zip(tmp_path / "evil.pth", words(b"]r\x00\x00\x00\x08"))  # "remember this as number 134,217,728"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WeightsError):
        read_torch(evil)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < (2e8 if sys.platform == "darwin" else 2e5)


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value) if -(2**31) <= value < 2**31 else b"\x8a\x08" + struct.pack("<q", value)


def tensor(offset: int, shape: tuple[int, ...], strides: tuple[int, ...], count: int = 4, key: str = "0") -> bytes:
    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(number(value) for value in values) + b"t"

    name = key.encode()
    storage = (
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\n" + b"X" + struct.pack("<I", len(name)) + name
        + b"X\x03\x00\x00\x00cpu" + number(count) + b"tQ"
    )  # fmt: skip
    return words(
        REBUILD,
        b"(" + storage + number(offset) + numbers(shape) + numbers(strides) + b"\x89ccollections\nOrderedDict\n)RtR",
    )


def test_the_handmade_tensor_is_read_when_it_is_right(tmp_path: Path) -> None:
    raw = np.arange(4, dtype=np.float32).tobytes()
    read = read_torch(torch_zip(tmp_path / "m.pth", tensor(1, (3,), (1,)), {"0": raw}))
    assert read[""].data.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "pickled",
    [
        tensor(2, (3,), (1,)),
        tensor(-1, (3,), (1,)),
        tensor(0, (2, 2), (3, 2)),
        tensor(0, (4,), (-1,)),
        tensor(0, (-4,), (1,)),
        tensor(0, (2**40,), (0,)),  # one number, repeated for ever
        tensor(0, (2**31, 2**31), (2**31, 1)),
        tensor(0, (2, 2), (1,)),
        tensor(0, (5,), (1,), count=5),
        tensor(0, (1,), (1,), count=-1),
        tensor(0, (1,), (1,), key="../../secret"),
        tensor(2**40, (1,), (1,)),
    ],
)
def test_a_tensor_never_reaches_outside_its_data(tmp_path: Path, pickled: bytes) -> None:
    with pytest.raises(WeightsError):
        read_torch(torch_zip(tmp_path / "m.pth", pickled, {"0": np.arange(4, dtype=np.float32).tobytes()}))


def test_tables_within_tables_do_not_explode(tmp_path: Path) -> None:
    value: Any = {}
    for _ in range(12):
        value = {str(number): value for number in range(50)}
    with pytest.raises(WeightsError, match="too many values"):
        read_torch(torch_zip(tmp_path / "m.pth", pickle.dumps(value, 2)))
    itself: dict[str, Any] = {}
    itself["again"] = itself
    with pytest.raises(WeightsError, match="too deep"):
        read_torch(torch_zip(tmp_path / "m.pth", pickle.dumps(itself, 2)))


def test_packed_bombs_are_not_unpacked(tmp_path: Path) -> None:
    bomb = torch_zip(tmp_path / "m.pth", pickle.dumps("x" * 50_000_000, 2), method=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(WeightsError, match="packed"):
        read_torch(bomb)


def test_a_zip_without_tensors_or_of_a_big_endian_machine(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.pth", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(WeightsError, match="no list of tensors"):
        read_torch(tmp_path / "a.pth")
    with zipfile.ZipFile(tmp_path / "b.pth", "w") as archive:
        archive.writestr("m/data.pkl", pickle.dumps({}, 2))
        archive.writestr("m/byteorder", "big")
    with pytest.raises(WeightsError, match="big-endian"):
        read_torch(tmp_path / "b.pth")
    (tmp_path / "c.pth").write_bytes(b"")
    with pytest.raises(WeightsError):
        read_torch(tmp_path / "c.pth")
