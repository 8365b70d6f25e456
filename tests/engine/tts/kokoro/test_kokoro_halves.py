"""A voice's two halves: blends with shares for each, and voices that were tuned."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import registry
from engine.defaults.speaking import who_speaks
from engine.errors import EngineError, VoiceError
from engine.pool import ModelPool
from engine.text.segment import prepare
from engine.tts import fingerprint
from engine.tts.kokoro import load
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.tuned import state_of
from engine.tts.kokoro.voices import parse
from engine.types import Samples, SpeechRequest, VoiceState
from tests.engine.tts.kokoro.checkpoints import hexgrad

HALF = 128
ZERO = np.zeros(HALF, dtype=np.float32)
PUSH = np.random.default_rng(1).normal(size=HALF).astype(np.float32) * 0.2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hexgrad(tmp_path_factory.mktemp("models") / "Kokoro-82M")


@pytest.fixture(scope="module")
def model(folder: Path) -> KokoroSynthesizer:
    return load(folder)


def said(model: KokoroSynthesizer, request: SpeechRequest) -> Samples:
    request = model.check(request)
    told = list(prepare(request.text, request.language, model.limits))
    return np.concatenate([piece.samples for one in told for piece in model.synthesize(one, request)])


@pytest.mark.parametrize(
    ("written", "timbre", "prosody"),
    [
        ("af_heart~am_adam", {"af_heart": 1.0}, {"am_adam": 1.0}),
        ("af_sky:3+am_adam~bf_emma:2+am_eric:2", {"af_sky": 0.75, "am_adam": 0.25}, {"bf_emma": 0.5, "am_eric": 0.5}),
        (" af_heart ~ am_adam ", {"af_heart": 1.0}, {"am_adam": 1.0}),
        ("af_heart+am_adam", {"af_heart": 0.5, "am_adam": 0.5}, {"af_heart": 0.5, "am_adam": 0.5}),
    ],
)  # fmt: skip
def test_each_half_has_its_shares(written: str, timbre: dict[str, float], prosody: dict[str, float]) -> None:
    blend = parse(written)
    assert blend.timbre == timbre
    assert blend.prosody == prosody
    assert parse(blend.spelled).spelled == blend.spelled


def test_equal_halves_are_no_halves() -> None:
    assert parse("af_heart:2+am_adam:2~af_heart+am_adam").spelled == parse("af_heart+am_adam").spelled


@pytest.mark.parametrize("wrong", ["~", "af_heart~", "~af_heart", "a~b~c", "af_heart~am_adam:-1", "af_heart:x~am_adam"])
def test_what_is_no_blend_of_halves_is_refused(wrong: str, model: KokoroSynthesizer) -> None:
    with pytest.raises(VoiceError):
        model.check(SpeechRequest("Hello.", voice=wrong))


def test_a_half_of_nobody_is_refused_by_name(model: KokoroSynthesizer) -> None:
    with pytest.raises(VoiceError, match="xf_nobody"):
        model.check(SpeechRequest("Hello.", voice="af_heart~xf_nobody"))
    with pytest.raises(VoiceError, match="xf_nobody"):
        registry.blend("hexgrad/Kokoro-82M", "af_heart~xf_nobody")


def test_the_halves_are_taken_from_their_voices(folder: Path) -> None:
    packs = Packs(folder, 2 * HALF)
    mixed = packs.style(parse("af_heart~am_michael"), 30)
    assert np.array_equal(mixed[:HALF], packs.style(parse("af_heart"), 30)[:HALF])
    assert np.array_equal(mixed[HALF:], packs.style(parse("am_michael"), 30)[HALF:])


def test_every_way_to_write_the_halves_is_one_voice(model: KokoroSynthesizer) -> None:
    ways = ("af_heart:2~am_michael", " af_heart ~am_michael:0.5")
    checked = [model.check(SpeechRequest("Hello.", voice=way)) for way in ways]
    assert checked[0] == checked[1]
    assert fingerprint.of_request(checked[0]) == fingerprint.of_request(checked[1])
    # Plain ones keep the name that kept sound already has.
    assert model.check(SpeechRequest("Hello.", voice="af_heart+am_michael")).voice == "af_heart+am_michael"


def test_a_blend_of_halves_is_kokoros() -> None:
    with pytest.raises(EngineError, match="Kokoro"):
        who_speaks("en", Path("/nowhere"), voice="af_heart~am_adam")


def test_a_tuned_voice_speaks_and_each_half_counts(model: KokoroSynthesizer) -> None:
    text = "The wind blew over the hill."
    plain = said(model, SpeechRequest(text, voice="af_heart"))
    unmoved = said(model, SpeechRequest(text, state=state_of("af_heart", ZERO, ZERO)))
    assert np.array_equal(plain, unmoved)
    timbre = said(model, SpeechRequest(text, state=state_of("af_heart", PUSH, ZERO)))
    prosody = said(model, SpeechRequest(text, state=state_of("af_heart", ZERO, PUSH)))
    assert abs(len(timbre) - len(plain)) < 4000  # trimmed by its sound
    assert not np.array_equal(timbre, plain)
    assert not np.array_equal(prosody, plain)


def test_a_tuned_voice_goes_through_the_pool(folder: Path, model: KokoroSynthesizer) -> None:
    text, state = "The wind blew over the hill.", state_of("af_heart", PUSH, PUSH)
    with ModelPool() as pool:
        chunks = list(pool.speak(str(folder), SpeechRequest(text, voice="voice_0a", state=state)))
    heard = np.concatenate([chunk.samples for chunk in chunks])
    alone = said(model, SpeechRequest(text, state=state))
    assert chunks[-1].words or any(chunk.words for chunk in chunks)
    assert np.abs(heard[: len(alone)] - alone).max() < 1e-4


def test_a_batch_speaks_as_one_by_one(model: KokoroSynthesizer) -> None:
    text = "The wind blew. And then it rained for a day."
    request = model.check(SpeechRequest(text, state=state_of("bf_emma~af_heart", PUSH, PUSH)))
    told = list(prepare(text, request.language, model.limits))
    for one, together in zip(told, model.synthesize_batch(told, request), strict=True):
        alone = np.concatenate([piece.samples for piece in model.synthesize(one, request)])
        assert np.abs(alone - together.samples).max() < 1e-4


def test_the_base_decides_the_language_unless_another_is_asked_for(model: KokoroSynthesizer) -> None:
    state = state_of("bf_emma:2+af_heart", ZERO, PUSH)
    assert model.check(SpeechRequest("Hello.", voice="voice_0a", state=state)).language == "en-gb"
    assert model.check(SpeechRequest("Bonjour.", language="fr", state=state)).language == "fr-fr"
    assert model.check(SpeechRequest("Hello.", voice="voice_0a", state=state)).voice == state.base


def test_kept_sound_is_named_by_the_tuning(model: KokoroSynthesizer) -> None:
    names = [
        fingerprint.of_request(model.check(SpeechRequest("Hello.", state=state_of(base, timbre, ZERO))))
        for base, timbre in (("af_heart", ZERO), ("af_heart", PUSH), ("bf_emma", PUSH))
    ]
    assert len({str(name) for name in names}) == 3


GOOD = state_of("af_heart", PUSH, PUSH)


@pytest.mark.parametrize(
    "strange",
    [
        replace(GOOD, family="pocket_tts"),
        replace(GOOD, kind="prepared"),
        replace(GOOD, arrays={"timbre": PUSH}),
        replace(GOOD, arrays={"timbre": PUSH[:64], "prosody": PUSH}),
        replace(GOOD, arrays={"timbre": PUSH * np.nan, "prosody": PUSH}),
        replace(GOOD, arrays={"timbre": np.array(["a"] * HALF), "prosody": PUSH}),
        replace(GOOD, base="xf_nobody"),
        replace(GOOD, base="af_heart:-1"),
    ],
)
def test_what_is_no_tuned_voice_of_kokoro_is_refused(strange: VoiceState, model: KokoroSynthesizer) -> None:
    with pytest.raises(VoiceError):
        model.check(SpeechRequest("Hello.", state=strange))


def test_one_of_another_size_of_number_is_taken(model: KokoroSynthesizer) -> None:
    double = replace(GOOD, arrays={name: array.astype(np.float64) for name, array in GOOD.arrays.items()})
    assert np.array_equal(
        said(model, SpeechRequest("Hello.", state=double)), said(model, SpeechRequest("Hello.", state=GOOD))
    )
