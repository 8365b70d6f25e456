"""A file written a tensor at a time is read by MLX and by our own checks, or is not there whole."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine.errors import WeightsError
from engine.nn.stored.safetensors import safetensors_header
from engine.weights.natural.safetensors_file import SafetensorsFile

NUMBERS = st.one_of(
    *(
        arrays(
            kind,
            array_shapes(min_dims=0, max_dims=3, max_side=5),
            elements={"allow_nan": False, "allow_infinity": False},
        )
        for kind in (np.float16, np.float32)
    )
)


@given(
    st.dictionaries(st.text(min_size=1, max_size=20).filter(lambda name: name != "__metadata__"), NUMBERS, max_size=5)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_is_written_is_read(tmp_path: Path, tensors: dict[str, Any]) -> None:
    place = tmp_path / "a.safetensors"
    with SafetensorsFile(place) as file:
        for name, array in tensors.items():
            file.add(name, array)
        assert file.written_bytes == sum(array.nbytes for array in tensors.values())
    assert {name: one.shape for name, one in safetensors_header(place).items()} == {
        name: array.shape for name, array in tensors.items()
    }
    found: Any = mx.load(str(place))
    for name, array in tensors.items():
        np.testing.assert_array_equal(np.array(found[name]), array)


def test_turned_arrays_are_written_in_their_own_order(tmp_path: Path) -> None:
    with SafetensorsFile(tmp_path / "a.safetensors") as file:
        file.add("a", np.arange(6, dtype=np.float32).reshape(2, 3).T)
    found: Any = mx.load(str(tmp_path / "a.safetensors"))
    assert found["a"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_one_that_breaks_off_is_no_safetensors_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), SafetensorsFile(tmp_path / "a.safetensors") as file:
        file.add("a", np.zeros(3, dtype=np.float32))
        raise ZeroDivisionError
    with pytest.raises(WeightsError, match="damaged"):
        safetensors_header(tmp_path / "a.safetensors")


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with SafetensorsFile(tmp_path / "a.safetensors") as file:
        file.add("a", np.zeros(3, dtype=np.float32))
        with pytest.raises(WeightsError, match="second tensor called a"):
            file.add("a", np.zeros(3, dtype=np.float32))
        for bad in (np.nan, np.inf):
            with pytest.raises(WeightsError, match="Not all of b are numbers"):
                file.add("b", np.array([1, bad], dtype=np.float32))
    with pytest.raises(WeightsError, match="more tensors than"), SafetensorsFile(tmp_path / "b.safetensors") as file:
        for number in range(3000):
            file.add(f"a long name of a tensor, number {number}", np.zeros(1, dtype=np.float32))
