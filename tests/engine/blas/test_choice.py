"""Which BLAS is taken, decided once. The libraries are files of a few bytes, and what they do is told."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import filelock  # noqa: F401 - found before the tests change where packages are looked for
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.blas import children, choice, distribution
from engine.blas.children import Report
from engine.blas.choice import Choice, better, choose

OLD = Report("Prescott", "0.3.21", 0.020)
NEW = Report("SkylakeX", "0.3.34", 0.0025)
reports = st.none() | st.builds(Report, st.just("x"), st.just("1"), st.floats(1e-4, 1))


@given(reports, reports)
def test_the_distributions_goes_first_unless_it_is_far_behind(theirs: Report | None, ours: Report | None) -> None:
    taken = better(theirs, ours)
    assert (taken == "mlx") == (theirs is None and ours is None)
    if theirs is not None:
        far_behind = ours is not None and theirs.seconds > choice.AHEAD * ours.seconds
        assert taken == ("studio" if far_behind else "distribution")


@dataclass
class Machine:
    """A machine that is told what its libraries do when they are tried, and counts the tries."""

    folder: Path
    theirs: Path
    ours: Path
    results: dict[str, Report | None] = field(default_factory=dict)
    renames: bool = True
    processor: str = "a"
    tries: int = 0

    def check(self, library: Path, prefix: str, names: tuple[str, ...]) -> Report | None:
        self.tries += 1
        if library == self.theirs:
            return self.results["theirs"]
        return self.results["ours" if library == self.ours else "copy"]

    def rename(self, source: Path, target: Path, prefix: str) -> bool:
        target.write_bytes(source.read_bytes() if self.renames else b"half")
        return self.renames

    def choose(self) -> Choice:
        return choose(self.folder)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    usr, package = tmp_path / "usr", tmp_path / "site" / "scipy_openblas32"
    theirs = usr / "lib" / "x" / "openblas-pthread" / "libblas.so.3"
    ours = package / "lib" / "libscipy_openblas.so"
    for path in (theirs, ours, package / "__init__.py", tmp_path / "site" / "lief" / "__init__.py"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"library")
    made = Machine(tmp_path / "cache" / "blas", theirs, ours, {"theirs": OLD, "ours": NEW, "copy": NEW})
    find = distribution.find
    monkeypatch.setattr(distribution, "find", lambda: find(usr))
    monkeypatch.setattr(children, "check", made.check)
    monkeypatch.setattr(children, "rename", made.rename)
    monkeypatch.setattr(choice, "processor", lambda: made.processor)
    monkeypatch.setattr("sys.path", [str(tmp_path / "site")])
    return made


def test_ours_is_copied_where_the_distributions_does_not_know_the_processor(machine: Machine) -> None:
    found = machine.choose()
    assert found.whose == "studio"
    assert found.library is not None
    assert found.library.read_bytes() == b"library"
    assert "0.3.21" in found.why
    assert "8.0 times" in found.why


def test_a_distributions_that_is_as_quick_is_taken_and_nothing_is_copied(machine: Machine) -> None:
    machine.results["theirs"] = NEW
    found = machine.choose()
    assert (found.whose, found.library, found.why) == ("distribution", machine.theirs, "")
    assert not list(machine.folder.glob("*.so"))


def test_the_answer_is_kept_and_nothing_is_tried_again(machine: Machine) -> None:
    first = machine.choose()
    tried = machine.tries
    assert machine.choose() == first
    assert machine.tries == tried


@pytest.mark.parametrize(
    "change", ["processor", "our library", "lief", "their library", "copy cut", "copy gone", "copy open"]
)
def test_what_could_change_the_answer_makes_it_anew(machine: Machine, change: str) -> None:
    first = machine.choose()
    assert first.library is not None
    tried = machine.tries
    match change:
        case "processor":
            machine.processor = "b"
        case "our library":
            machine.ours.write_bytes(b"newer library")
        case "lief":
            (machine.ours.parents[2] / "lief" / "__init__.py").write_bytes(b"newer")
        case "their library":
            machine.theirs.write_bytes(b"newer")
        case "copy cut":
            first.library.write_bytes(b"libr")
        case "copy gone":
            first.library.unlink()
        case _:
            first.library.chmod(0o666)
    again = machine.choose()
    assert machine.tries > tried
    assert again.library is not None
    assert again.library.read_bytes() == machine.ours.read_bytes()
    assert not again.library.stat().st_mode & 0o022


@given(text=st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_a_stamp_of_nonsense_is_no_stamp(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("stamps")
    key = ["1"]
    choice._place(folder, key, ".json").write_text(text, errors="replace")
    assert choice._read(folder, key) is None


@given(
    field=st.sampled_from(["whose", "library", "mark", "key", "at", "version", "core", "why"]),
    value=st.none() | st.text() | st.integers() | st.lists(st.text()),
)
def test_a_stamp_with_a_wrong_field_never_gives_a_library_that_was_not_kept(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    folder = tmp_path_factory.mktemp("stamps")
    key, kept = ["1"], Choice("mlx", why="because")
    choice._keep(folder, key, kept)
    stamp = choice._place(folder, key, ".json")
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {field: value}))
    found = choice._read(folder, key)
    assert found is None or (found.whose, found.library) == ("mlx", None)


@pytest.mark.parametrize("fault", ["no names", "copy wrong", "ours wrong", "no package"])
def test_a_copy_that_cannot_be_had_leaves_the_distributions(machine: Machine, fault: str) -> None:
    _spoil(machine, fault)
    assert (machine.choose().whose, machine.choose().library) == ("distribution", machine.theirs)
    assert not list(machine.folder.glob("*.part"))
    assert not list(machine.folder.glob("*.so"))


@pytest.mark.parametrize("fault", ["no names", "copy wrong", "ours wrong", "no package"])
def test_with_neither_mlx_goes_on_with_its_own_and_a_sentence_says_so(machine: Machine, fault: str) -> None:
    machine.theirs.unlink()
    _spoil(machine, fault)
    found = machine.choose()
    assert (found.whose, found.library) == ("mlx", None)
    assert found.why.startswith("The studio's own OpenBLAS could not be made because ")
    assert found.why.endswith(".")
    tried = machine.tries
    assert machine.choose() == found
    assert machine.tries == tried


def test_a_failure_is_tried_again_the_next_day(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.theirs.unlink()
    machine.renames = False
    assert machine.choose().whose == "mlx"
    machine.renames = True
    assert machine.choose().whose == "mlx"
    monkeypatch.setattr(choice, "_TRY_AGAIN_S", -1.0)
    assert machine.choose().whose == "studio"


@pytest.mark.parametrize("fault", ["a file is in the way", "no room", "others can write"])
def test_a_cache_folder_that_cannot_be_used_costs_the_copy_alone(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "a file is in the way":
        machine.folder.parent.write_bytes(b"")
    elif fault == "no room":
        usage = os.statvfs("/")
        monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 3, "total": usage.f_blocks})())
    else:
        machine.folder.mkdir(parents=True)
        machine.folder.chmod(0o777)
        monkeypatch.setattr(Path, "chmod", lambda *_: None)
    assert machine.choose() == Choice("distribution", machine.theirs)
    machine.theirs.unlink()
    assert machine.choose().whose == "mlx"
    assert "cache folder" in machine.choose().why
    assert machine.tries == 0


def test_old_copies_go_and_the_newest_stay(machine: Machine) -> None:
    for number in range(6):
        machine.processor = str(number)
        os.utime(machine.choose().library or "", (number, number))
        for stamp in machine.folder.glob("*.json"):
            if json.loads(stamp.read_text())["key"][2] == str(number):
                os.utime(stamp, (number, number))
    assert len(list(machine.folder.glob("*.json"))) == len(list(machine.folder.glob("*.so"))) == 3


def test_forgetting_makes_it_anew(machine: Machine) -> None:
    first = machine.choose()
    choice.forget(first, machine.folder)
    assert first.library is not None
    assert not first.library.exists()
    tried = machine.tries
    assert machine.choose() == first
    assert machine.tries > tried


def _spoil(machine: Machine, fault: str) -> None:
    match fault:
        case "no names":
            machine.renames = False
        case "copy wrong":
            machine.results["copy"] = None
        case "ours wrong":
            machine.results["ours"] = None
        case _:
            (machine.ours.parents[2] / "lief" / "__init__.py").unlink()
