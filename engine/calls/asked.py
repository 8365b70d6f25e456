"""What may be asked of a voice, by any of its names -> one request, and a sentence for what this voice cannot do."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict

from engine.calls import names, options
from engine.calls.sound_in import samples_of
from engine.controls import PITCH, SAMPLING, SEED, SPEED, STREAMING_INTERVAL
from engine.defaults import who_speaks
from engine.errors import OptionError, TextError
from engine.registry import ModelCard
from engine.types import Chunking, Pronunciation, Sampling, SpeechRequest, Tone, VoicePrompt
from engine.wording import listed

INTERVAL_S = 2.0
"""Seconds of sound in a chunk of a stream where nobody says."""
SHORT_INTERVAL_S = 0.32
"""The same in the calls of a model with voices, or a description, that speaks frame by frame."""
PARAGRAPHS = r"\n+"


class FurtherOptions(TypedDict, total=False):
    """Further keywords of every call that speaks; None is not given.

    Attributes:
        pitch: see `engine.controls`.
        seed: another seed is another reading, for models that draw.
        instructions: how to say it, for models that take words for it.
        ref_audio, ref_text: a recording to sound like (a file, or samples at 24 kHz) and what is said in it.
        prompt: the same as a VoicePrompt.
        tone: what is done to the sound after the model, a Tone.
        temperature, top_p, top_k, min_p, repetition_penalty, repetition_window, max_tokens: how a model draws tokens.
        sampling: the same as a Sampling.
        streaming_chunk_tokens, ultra_low_latency: how a codec model cuts its stream.
        chunking: the same as a Chunking, and more.
        pronunciations: how some words are said.
    """

    pitch: float | None
    seed: int | None
    instructions: str | None
    ref_audio: Any
    ref_text: str | None
    prompt: VoicePrompt | None
    tone: Tone | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    min_p: float | None
    repetition_penalty: float | None
    repetition_window: int | None
    max_tokens: int | None
    sampling: Sampling | None
    streaming_chunk_tokens: int | None
    ultra_low_latency: bool | None
    chunking: Chunking | None
    pronunciations: tuple[Pronunciation, ...] | None


class VoiceOptions(FurtherOptions, total=False):
    """Further keywords of a voice's `generate`; None is not given.

    Attributes:
        language: as `lang_code`: a tag, a name or a letter.
        instruct: as `instructions`.
    """

    language: str | None
    instruct: str | None


_DRAWN = tuple(control.name for control in SAMPLING)
_CUT = ("streaming_chunk_tokens", "ultra_low_latency", "chunking")
_CLONED = ("ref_audio", "ref_text", "prompt")
_PLAIN = ("text", "voice", "speed", "lang_code", "split_pattern", "stream", "streaming_interval")
KEYWORDS = frozenset({*_PLAIN, *VoiceOptions.__annotations__})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was understood.

    Attributes:
        request: of the whole text.
        notices: what is done otherwise than asked.
    """

    request: SpeechRequest
    notices: tuple[str, ...]


def asked(
    card: ModelCard,
    models_dir: Path | None,
    text: object,
    voice: object,
    speed: object,
    lang_code: object,
    interval_s: object,
    given: dict[str, Any],
    *,
    is_stream: bool,
) -> Asked:
    """All keywords of one call as a request.

    Args:
        card: who speaks.
        models_dir: where models are kept.
        text: as `generate` takes it, like the next four.
        voice: see text.
        speed: see text.
        lang_code: see text.
        interval_s: its streaming_interval.
        given: the keywords of VoiceOptions, those that are None left out.
        is_stream: whether it is spoken as a stream.

    Raises:
        OptionError: a value of the wrong kind or out of bounds, or two that contradict each other.
        TextError: no text.
        VoiceError: nobody speaks the language.
    """
    if not isinstance(text, str):
        raise TextError(f"What is to be said must be text, not {type(text).__name__}.")
    if not text.strip():
        raise TextError("There is nothing to say: the text has no words.")
    language = names.language(lang_code, given.get("language"))
    named = options.text("voice", voice).strip()
    SPEED.check(speed)
    STREAMING_INTERVAL.check(interval_s)
    notices = [_left_out(card, given, is_stream=is_stream, interval_s=interval_s)]
    if stand_in := names.stands_in(card, named):
        notices.append(stand_in)
        named = ""
    speaker = who_speaks(language, models_dir, model=card.id, voice=named, text=text)
    request = SpeechRequest(
        text=text,
        voice=speaker.voice,
        language=speaker.language,
        speed=float(speed),  # pyright: ignore[reportArgumentType] - a number, it was checked
        pitch=_checked(PITCH.check, given.get("pitch"), 1.0),
        instructions=options.text("instructions", options.one_of(given, "instructions", "instruct")),
        seed=_checked(SEED.check, given.get("seed"), None),
        prompt=_prompt(given, can_clone="clone" in card.abilities),
        tone=_tone(given.get("tone")),
        sampling=_sampling(given),
        chunking=_chunking(given, interval_s) if is_stream else Chunking(),
        pronunciations=_pronunciations(given.get("pronunciations")),
    )
    notices.append(speaker.notice)
    return Asked(request, tuple(notice for notice in dict.fromkeys(notices) if notice))


def _left_out(card: ModelCard, given: dict[str, Any], *, is_stream: bool, interval_s: object) -> str:
    """The sentence for what was given and does nothing here; of what a voice has no use for the engine tells."""
    reasons: list[str] = []
    if "clone" not in card.abilities and (cloned := [name for name in _CLONED if name in given]):
        reasons.append(f"{listed(cloned)} (it cannot copy a recorded voice)")
    cut = [*(["streaming_interval"] if interval_s not in (None, INTERVAL_S) else []), *(n for n in _CUT if n in given)]
    if cut and not is_stream:
        reasons.append(f"{listed(cut)} (it was not asked to stream)")
    return f"{card.name} left out {' and '.join(reasons)}." if reasons else ""


def _checked(check: Callable[[object], None], value: Any, default: Any) -> Any:
    if value is None:
        return default
    check(value)
    return value


def _sampling(given: dict[str, Any]) -> Sampling:
    values = {name: given[name] for name in _DRAWN if name in given}
    for control in SAMPLING:
        control.check(values.get(control.name))
    whole = given.get("sampling", Sampling())
    if not isinstance(whole, Sampling):
        raise OptionError(f"sampling must be a Sampling, not {type(whole).__name__}.")
    for name, value in values.items():
        if getattr(whole, name) not in (None, value):
            options.refuse_both(f"sampling.{name}", getattr(whole, name), name, value)
    return replace(whole, **values)


def _chunking(given: dict[str, Any], interval_s: Any) -> Chunking:
    values = {name: given[name] for name in ("streaming_chunk_tokens", "ultra_low_latency") if name in given}
    options.flag("ultra_low_latency", values.get("ultra_low_latency", False))
    whole = given.get("chunking", Chunking())
    if not isinstance(whole, Chunking):
        raise OptionError(f"chunking must be a Chunking, not {type(whole).__name__}.")
    for name, value in values.items():
        if getattr(whole, name) not in (None, False, value):
            options.refuse_both(f"chunking.{name}", getattr(whole, name), name, value)
    has_size = "chunking" in given or "streaming_chunk_tokens" in given
    # Who says how many tokens a chunk has, and of seconds nothing, wants chunks of so many tokens.
    if interval_s is not None and not (has_size and interval_s == INTERVAL_S):
        if whole.streaming_interval not in (None, interval_s):
            options.refuse_both(
                "chunking.streaming_interval", whole.streaming_interval, "streaming_interval", interval_s
            )
        values["streaming_interval"] = interval_s
    return replace(whole, **values)


def _prompt(given: dict[str, Any], *, can_clone: bool) -> VoicePrompt | None:
    whole, sound = given.get("prompt"), given.get("ref_audio")
    if whole is not None and not isinstance(whole, VoicePrompt):
        raise OptionError(f"prompt must be a VoicePrompt, not {type(whole).__name__}.")
    if whole is not None and sound is not None:
        options.refuse_both("prompt", "a recording", "ref_audio", "another")
    if sound is None or not can_clone:
        return whole if can_clone else None
    if isinstance(sound, str | Path):
        from engine.audio.files.io import read

        return VoicePrompt(read(Path(sound), 24_000), 24_000, options.text("ref_text", given.get("ref_text")))
    return VoicePrompt(samples_of(sound), 24_000, options.text("ref_text", given.get("ref_text")))


def _tone(given: object) -> Tone:
    if given is None:
        return Tone()
    if not isinstance(given, Tone):
        raise OptionError(f"tone must be a Tone, not {type(given).__name__}.")
    return given


def _pronunciations(given: object) -> tuple[Pronunciation, ...]:
    if given is None:
        return ()
    if not isinstance(given, list | tuple) or not all(isinstance(one, Pronunciation) for one in given):  # pyright: ignore
        raise OptionError("pronunciations must be a list of Pronunciation.")
    return tuple(given)  # pyright: ignore
