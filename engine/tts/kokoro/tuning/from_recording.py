"""A recording and a model -> a tuned voice, step by step, so that it can be stopped and told about."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.errors import VoiceError
from engine.nn.conv import on_gpu
from engine.nn.stored.checkpoint import load_arrays
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.tts.kokoro.network import Kokoro
from engine.tts.kokoro.tuned import state_of
from engine.tts.kokoro.tuning import base, likeness, memory
from engine.tts.kokoro.tuning.base import Embed
from engine.tts.kokoro.tuning.clip import Clip, clip_of, ids_of
from engine.tts.kokoro.tuning.fitting import Progress, Watch
from engine.tts.kokoro.tuning.memory import Halves
from engine.tts.kokoro.tuning.preference import preferences
from engine.tts.kokoro.tuning.prosody_fit import fit_prosody
from engine.tts.kokoro.tuning.sound import HEARD, Array
from engine.tts.kokoro.tuning.timbre_fit import fit_timbre
from engine.tts.kokoro.tuning.usable import usable
from engine.tts.kokoro.tuning.words import Hear, listener
from engine.tts.kokoro.voices import Blend, language_of
from engine.types import VoicePrompt, VoiceState

ENGLISH = "en-us"


def memory_needed(prompt: VoicePrompt, halves: Halves = "both") -> int:
    """Bytes that must be free for it; they do not grow with the recording."""
    return memory.needed(halves)


def tune(
    folder: Path,
    prompt: VoicePrompt,
    halves: Halves,
    progress: Progress,
    is_cancelled: Callable[[], bool],
    early: Callable[[VoiceState], None] | None = None,
    *,
    keeps_pace: bool = False,
    language: str = "",
    hear: Hear | None = None,
    presses_likeness: bool = False,
    models_dir: Path | None = None,
) -> VoiceState:
    """Tune a voice of Kokoro to a recording: about three minutes of a core, one for the prosody half alone.

    Args:
        folder: the model's.
        prompt: the recording, 8 to 30 seconds; where its text is "", our own recogniser says the words.
        halves: "both", or "prosody": only its pace and melody, on a base of about its pitch.
        progress: told before every step: the share that is done, and a word for what comes.
        is_cancelled: asked before every step.
        early: given the voice as it is so far when it is worth hearing, twice where both halves are tuned.
        keeps_pace: whether the base keeps its own pace, and only the melody is the recording's.
        language: BCP 47 tag of what is spoken; "" is English.
        hear: who says the words where there is no text; None takes the recogniser that is here.
        presses_likeness: whether the speaker embedding is learned from at last, too: off, because nobody knows yet
            how much of that is heard. Takes a minute and a gigabyte more, and the voice encoder.
        models_dir: where models are kept; None is this machine's cache.

    Raises:
        VoiceError: the recording is no use for it, or its words are in no language of the model; why, in a sentence.
        OutOfMemory: this machine has too little memory free.
        Cancelled: it was asked to stop.
    """
    stretch_s = memory.stretch_s(halves)
    watch = Watch(progress, is_cancelled)
    watch.at(0.0, "the recording")
    heard = usable(prompt.samples, prompt.sample_rate)
    spoken = language_of(language or ENGLISH)
    if not spoken:
        raise VoiceError(f"Kokoro does not speak “{language[:40]}”, so it cannot be tuned to a recording of it.")
    text = prompt.text.strip() or (hear or listener(spoken, models_dir))(heard, HEARD)
    speaker = load(folder)
    blend, clip = _begun(speaker, heard, text, spoken, base.embedding(models_dir), watch)
    names = [name for name in base.table() if name in {voice.id for voice in speaker.voices}]
    likely_timbre, likely_prosody = preferences(speaker.packs, names or [voice.id for voice in speaker.voices])
    network = speaker.network if on_gpu() else frozen(folder)
    del speaker  # the form that speaks is not needed beside the one that learns
    pace = watch.part(0.2, 0.4 if halves == "both" else 1.0)
    prosody = fit_prosody(network.prosody, clip, likely_prosody, pace, keeps_pace)
    timbre = np.zeros_like(prosody)
    if halves == "prosody":
        return state_of(blend.spelled, timbre, prosody)
    heed = early or (lambda _: None)
    heed(state_of(blend.spelled, timbre, prosody))
    until = 0.75 if presses_likeness else 1.0
    timbre = fit_timbre(
        network,
        clip,
        likely_timbre,
        watch.part(0.4, until),
        stretch_s,
        lambda so_far: heed(state_of(blend.spelled, so_far, prosody)),
    )
    if presses_likeness:
        timbre = _pressed(network, clip, likely_timbre, timbre, heard, models_dir, watch.part(until, 1.0))
    return state_of(blend.spelled, timbre, prosody)


def frozen(folder: Path) -> Kokoro:
    """The network in the form that a style is learned through."""
    return Kokoro(KokoroConfig.read(folder / "config.json"), load_arrays(folder), release=True, frozen=True)


def _pressed(
    network: Kokoro, clip: Clip, likely: Array, timbre: Array, heard: Array, models_dir: Path | None, watch: Watch
) -> Array:
    """The timbre half, brought nearer to the recording by the speaker embedding."""
    embed = base.embedding(models_dir)
    if embed is None:
        raise VoiceError("The voice encoder is not on this machine, so likeness cannot be pressed for.")
    extra = likeness.likeness_to(embed(heard, HEARD), models_dir)
    return fit_timbre(network, clip, likely, watch, likeness.STRETCH_S, begin=timbre, steps=likeness.STEPS, extra=extra)


def _begun(
    speaker: KokoroSynthesizer, heard: Array, text: str, language: str, embed: Embed | None, watch: Watch
) -> tuple[Blend, Clip]:
    """The base, and the recording as the network would have it said."""
    ids = ids_of(speaker, text, language)
    wanted = base.traits_of(heard, embed)
    blend = base.chosen(speaker, ids, wanted, language, embed, watch.part(0.02, 0.15))
    watch.at(0.15, "when each sound is said")
    return blend, clip_of(speaker, heard, text, language, blend)
