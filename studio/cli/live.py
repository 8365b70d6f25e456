"""`studio live`: captions in the terminal, from a file or from raw sound on standard input."""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from engine import controls
from engine.audio.files.io import read_blocks
from engine.audio.pcm import decode_pcm16
from engine.errors import AudioFormatError
from engine.pool import LiveHandle, ModelPool
from engine.spacing import gap, text_of
from engine.stt.base import Guidance
from engine.types import Samples, TranscriptEvent
from studio.cli.listening.json_lines import JsonLines
from studio.cli.options import guidance_help
from studio.cli.options.language import HELP as LANGUAGE
from studio.cli.options.language import spoken
from studio.cli.options.spelling import one_of
from studio.library.listening import listener
from studio.settings import Settings

PACKET_S = 0.1


def live(
    source: Annotated[str, typer.Argument(help="A recording, or - for int16 little-endian mono PCM.")] = "",
    audio: Annotated[str, typer.Option("--audio", help="The same, as an option.")] = "",
    rate: Annotated[int, typer.Option(min=8000, max=192_000, help="Hz of the PCM on standard input.")] = 16_000,
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    language: Annotated[str, typer.Option("--language", "--lang-code", help=LANGUAGE)] = "",
    translate: Annotated[bool, typer.Option("--translate", help=guidance_help.TRANSLATE)] = False,
    prompt: Annotated[str, typer.Option(help=guidance_help.PROMPT)] = "",
    hotwords: Annotated[str, typer.Option(help=guidance_help.HOTWORDS)] = "",
    partial_interval_ms: Annotated[
        float | None, typer.Option("--partial-interval-ms", help=controls.PARTIAL_INTERVAL.told)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Lines of JSON: delta, partial, complete.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Do not wait as long as the recording lasts.")] = False,
) -> None:
    """Show captions while somebody speaks: `arecord -f S16_LE -r 16000 -t raw | studio live`."""
    source = one_of({"SOURCE": source, "--audio": audio}) or "-"
    if partial_interval_ms is not None:
        controls.PARTIAL_INTERVAL.check(partial_interval_ms)
    language = spoken(language)
    settings = Settings()
    if source != "-" and not Path(source).is_file():
        raise AudioFormatError(f"There is no file called {source}.")
    packets = _input(rate) if source == "-" else _played(Path(source), rate, fast)
    pool = ModelPool(int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline)
    try:
        guidance = Guidance.written(translate, prompt, hotwords)
        who = listener(settings, model=model, language=language, needs=guidance.needs)
        if who.notice:
            Console(stderr=True, highlight=False).print(who.notice, markup=False, soft_wrap=True)
        interval_s = None if partial_interval_ms is None else partial_interval_ms / 1000
        with pool.live(who.model, language, rate, guidance=guidance, partial_interval_s=interval_s) as ear:
            _caption(ear, packets, JsonLines() if as_json else _Draft(Console(highlight=False, markup=False)))
    finally:
        pool.close()


def _caption(ear: LiveHandle, packets: Iterable[Samples], shown: "JsonLines | _Draft") -> None:
    try:
        for packet in packets:
            shown.show(ear.add_audio(packet))
    except KeyboardInterrupt:
        pass
    shown.show(ear.finish())
    shown.end()


class _Draft:
    """Certain words stay on the terminal; where it is one, the guess behind them is written over again and again."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""  # on the line

    def show(self, events: list[TranscriptEvent]) -> None:
        for event in events:
            if self._console.is_terminal:
                sys.stdout.write("\r\x1b[K")
            for word in event.stable:
                self._console.print(gap(self._last, word.text, word.space_before) + word.text, end="", soft_wrap=True)
                self._last = word.text
            guess = text_of(event.draft)
            if self._console.is_terminal and event.stable:
                self._console.print()
                self._last = ""
            if self._console.is_terminal and guess:
                room = max(10, self._console.width - 2)
                self._console.print(Text(guess[-room:], style="dim italic"), end="")
            sys.stdout.flush()

    def end(self) -> None:
        """End the line."""
        self._console.print()


def _input(rate: int) -> Iterator[Samples]:
    size = 2 * round(PACKET_S * rate)
    while block := sys.stdin.buffer.read(size):
        yield decode_pcm16(block[: len(block) // 2 * 2])


def _played(path: Path, rate: int, fast: bool) -> Iterator[Samples]:
    """A recording at the pace at which it was spoken."""
    begins = time.monotonic()
    heard = 0
    for packet in read_blocks(path, rate, PACKET_S, keep_torn=True):
        yield packet
        heard += len(packet)
        if not fast:
            time.sleep(max(0.0, begins + heard / rate - time.monotonic()))
