"""The copy itself, made once for these tests in a folder of their own: its names, its products, and who makes it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.blas import check_script, children
from engine.blas.choice import NAMES, PREFIX, PRODUCTS, find_source

PROJECT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux" or find_source() is None, reason="no copy is made here")

# `engine` as it is on a machine without a distribution's OpenBLAS.
LOOK = """
import json, sys, types
package = types.ModuleType("engine")
package.__path__ = [sys.argv[1] + "/engine"]
sys.modules["engine"] = package
from engine.blas import chosen, distribution, stand_in
distribution.PATTERNS = ()
stands = stand_in()
import mlx.core as mx
a = (mx.arange(96 * 128) % 11 - 5).reshape(96, 128).astype(mx.float32)
product = mx.matmul(a, a.T, stream=mx.cpu)
right = (product == (a[:, None, :] * a[None, :, :]).sum(-1)).all().item()
mx.eval(mx.linalg.inv(mx.eye(5), stream=mx.cpu))
mapped = [line.split()[-1] for line in open("/proc/self/maps") if "/blas/" in line]
names = (chosen().whose, str(chosen().library), stands, right, mapped[:1])
print(json.dumps(names))
"""


def _start(cache: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", LOOK, str(PROJECT)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """The cache folder, and what each of two studios that made the copy at once says of it."""
    cache = tmp_path_factory.mktemp("cache")
    both = [_start(cache), _start(cache)]
    return cache, [json.loads(one.communicate(timeout=120)[0]) for one in both]


def test_two_at_once_have_one_copy_and_multiply_with_it(made: tuple[Path, list[Any]]) -> None:
    cache, told = made
    (copy,) = (cache / "speech-studio" / "blas").glob("*.so")
    for whose, library, stands, right, mapped in told:
        assert (whose, library, stands, right, mapped) == ("studio", str(copy), True, True, [str(copy)])
    assert {path.suffix for path in copy.parent.iterdir()} == {".so", ".json", ".lock"}


def test_the_copy_has_every_name_plain_and_one_product_right(made: tuple[Path, list[Any]]) -> None:
    (copy,) = (made[0] / "speech-studio" / "blas").glob("*.so")
    report = children.check(copy, "", NAMES)
    assert report is not None
    assert report.core
    assert report.version.startswith("0.")
    assert children.check(copy, PREFIX, PRODUCTS) is None


def test_a_copy_that_was_damaged_in_place_is_made_anew(made: tuple[Path, list[Any]]) -> None:
    (copy,) = (made[0] / "speech-studio" / "blas").glob("*.so")
    found = copy.stat()
    copy.unlink()  # it may be mapped
    copy.write_bytes(bytes(found.st_size))
    os.utime(copy, ns=(found.st_atime_ns, found.st_mtime_ns))
    whose, _, stands, right, mapped = json.loads(_start(made[0]).communicate(timeout=120)[0])
    assert (whose, stands, right, mapped) == ("studio", True, True, [str(copy)])
    assert copy.read_bytes()[:4] == b"\x7fELF"


def test_a_library_without_the_names_or_that_is_none_does_not_pass(tmp_path: Path) -> None:
    source = find_source()
    assert source is not None
    assert children.check(source.library, "", PRODUCTS) is None
    torn = tmp_path / "torn.so"
    torn.write_bytes(source.library.read_bytes()[: 1 << 20])
    assert children.check(torn, PREFIX, PRODUCTS) is None
    assert children.check(tmp_path / "none.so", PREFIX, PRODUCTS) is None
    assert not children.rename(tmp_path / "none.so", tmp_path / "copy.so", PREFIX)


@pytest.mark.parametrize("wrong", [0, 17, 34])
def test_a_product_with_one_wrong_number_does_not_pass(wrong: int) -> None:
    def multiply(*given: Any) -> None:
        _, _, kind, rows, columns, inner, _, a, _, b, step, _, c, _ = given
        for i in range(rows):
            for j in range(columns):
                at = (lambda k, j=j: b[j * step + k]) if kind == 112 else (lambda k, j=j: b[k * step + j])
                c[i * columns + j] = sum(a[i * inner + k] * at(k) for k in range(inner))
        if is_spoilt:
            c[wrong] += 1

    for transposed in (False, True):
        is_spoilt = False
        assert check_script._is_right(multiply, 5, 4, 7, transposed)
        is_spoilt = True
        assert not check_script._is_right(multiply, 5, 4, 7, transposed)
