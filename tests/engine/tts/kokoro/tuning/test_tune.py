"""A recording and a model to a tuned voice: told, stopped, refused; with a small random network."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine.errors import Cancelled, OutOfMemory, VoiceError
from engine.tts.kokoro import load
from engine.tts.kokoro.tuning import base, memory, memory_needed, prosody_fit, timbre_fit, tune
from engine.tts.kokoro.tuning.base import Traits
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
    monkeypatch.setattr(prosody_fit, "STEPS", 4)
    monkeypatch.setattr(timbre_fit, "STEPS", 5)
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: type("Free", (), {"available": 8 * memory.GB})())
    monkeypatch.setattr("engine.tts.kokoro.tuning.tune.embedding", lambda _: None)


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
        assert np.linalg.norm(state.arrays[half]) > 0.01
    assert told.done == sorted(told.done) and told.done[0] == 0 and 0.9 < told.done[-1] < 1
    assert {"its pace and melody", "its timbre"} <= set(told.words)
    model = load(folder)
    model.check(SpeechRequest("Hello.", state=state))
    # Heard early: melody first, then some of the timbre; both on the same base.
    first, second = told.heard
    assert not first.arrays["timbre"].any() and second.arrays["timbre"].any()
    assert {first.base, second.base} == {state.base}
    assert np.array_equal(first.arrays["prosody"], state.arrays["prosody"])


def test_the_same_recording_makes_the_same_voice(folder: Path) -> None:
    one, other = (tuned(folder, Told(), halves="prosody") for _ in range(2))
    assert np.array_equal(one.arrays["prosody"], other.arrays["prosody"]) and one.base == other.base


def test_only_its_pace_and_melody(folder: Path) -> None:
    told = Told()
    state = tuned(folder, told, halves="prosody")
    assert not state.arrays["timbre"].any() and state.arrays["prosody"].any()
    assert "its timbre" not in told.words and not told.heard
    kept = tuned(folder, Told(), halves="prosody", keeps_pace=True)
    assert not np.array_equal(kept.arrays["prosody"], state.arrays["prosody"])


def test_it_stops_between_any_two_steps(folder: Path) -> None:
    whole = Told()
    tuned(folder, whole)
    for stop_at in (0, 1, whole.asked // 2, whole.asked - 1):
        told = Told(stop_at)
        with pytest.raises(Cancelled):
            tuned(folder, told)
        assert len(told.done) == stop_at


def test_our_own_recogniser_says_the_words_where_there_are_none(folder: Path) -> None:
    asked: list[int] = []

    def hear(samples: np.ndarray, rate: int) -> str:
        asked.append(rate)
        return TEXT

    prompt = VoicePrompt(PROMPT.samples, RATE)
    state = tuned(folder, Told(), prompt, "prosody", hear=hear)
    assert asked == [16_000]
    assert np.array_equal(state.arrays["prosody"], tuned(folder, Told(), halves="prosody").arrays["prosody"])


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
    directions = {name: np.eye(256, dtype=np.float32)[at] for at, name in enumerate(("am_michael", "af_heart", "bf_emma"))}
    table = {name: Traits(one, np.zeros(64, dtype=np.float32), 0.0) for name, one in directions.items()}
    monkeypatch.setattr(base, "table", lambda: table)
    spoken: list[str] = []
    monkeypatch.setattr(base, "traits_of", lambda *_: Traits(directions["am_michael"] * (len(spoken) == 2), np.zeros(64), 0.0))
    model = load(folder)
    style = model.packs.style
    monkeypatch.setattr(
        model.packs, "style", lambda blend, *more: (spoken.append(blend.spelled), style(blend, *more))[1]
    )
    watch = base.Watch(lambda *_: None, lambda: False)
    wanted = Traits(directions["am_michael"], np.zeros(64, dtype=np.float32), 0.0)
    best = base.chosen(model, [50, 60, 70], wanted, "en-us", lambda *_: directions["af_heart"], watch)
    assert len(spoken) > 2 and best.spelled == spoken[1]


def test_a_sound_of_the_networks_own_is_come_nearer_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an offset did is found again: the loss of the timbre's fit falls well below the base's."""
    from engine.tts.kokoro.tuning.clip import Clip
    from engine.tts.kokoro.tuning.tune import frozen

    monkeypatch.setattr(timbre_fit, "STEPS", 24)
    network = frozen(folder)
    ids, durations = tuple(range(50, 62)), np.full(14, 4)
    style = np.random.default_rng(2).normal(size=256).astype(np.float32) * 0.2
    hidden = np.random.default_rng(3).normal(size=128).astype(np.float32) * 0.3
    f0 = np.full(112, 150, dtype=np.float32)
    clip = Clip(ids, style, np.zeros(56 * 600, dtype=np.float32), durations, f0, np.zeros(112, dtype=np.float32))
    prosody = timbre_fit.Prosody(
        durations[None], timbre_fit._aligned(network, clip), mx.array(f0[None]), mx.zeros((1, 112)), timbre_fit.Lengths([56])
    )

    def said(offset: np.ndarray) -> mx.array:
        noise = mx.random.normal((1, 56 * 600, 9), key=mx.random.key(5))
        return network.vocoder(prosody, mx.array(style[None, :128] + offset), noise)[0]

    target = said(hidden)
    clip = Clip(ids, style, np.array(target), durations, f0, clip.energy)
    watch = base.Watch(lambda *_: None, lambda: False)
    found = timbre_fit.fit_timbre(network, clip, 0.3 * np.eye(128, dtype=np.float32), watch, 0.6)
    before, after = (timbre_fit.spectra_apart(said(offset), target).item() for offset in (np.zeros(128), found))
    assert after < 0.7 * before
