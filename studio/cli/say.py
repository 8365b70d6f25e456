"""`studio say`: text to the speakers, to a file, or down a pipe."""

import contextlib
import itertools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from engine import controls
from engine.audio.files.encode import FORMATS, encode_pcm16, encode_stream, write_file
from engine.errors import OptionError, TextError
from engine.pool import ModelPool
from engine.types import AudioChunk, Samples, SpeechRequest
from studio.cli import own
from studio.cli.telling.told import tell
from studio.settings import Settings

# Programs that play raw PCM from standard input, in the order in which we would rather have them.
PLAYERS: dict[str, list[str]] = {
    "pw-play": ["pw-play", "--raw", "--format=s16", "--channels=1", "--rate={rate}", "-"],
    "paplay": ["paplay", "--raw", "--format=s16le", "--channels=1", "--rate={rate}"],
    "aplay": ["aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", "{rate}"],
    "ffplay": ["ffplay", "-v", "quiet", "-nodisp", "-autoexit", "-f", "s16le", "-ar", "{rate}", "-i", "-"],
    "play": ["play", "-q", "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", "{rate}", "-"],
}


def say(
    text: Annotated[str, typer.Argument(help="What to say; - reads it from standard input.")],
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    voice: Annotated[str, typer.Option(help="A voice id; see `studio voices`.")] = "",
    language: Annotated[str, typer.Option(help="A language tag such as en-gb or fr.")] = "",
    speed: Annotated[float, typer.Option(help=controls.SPEED.told)] = 1.0,
    pitch: Annotated[float, typer.Option(help=controls.PITCH.told)] = 1.0,
    stream: Annotated[bool, typer.Option("--stream", help="Write sound while it is still being made.")] = False,
    play: Annotated[bool, typer.Option("--play", help="Play it, also when it goes to a file.")] = False,
    out: Annotated[
        str, typer.Option("--out", "-o", help="A wav, flac, mp3, opus or m4a file; - is standard output.")
    ] = "",
) -> None:
    """Say a text aloud, or write it to a file."""
    settings = Settings()
    words = sys.stdin.read() if text == "-" else text
    if not words.strip():
        raise TextError("There is nothing to say: the text is empty.")
    who, said = own.for_speech(settings, model=model, voice=voice, language=language, text=words)
    tell(settings, who)
    request = SpeechRequest(
        text=words, voice=who.voice, language=who.language, speed=speed, pitch=pitch, pronunciations=said
    )
    audio_format = _format_of(out)
    pool = ModelPool(int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline)
    try:
        chunks = _Told(iter(pool.speak(who.model, request)))
        first = next(chunks)
        held = _held(first, chunks) if play or not out else [first]
        samples = (chunk.samples for chunk in itertools.chain(held, chunks))
        if play or not out:
            samples = _played(samples, first.sample_rate, required=play or sys.stdout.isatty() or not out)
        if not out:
            for _ in samples:
                pass
        elif out == "-" or stream:
            _write_stream(samples, first.sample_rate, audio_format, out)
        else:
            write_file(Path(out), samples, audio_format, first.sample_rate)
        chunks.report()
    finally:
        pool.close()


def _format_of(out: str) -> str:
    if out in ("", "-"):
        return "wav"
    suffix = Path(out).suffix.lower().lstrip(".")
    audio_format = {"ogg": "opus", "wave": "wav"}.get(suffix, suffix)
    if audio_format not in FORMATS:
        raise OptionError(f"Files of type “.{suffix}” cannot be written. Use one of: {', '.join(sorted(FORMATS))}.")
    if not Path(out).resolve().parent.is_dir():
        raise OptionError(f"The folder of {out} does not exist.")
    return audio_format


class _Told(Iterator[AudioChunk]):
    """Passes chunks on, shows their notices, and remembers the last one for the report."""

    def __init__(self, chunks: Iterator[AudioChunk]) -> None:
        self._chunks = chunks
        self._last: AudioChunk | None = None
        self._errors = Console(stderr=True, highlight=False)

    def __next__(self) -> AudioChunk:
        chunk = next(self._chunks)
        for notice in chunk.notices:
            self._errors.print(notice, markup=False, soft_wrap=True)
        self._last = chunk
        return chunk

    def report(self) -> None:
        if self._last and self._last.audio_s is not None and self._errors.is_terminal:
            self._errors.print(
                f"{self._last.audio_s:.1f} s of speech, first sound after {self._last.ttfa_s * 1000:.0f} ms",
                style="dim",
            )


def _held(first: AudioChunk, rest: Iterator[AudioChunk]) -> list[AudioChunk]:
    """What must be there before a player begins, so that it need not stop in the middle."""
    held = [first]
    while held[-1].lead_s > 0 and (chunk := next(rest, None)) is not None:
        held.append(chunk)
    return held


def _write_stream(samples: Iterable[Samples], sample_rate: int, audio_format: str, out: str) -> None:
    with contextlib.nullcontext(sys.stdout.buffer) if out == "-" else Path(out).open("wb") as target:
        for block in encode_stream(samples, audio_format, sample_rate):
            target.write(block)
            target.flush()


def _played(samples: Iterator[Samples], sample_rate: int, required: bool) -> Iterator[Samples]:
    """Pass samples on while they are played."""
    if sys.platform == "darwin" and shutil.which("afplay"):
        return _played_from_file(samples, sample_rate)
    for program, line in PLAYERS.items():
        if shutil.which(program):
            return _played_from_pipe(samples, [part.format(rate=sample_rate) for part in line])
    if required:
        raise OptionError(
            "No program that plays sound was found (aplay, paplay, ffplay). Write a file instead: --out speech.wav"
        )
    return samples


def _played_from_pipe(samples: Iterator[Samples], line: list[str]) -> Iterator[Samples]:
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as player:
        assert player.stdin is not None
        broken = False
        for block in samples:
            try:
                if not broken:
                    player.stdin.write(encode_pcm16(block))
                    player.stdin.flush()
            except BrokenPipeError:
                broken = True
            yield block
        if not broken:
            player.stdin.close()


def _played_from_file(samples: Iterator[Samples], sample_rate: int) -> Iterator[Samples]:
    """afplay reads files only, so it starts when the last sample is made."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        blocks = list(samples)
        write_file(path, blocks, "wav", sample_rate)
        with subprocess.Popen(["afplay", str(path)]):
            yield from blocks
