"""`studio say`: text to the speakers, to files, or down a pipe."""

import contextlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine import controls
from engine.audio.files.encode import FORMATS
from engine.audio.files.io import read
from engine.audio.files.provenance import Provenance
from engine.errors import AudioFormatError, OptionError, TextError
from engine.pool import ModelPool
from engine.types import AudioChunk, Sampling, SpeechRequest, VoicePrompt
from studio.cli import own
from studio.cli.options import speech as asked
from studio.cli.options.spelling import one_of
from studio.cli.saying.played import held, played
from studio.cli.saying.told import Told
from studio.cli.saying.written import Target, target, write
from studio.cli.telling.told import tell
from studio.library.voices.provenance import told
from studio.settings import Settings

REFERENCE_RATE = 24_000
LONGEST_REFERENCE_S = 120.0


def say(
    words: Annotated[str, typer.Argument(metavar="TEXT", help="What to say; - reads it from standard input.")] = "",
    text: Annotated[str, typer.Option("--text", help="The same, as an option.")] = "",
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    voice: Annotated[str, typer.Option(help="A voice id, see `studio voices`; or one of your own by its name.")] = "",
    language: Annotated[str, typer.Option("--language", "--lang-code", help=asked.LANGUAGE)] = "",
    speed: Annotated[float, typer.Option(help=controls.SPEED.told)] = 1.0,
    pitch: Annotated[float, typer.Option(help=controls.PITCH.told)] = 1.0,
    instructions: Annotated[
        str, typer.Option("--instructions", "--instruct", help="How to say it, for models that take words for it.")
    ] = "",
    ref_audio: Annotated[
        Path | None, typer.Option("--ref-audio", help="A recording to sound like, for models that clone.")
    ] = None,
    ref_text: Annotated[str, typer.Option("--ref-text", help="What is said in it.")] = "",
    temperature: Annotated[float | None, typer.Option(help=controls.TEMPERATURE.told)] = None,
    seed: Annotated[int | None, typer.Option(help=controls.SEED.told)] = None,
    stream: Annotated[
        bool, typer.Option("--stream", "--real-streaming", help="Play, or write, sound while it is still being made.")
    ] = False,
    streaming_interval: Annotated[float | None, typer.Option("--streaming-interval", help=asked.INTERVAL)] = None,
    chunk_tokens: Annotated[
        int | None,
        typer.Option("--chunk-tokens", "--streaming-chunk-tokens", help=asked.CHUNK_TOKENS),
    ] = None,
    ultra_low_latency: Annotated[bool, typer.Option("--ultra-low-latency", help=asked.LOW_LATENCY)] = False,
    play: Annotated[bool, typer.Option("--play", help="Play it, also when it goes to a file.")] = False,
    out: Annotated[
        str,
        typer.Option("--out", "-o", "--output-path", help="A file; - is standard output; a folder for --file-prefix."),
    ] = "",
    file_prefix: Annotated[
        str, typer.Option("--file-prefix", help="Write PREFIX_000.wav and so on, a file a paragraph.")
    ] = "",
    format: Annotated[
        str, typer.Option("--format", "-f", "--audio-format", help=f"The kind of file: {', '.join(sorted(FORMATS))}.")
    ] = "",
    join: Annotated[
        bool | None, typer.Option("--join/--no-join", "--join-audio/--no-join-audio", help="One file: PREFIX.wav.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="A line for every chunk, and how fast it went.")] = False,
) -> None:
    """Say a text aloud, or write it to files."""
    said = _text(one_of({"TEXT": words, "--text": text}) or "")
    where = target(out, file_prefix, format, join)
    chunking = asked.chunking(streaming_interval, chunk_tokens, ultra_low_latency)
    controls.TEMPERATURE.check(temperature)
    controls.SEED.check(seed)
    prompt = _prompt(ref_audio, ref_text)
    settings = Settings()
    who, pronunciations = own.for_speech(settings, model=model, voice=voice, language=language, text=said)
    tell(settings, who)
    request = SpeechRequest(
        text=said,
        voice=who.voice,
        language=who.language,
        speed=speed,
        pitch=pitch,
        instructions=instructions,
        seed=seed,
        prompt=prompt,
        sampling=Sampling(temperature=temperature),
        chunking=chunking,
        pronunciations=pronunciations,
    )
    request = own.as_worn(settings, who.model, request)
    plays = play or not where.place or (stream and where.prefixed)
    with ModelPool(
        int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline
    ) as pool:
        chunks = Told(iter(pool.speak(who.model, request)), verbose)
        _spoken(chunks, said, where, plays=plays, stream=stream, made_by=told(who, request))
        chunks.report()


def _spoken(chunks: Told, text: str, where: Target, *, plays: bool, stream: bool, made_by: Provenance) -> None:
    """Have chunks heard and written."""
    first = next(chunks)
    rate = first.sample_rate
    whole: Iterator[AudioChunk] = itertools.chain(held(first, chunks) if plays else [first], chunks)
    with contextlib.ExitStack() as stack:
        if plays:
            whole = stack.enter_context(contextlib.closing(played(whole, rate, chunks.tell if where.place else None)))
        for name in write(whole, rate, text, where, stream, made_by):
            chunks.tell(f"{name} is written.")


def _text(text: str) -> str:
    words = sys.stdin.read() if text == "-" else text
    if not words.strip():
        raise TextError("There is nothing to say: the text is empty.")
    return words


def _prompt(recording: Path | None, text: str) -> VoicePrompt | None:
    if recording is None:
        if text:
            raise OptionError("--ref-text says what is said in a recording: name it with --ref-audio.")
        return None
    if not recording.is_file():
        raise AudioFormatError(f"There is no file called {recording}.")
    return VoicePrompt(read(recording, REFERENCE_RATE, max_s=LONGEST_REFERENCE_S), REFERENCE_RATE, text)
