"""What `pip install` gives a stranger is a whole studio: built, installed without the tree, and set to work elsewhere.

Nothing is asked of a network: what the studio stands on is lent from the environment that runs the tests.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

PROJECT = Path(__file__).parent.parent
ROOMS = ("engine", "studio", "workers")
SOURCES = (*ROOMS, "migrations", "pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE")
OURS = (*ROOMS, "migrations", "mlx_speech_studio", "__editable__")
VOICE = ("--model", "espeak-ng", "--voice", "en-us")

Studio = Callable[..., "subprocess.CompletedProcess[str]"]


def pip(*words: str) -> None:
    run = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its work beside what it packs."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        elif source.is_file():
            shutil.copy(source, tree / name)
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(out), str(tree))
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel in it, and links to everything but ours that is installed here."""
    folder, lent = tmp_path_factory.mktemp("venv"), tmp_path_factory.mktemp("lent")
    for site in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for one in Path(site).iterdir():
            if not one.name.startswith(OURS) and not (lent / one.name).exists():
                (lent / one.name).symlink_to(one)
    venv.create(folder, symlinks=True)
    fresh = folder / "bin" / "python"
    pip("--python", str(fresh), "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(f"{lent}\n")
    return fresh


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Empty when the first of these tests begins."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def studio(python: Path, home: Path, tmp_path: Path) -> Studio:
    """The command `studio` as a stranger has it: nothing set, at home nowhere yet, in another folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    foreign = ("STUDIO_", "PYTHON", "XDG_", "HF_", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment |= {"HOME": str(home), "STUDIO_OFFLINE": "true", "PYTHONNOUSERSITE": "1"}

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        line = [str(python.with_name("studio")), *words]
        done = subprocess.run(
            line, cwd=elsewhere, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


def test_the_wheel_has_all_of_the_tree_and_nothing_beside_it(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = [
        path.relative_to(PROJECT).as_posix()
        for room in (*ROOMS, "migrations")
        for path in (PROJECT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    ]
    assert packed == {f"studio/{name}" if name.startswith("migrations/") else name for name in files}
    assert {f"{room}/py.typed" for room in ROOMS} <= packed


def test_the_doctor_finds_nothing_missing(studio: Studio) -> None:
    assert "espeak-ng" in studio("doctor").stdout


def test_it_speaks(studio: Studio, tmp_path: Path) -> None:
    studio("say", "Hello from a wheel.", *VOICE, "--out", "hello.wav")
    assert soundfile.info(tmp_path / "elsewhere" / "hello.wav").duration > 0.5


def test_a_book_goes_through_a_real_queue(studio: Studio, python: Path, home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "tale.txt").write_text(
        "A fox saw some grapes. They hung too high, and so it said that they were sour.\n"
    )
    studio("book", "tale.txt", *VOICE, "--format", "wav", "--out", "made")
    (sound,) = (elsewhere / "made").glob("*.wav")
    assert soundfile.info(sound).duration > 2
    # What people make is theirs: an update of Python or of the studio must not take it along.
    assert [*home.rglob("studio.db")]
    assert not [*python.parents[1].rglob("studio.db")]
