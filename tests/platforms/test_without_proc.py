"""Where there is no /proc and none of Linux' own calls, the same things are said, and as much is known."""

import fcntl
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import espeakng_loader
import pytest

from engine.tts.espeak import process
from engine.tts.espeak.library import Order
from studio.books import __main__ as reading_process
from studio.library.jobs import leases

SPEAK = """
import hashlib, json, sys
from pathlib import Path
from types import SimpleNamespace
from engine.tts.espeak import library

has_proc, is_linux, said = sys.argv[1] == "proc", sys.argv[2] == "linux", hashlib.sha256()
if not is_linux:
    library.sys = SimpleNamespace(platform="darwin", exit=sys.exit)
    del library.os.memfd_create
if not has_proc:
    is_dir = Path.is_dir
    Path.is_dir = lambda self: not str(self).startswith("/proc") and is_dir(self)
    opened = library.os.open
    library.os.open = lambda path, *more, **named: opened("/none" if "/lang/" in str(path) else path, *more, **named)
speaker = library.Library(Path(sys.argv[3]), Path(sys.argv[4]))
lengths = []
for voice, variant in (("gmw/en-US", ""), ("gmw/en", "f3"), ("roa/fr", "")):
    order = library.Order("Good morning, all of you.", voice, variant)
    sound = bytearray()
    speaker.speak(order, lambda samples, marks: bool(sound.extend(samples)) or True)
    said.update(sound)
    lengths.append(len(sound))
try:
    speaker.speak(library.Order("Hello.", "gmw/XX-no"), lambda samples, marks: True)
except library.Failure as failure:
    said.update(str(failure).encode())
print(json.dumps([lengths, said.hexdigest(), speaker._copy.startswith("/proc")]))
"""


@pytest.fixture(scope="module")
def file_and_data() -> list[str]:
    return [espeakng_loader.get_library_path(), espeakng_loader.get_data_path()]


def spoken(words: list[str]) -> tuple[list[int], str, bool]:
    project = str(Path(__file__).parents[2])
    run = subprocess.run(
        [sys.executable, "-c", SPEAK, *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": project},
    )
    assert run.returncode == 0, run.stderr
    lengths, said, is_in_proc = json.loads(run.stdout)
    return lengths, said, is_in_proc


def test_the_voice_sounds_the_same_from_a_file_and_by_a_voices_name(file_and_data: list[str]) -> None:
    """On a disk that minds the case, as here, and on one that does not the name leads to the same file."""
    lengths, said, is_in_proc = spoken(["no proc", "darwin", *file_and_data])
    assert min(lengths) > 20_000
    assert not is_in_proc
    if sys.platform == "linux":
        assert spoken(["proc", "linux", *file_and_data]) == (lengths, said, True)


def test_the_voice_needs_no_wide_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> bytes:
        speaker = process._Process()
        sound = bytearray()
        try:
            order = Order("a word and another. " * 100, "gmw/en-US")
            speaker.speak(order, lambda samples, marks: sound.extend(samples) is None)
        finally:
            speaker.close()
        return bytes(sound)

    wide = said()
    monkeypatch.delattr(fcntl, "F_SETPIPE_SZ", raising=False)
    assert said() == wide
    assert len(wide) > 1 << 21, "more than either pipe holds"


def test_who_holds_a_part_is_known_without_a_process_space(monkeypatch: pytest.MonkeyPatch) -> None:
    for system, link in (("darwin", None), ("linux", OSError("no /proc here"))):
        monkeypatch.setattr(leases, "sys", SimpleNamespace(platform=system))

        def readlink(path: str, link: OSError | None = link) -> str:
            assert link is not None, "nobody asks a Mac for /proc"
            raise link

        monkeypatch.setattr(leases, "os", SimpleNamespace(readlink=readlink, getpid=os.getpid))
        leases.place.cache_clear()
        mine = leases.signature()
        assert mine.count("/") == 2
        assert ":/" in mine
        assert not leases.is_gone(mine, leases.now())
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        assert leases.is_gone(f"{leases.place()}/{dead.pid}/1.00", leases.now())
    monkeypatch.undo()
    leases.place.cache_clear()


@pytest.mark.parametrize(
    ("system", "limits"),
    [
        ("linux", {resource.RLIMIT_CPU: 30, resource.RLIMIT_AS: 4 * 2**30}),
        ("darwin", {resource.RLIMIT_CPU: 30}),
        ("win32", {}),
    ],
)
def test_the_reader_of_documents_is_held_to_what_the_system_holds_to(
    system: str, limits: dict[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    held: dict[int, int] = {}
    monkeypatch.setattr(reading_process, "sys", SimpleNamespace(platform=system))
    monkeypatch.setattr(resource, "setrlimit", lambda what, pair: held.update({what: pair[0]}))
    reading_process._limit(30)
    assert held == limits
