"""A recording and a model to a tuned voice: told, stopped, refused; with a small random network."""

from dataclasses import replace
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine.errors import Cancelled, OutOfMemory, VoiceError
from engine.tts.kokoro import load
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.network import Kokoro
from engine.tts.kokoro.prosody import Prosody, frame_index
from engine.tts.kokoro.tuning import base, memory, memory_needed, prosody_fit, timbre_fit, tune
from engine.tts.kokoro.tuning.base import Traits
from engine.tts.kokoro.tuning.clip import Clip
from engine.tts.kokoro.tuning.from_recording import frozen
from engine.tts.kokoro.voices import parse
from engine.types import SpeechRequest, VoicePrompt, VoiceState
from tests.engine.tts.kokoro.tuning.tiny import RATE, kokoro, voice

TEXT = "The wind blew over the hill, and nobody knew where it came from or how long it would stay with us."
PROMPT = VoicePrompt(voice(9), RATE, TEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kokoro(tmp_path_factory.mktemp("models") / "Kokoro-82M")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prosody_fit, "STEPS", 2)
    monkeypatch.setattr(timbre_fit, "STEPS", 4)
    monkeypatch.setattr(base, "SAID", 8)
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: type("Free", (), {"available": 5 * memory.GB})())
    monkeypatch.setattr(base, "embedding", lambda _: None)


class Told:
    """Who is told, and stops it at the nth question."""

    def __init__(self, stop_at: int = 10**6) -> None:
        self.done: list[float] = []
        self.words: list[str] = []
        self.heard: list[VoiceState] = []
        self.asked = 0
        self.stop_at = stop_at

    def progress(self, done: float, word: str) -> None:
        self.done.append(done)
        self.words.append(word)

    def is_cancelled(self) -> bool:
        self.asked += 1
        return self.asked > self.stop_at


def tuned(folder: Path, told: Told, prompt: VoicePrompt = PROMPT, halves: memory.Halves = "both", **how) -> VoiceState:
    return tune(folder, prompt, halves, told.progress, told.is_cancelled, told.heard.append, **how)


def test_a_voice_is_tuned_told_of_and_spoken_with(folder: Path) -> None:
    told = Told()
    state = tuned(folder, told)
    assert (state.family, state.kind) == ("kokoro", "tuned")
    assert parse(state.base).first[0] in "ab"
    for half in ("timbre", "prosody"):
        assert state.arrays[half].shape == (128,) and state.arrays[half].dtype == np.float32
    assert told.done == sorted(told.done) and told.done[0] == 0 and 0.7 < told.done[-1] < 1
    assert {"its pace and melody", "its timbre"} <= set(told.words)
    load(folder).check(SpeechRequest("Hello.", state=state))
    # Heard early: melody first, then some of the timbre; both on the same base.
    first, second = told.heard
    assert not first.arrays["timbre"].any() and second.arrays["timbre"].any() and state.arrays["timbre"].any()
    assert {first.base, second.base} == {state.base}
    assert np.array_equal(first.arrays["prosody"], state.arrays["prosody"])


def test_only_its_pace_and_melody_and_the_recogniser_says_the_words(folder: Path) -> None:
    asked: list[int] = []

    def hear(samples: np.ndarray, rate: int) -> str:
        asked.append(rate)
        return TEXT

    told, again = Told(), Told()
    state = tuned(folder, told, VoicePrompt(PROMPT.samples, RATE), "prosody", hear=hear)
    assert asked == [16_000]
    assert not state.arrays["timbre"].any()
    assert "its timbre" not in told.words and not told.heard
    # The same words written down make the same voice.
    same = tuned(folder, again, halves="prosody")
    assert np.array_equal(state.arrays["prosody"], same.arrays["prosody"]) and state.base == same.base


@pytest.mark.parametrize("stop_at", [0, 1, 4])
def test_it_stops_between_any_two_steps(folder: Path, stop_at: int) -> None:
    told = Told(stop_at)
    with pytest.raises(Cancelled):
        tuned(folder, told)
    assert len(told.done) == stop_at


@pytest.mark.parametrize(
    ("text", "why"),
    [("...", "No words"), ("Yes.", "not what is said"), ("never " * 300, "too much text|not what is said")],
)
def test_a_text_that_cannot_be_the_recordings_is_refused(folder: Path, text: str, why: str) -> None:
    with pytest.raises(VoiceError, match=why):
        tuned(folder, Told(), VoicePrompt(PROMPT.samples, RATE, text), "prosody")


def test_a_language_it_does_not_speak_is_refused(folder: Path) -> None:
    with pytest.raises(VoiceError, match="does not speak"):
        tuned(folder, Told(), language="fi")


@pytest.mark.parametrize(("free", "stretch"), [(8.0, 1.0), (6.0, 1.0), (5.0, 0.6)])
def test_shorter_stretches_where_memory_is_short(free: float, stretch: float) -> None:
    assert memory.stretch_s("both", int(free * memory.GB)) == stretch


@pytest.mark.parametrize(("halves", "free"), [("both", 4.0), ("both", 1.0), ("prosody", 1.5)])
def test_too_little_memory_is_said(halves: memory.Halves, free: float) -> None:
    with pytest.raises(OutOfMemory, match="free memory") as refused:
        memory.stretch_s(halves, int(free * memory.GB))
    assert ("pace and melody" in str(refused.value)) == (free == 4.0)
    assert memory_needed(PROMPT, halves) > free * memory.GB


def test_the_base_is_the_nearest_of_what_candidates_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directions = {
        name: np.eye(256, dtype=np.float32)[at] for at, name in enumerate(("am_michael", "af_heart", "bf_emma"))
    }
    table = {name: Traits(one, np.zeros(64, dtype=np.float32), 0.0) for name, one in directions.items()}
    monkeypatch.setattr(base, "table", lambda: table)
    spoken: list[str] = []
    monkeypatch.setattr(
        base, "traits_of", lambda *_: Traits(directions["am_michael"] * (len(spoken) == 2), np.zeros(64), 0.0)
    )
    model = load(folder)
    style = model.packs.style
    monkeypatch.setattr(
        model.packs, "style", lambda blend, *more: (spoken.append(blend.spelled), style(blend, *more))[1]
    )
    watch = base.Watch(lambda *_: None, lambda: False)
    wanted = Traits(directions["am_michael"], np.zeros(64, dtype=np.float32), 0.0)
    best = base.chosen(model, [50, 60, 70], wanted, "en-us", lambda *_: directions["af_heart"], watch)
    assert len(spoken) > 2 and best.spelled == spoken[1]


@pytest.fixture(scope="module")
def network(folder: Path) -> Kokoro:
    return frozen(folder)


IDS, DURATIONS, FRAMES = tuple(range(50, 62)), np.full(14, 4), 56
STYLE = np.random.default_rng(2).normal(size=256).astype(np.float32) * 0.2
HIDDEN = np.random.default_rng(3).normal(size=128).astype(np.float32)
F0 = np.full(2 * FRAMES, 150, dtype=np.float32)
QUIET = base.Watch(lambda *_: None, lambda: False)


def test_a_timbre_that_was_hidden_is_come_nearer_to(network: Kokoro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timbre_fit, "STEPS", 20)
    clip = Clip(IDS, STYLE, np.zeros(FRAMES * 600, dtype=np.float32), DURATIONS, F0, 0 * F0)
    aligned = timbre_fit._aligned(network, clip)
    prosody = Prosody(DURATIONS[None], aligned, mx.array(F0[None]), mx.zeros((1, 2 * FRAMES)), Lengths([FRAMES]))

    def said(offset: np.ndarray) -> mx.array:
        noise = mx.random.normal((1, FRAMES * 600, 9), key=mx.random.key(5))
        return network.vocoder(prosody, mx.array(STYLE[None, :128] + offset), noise)[0]

    target = said(0.3 * HIDDEN)
    found = timbre_fit.fit_timbre(
        network, replace(clip, samples=np.array(target)), 0.3 * np.eye(128, dtype=np.float32), QUIET, 0.6
    )
    before, after = (timbre_fit.spectra_apart(said(offset), target).item() for offset in (0 * HIDDEN, found))
    assert after < 0.88 * before


def test_a_melody_that_was_hidden_is_come_nearer_to(network: Kokoro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prosody_fit, "STEPS", 16)
    predictor = network.prosody
    phonemes, frames = Lengths([14]), Lengths([FRAMES])
    encoded = predictor.encoded(mx.array([[0, *IDS, 0]]), phonemes)
    index = mx.array(frame_index(DURATIONS[None], FRAMES))[:, :, None]

    def said(offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        style = mx.array(STYLE[None, 128:] + offset)
        styled = predictor.styled(encoded, style, phonemes, None)
        curves = predictor.curves(mx.take_along_axis(styled, index, axis=1), style, frames)
        return np.array(curves[0])[0], np.array(curves[1])[0]

    f0, energy = said(0.3 * HIDDEN)
    clip = Clip(IDS, STYLE, np.zeros(FRAMES * 600, dtype=np.float32), DURATIONS, f0, energy)
    likely = 0.1 * np.eye(128, dtype=np.float32)
    found = prosody_fit.fit_prosody(predictor, clip, likely, QUIET, keeps_pace=True)
    for which, wanted, left in ((0, f0, 0.97), (1, energy, 0.75)):
        apart = [np.abs(said(offset)[which] - wanted).mean() for offset in (0 * HIDDEN, found)]
        assert apart[1] < left * apart[0]
    # With the pace it is another voice: what is wanted of the durations is the recording's.
    assert not np.array_equal(prosody_fit.fit_prosody(predictor, clip, likely, QUIET), found)
