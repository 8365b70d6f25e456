"""One call from a text to files: `generate_audio`. A file for each paragraph, or one for all."""

import sys
from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from engine.audio.files.encode import write_file
from engine.audio.files.formats import find_format
from engine.audio.resample import check_rate, resample
from engine.calls import names
from engine.calls.asked import KEYWORDS, PARAGRAPHS
from engine.calls.loaded import opened
from engine.calls.options import flag, refuse_both, refuse_unknown
from engine.calls.options import text as as_text
from engine.calls.results import SpeechResult
from engine.calls.speaking import LoadedVoice, voice_options
from engine.defaults import who_speaks
from engine.errors import ModelNotFound, OptionError, TextError
from engine.pool import ModelPool
from engine.registry.provenance import made_by
from engine.speech import shared_pool
from engine.types import Samples, SpeechRequest

CALL_KEYWORDS = (KEYWORDS - {"stream", "streaming_interval"}) | {
    "model_path", "model", "pool", "file_prefix", "audio_format", "sample_rate", "join_audio", "verbose", "output_path",
}  # fmt: skip


def generate_audio(
    text: str,
    model_path: str | PathLike[str] = "",
    voice: str | None = None,
    speed: float = 1.0,
    lang_code: str | None = None,
    file_prefix: str | PathLike[str] = "audio",
    audio_format: str = "wav",
    sample_rate: int | None = None,
    join_audio: bool = False,
    verbose: bool = True,
    *,
    model: LoadedVoice | str | PathLike[str] | None = None,
    output_path: str | PathLike[str] = "",
    **given: Any,
) -> list[Path]:
    """Speak a text into files. A file that is there already is written anew, whole or not at all.

    Args:
        text: what to say.
        model_path: a model as `engine.load` takes it; "" is whoever speaks where nobody is named.
        voice: as in `generate` of a model.
        speed: likewise.
        lang_code: likewise.
        file_prefix: "hello" gives hello_000.wav, hello_001.wav, ...; with join_audio hello.wav.
        audio_format: wav, flac, mp3, opus, aac, m4a or pcm.
        sample_rate: Hz of the files; the model's own when None.
        join_audio: one file of the whole text, instead of one for each paragraph.
        verbose: print what is written.
        model: the same as model_path, or a model that is loaded.
        output_path: the folder of the files, which is made; "" is where the prefix says.
        given: further keywords of `generate`.

    Returns:
        The files, in order.

    Raises:
        EngineError: as `generate` of a model; the folder is not there; the disk refuses.
    """
    refuse_unknown("generate_audio", given, CALL_KEYWORDS)
    container = find_format(as_text("audio_format", audio_format).lower())
    if sample_rate is not None:
        if isinstance(sample_rate, bool) or not isinstance(sample_rate, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"sample_rate must be a whole number of Hz, and “{str(sample_rate)[:40]}” is not.")
        check_rate(sample_rate)
    stem = _stem(file_prefix, output_path)
    is_joined, talks = flag("join_audio", join_audio), flag("verbose", verbose)
    speaker = speaker_of(model_path, model, given.pop("pool", None), voice, lang_code, text, given.get("language"))
    pattern = None if is_joined else given.pop("split_pattern", PARAGRAPHS)
    written: list[Path] = []
    is_clone = "clone" in speaker.card.abilities and any(
        given.get(name) is not None for name in ("prompt", "ref_audio")
    )
    told = made_by(speaker.id, SpeechRequest("", voice=voice or ""), kind="cloned" if is_clone else None)
    with speaker.generate(text, voice, speed, lang_code, pattern, **voice_options(given)) as results:
        for result in results:
            number = "" if is_joined else f"_{len(written):03}"
            path = stem.with_name(f"{stem.name}{number}{container.extension}")
            rate = sample_rate or result.sample_rate
            write_file(path, _at(rate, result), container.name, rate, made_by=told)
            written.append(path)
            if talks:
                _print(f"{path}: {result.duration_s:.2f} s in {result.processing_time_seconds:.2f} s", *result.notices)
    return written


def speaker_of(
    model_path: Any,
    model: Any,
    pool: ModelPool | None,
    voice: str | None,
    lang_code: str | None,
    text: str,
    language: str | None = None,
) -> LoadedVoice:
    """Who speaks: a model that is loaded or named, or whoever does where nobody is named.

    Raises:
        OptionError: two are named, or something that is no model.
        ModelNotFound, ModelNotDownloaded: it cannot be had.
    """
    if model_path and model is not None and model != model_path:
        refuse_both("model_path", str(model_path), "model", str(model))
    named = model if model is not None else model_path
    if isinstance(named, LoadedVoice):
        return named
    if not named:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TextError(f"What is to be said must be text, not {type(text).__name__}.")
        spoken = names.language(lang_code, language)
        models_dir = (pool or shared_pool()).models_dir
        named = who_speaks(spoken, models_dir, voice=as_text("voice", voice), text=text).model
    found = opened(named, pool, holds=False)
    if not isinstance(found, LoadedVoice):
        raise ModelNotFound(f"{found.card.name} listens; it cannot speak. Name a model that speaks.")
    return found


def _stem(prefix: object, folder: object) -> Path:
    """The files' name, without number and ending, in a folder that is there."""
    if not isinstance(prefix, str | PathLike) or not Path(fspath(prefix)).name:
        raise OptionError("file_prefix must be the beginning of a file's name.")
    stem = Path(fspath(prefix))
    if folder:
        if not isinstance(folder, str | PathLike):
            raise OptionError("output_path must be a folder.")
        stem = Path(fspath(folder)) / stem
        try:
            stem.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise OptionError(f"The folder {stem.parent} cannot be made: {exc.strerror or 'refused'}.") from exc
    if not stem.parent.is_dir():
        raise OptionError(f"There is no folder {stem.parent}. Make it first, or give it as output_path.")
    return stem


def _at(rate: int, result: SpeechResult) -> Iterator[Samples]:
    samples = result.samples
    yield samples if rate == result.sample_rate else resample(samples, result.sample_rate, rate)


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
