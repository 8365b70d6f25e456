"""`studio doctor`: what was found on this machine, what is missing, and the line that mends it."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from engine.blas import openblas
from studio.settings import Settings

GIB = 1024**3
LOW_DISK_BYTES = 2 * GIB
LOW_MEMORY_BYTES = 2 * GIB


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
    return Finding("Python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.platform()}")


def _mlx(_: Settings) -> Finding:
    import mlx.core as mx

    device = mx.default_device()
    kind = str(device.type).rsplit(".", 1)[-1]
    version = importlib.metadata.version("mlx")
    hint = ""
    found = openblas()
    if kind == "cpu" and found is not None:
        return Finding("MLX", True, f"{version} on {kind}, with OpenBLAS", "")
    if kind == "cpu" and sys.platform == "linux":
        hint = "sudo apt install libopenblas0-pthread   # neural models run many times faster on the CPU with it"
    return Finding("MLX", True, f"{version} on {kind}", hint)


def _espeak(_: Settings) -> Finding:
    from engine.tts.espeak import voices

    found = voices()
    languages = {voice.language for voice in found}
    version = importlib.metadata.version("espeakng-loader")
    return Finding("espeak-ng (voice)", bool(found), f"{len(languages)} languages, from espeakng-loader {version}", "")


def _recogniser(_: Settings) -> Finding:
    import pocketsphinx

    version = importlib.metadata.version("pocketsphinx")
    model = Path(str(pocketsphinx.get_model_path())) / "en-us"
    return Finding(
        "pocketsphinx (ear)", model.exists(), f"{version}, US English", "" if model.exists() else "make install"
    )


def _ffmpeg(_: Settings) -> Finding:
    from engine.audio.io import ffmpeg_path

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
    from workers.redis_server import RedisMissing, program

    try:
        server = Path(program())
    except RedisMissing:
        mend = "brew install redis" if sys.platform == "darwin" else "sudo apt install redis-server"
        return Finding("Redis", False, "no server program; books and long recordings cannot be queued", mend)
    return Finding("Redis", True, f"{server.name}, started privately when needed")


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
    from engine.weights.store import in_words

    cards = [card for card in registry.cards() if card.natural]
    missing = [card for card in cards if not weights.is_present(card, settings.models_dir)]
    if not missing:
        return Finding("natural set", True, ", ".join(card.name for card in cards), required=False)
    names = ", ".join(f"{card.name} ({in_words(card.download_bytes)})" for card in missing)
    return Finding("natural set", False, f"not here: {names}", "studio models get natural", False)


def _models(settings: Settings) -> Finding:
    from engine import registry, weights

    here = [card.name for card in registry.cards() if card.built_in or weights.is_present(card, settings.models_dir)]
    return Finding("models on disk", bool(here), ", ".join(here))
