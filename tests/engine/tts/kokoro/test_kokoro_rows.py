"""What a listener must never notice: where one row ends, how rows travel together, how long or short they are."""

from importlib.util import find_spec

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.text.segment import TextSegment, prepare
from engine.tts.kokoro import masks
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.tts.kokoro.network import GROUP_FRAMES, MOST_PADDING, _groups
from engine.tts.speak import speak
from engine.types import SpeechRequest
from tests.engine.tts.kokoro.checkpoints import hexgrad

needs_chinese = pytest.mark.skipif(find_spec("jieba") is None, reason="the extra zh is not installed")
NEAR = round(0.005 * 24000)
WORDS = ("Yes", "no", "the wind", "Dr. Smith", "blew", "$20", "and so on", "I", "three small boats")
MARKS = (".", ",", "!", "?", ";", " -", "…", "")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> KokoroSynthesizer:
    return load(hexgrad(tmp_path_factory.mktemp("models") / "Kokoro-82M"))


def segment_of(text: str) -> TextSegment:
    return TextSegment(0, text, (0, len(text)), 0.2, "sentence", tuple(range(len(text) + 1)))


phrases = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(MARKS)), min_size=2, max_size=8)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(phrases, st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([0.0, 0.25]))
def test_no_join_is_louder_than_the_speech_beside_it(
    model: KokoroSynthesizer, phrases: list[tuple[str, str]], speed: float, pause_s: float
) -> None:
    text = " ".join(word + mark for word, mark in phrases)
    request = SpeechRequest(text, speed=speed, sentence_pause_s=pause_s)
    pieces = [chunk.samples for chunk in speak(model, request) if len(chunk.samples)]
    steps = np.abs(np.diff(np.concatenate(pieces)))
    at_joins = np.zeros(len(steps), dtype=bool)
    for join in np.cumsum([len(piece) for piece in pieces])[:-1]:
        at_joins[max(0, join - NEAR) : join + NEAR] = True
    if at_joins.any():
        assert steps[at_joins].max() <= steps[~at_joins].max()
    # It begins and ends in silence too, where a player or the next segment joins it.
    for piece in pieces:
        assert abs(piece[0]) < 1e-2 and abs(piece[-1]) < 1e-2


@pytest.mark.parametrize("text", ["I", "A.", "Oh!", "3", "No?", "a a", "…well"])
def test_the_shortest_segments_are_spoken_whole(model: KokoroSynthesizer, text: str) -> None:
    request = model.check(SpeechRequest(text))
    pieces = [
        piece
        for segment in prepare(text, request.language, model.limits)
        for piece in model.synthesize(segment, request)
    ]
    sound = np.concatenate([piece.samples for piece in pieces])
    assert len(sound) > 100 and np.isfinite(sound).all() and np.abs(sound).max() > 1e-3
    assert all(0 <= word.start_s <= word.end_s <= len(sound) / 24000 + 1e-6 for p in pieces for word in p.words)


def test_the_voice_is_chosen_by_the_length_of_its_row(
    model: KokoroSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = model.check(SpeechRequest("x"))
    asked: list[int] = []
    style = model._packs.style
    monkeypatch.setattr(
        model._packs, "style", lambda blend, phonemes, *more: (asked.append(phonemes), style(blend, phonemes, *more))[1]
    )
    plans = [model._plan(segment_of(text), request) for text in ("No.", "The wind blew all night.")]
    for text in ("No.", "The wind blew all night."):
        list(model.synthesize(segment_of(text), request))
    assert asked == [len(plan.rows[0].ids) for plan in plans]
    assert asked[0] < asked[1]


@pytest.mark.parametrize(
    ("voice", "text"),
    [
        ("af_heart", "and they sang and they sang " * 14),
        ("ff_siwis", "et puis ils chantaient encore une fois " * 10),
        ("ff_siwis", "Il fait beau aujourd'hui, n'est-ce pas ? " * 9),
        pytest.param("zf_xiaobei", "今天天气很好我们去公园" * 36, marks=needs_chinese),
        pytest.param("zf_xiaobei", "今天天气很好，我们去公园吧！" * 28, marks=needs_chinese),
    ],
)
def test_a_segment_of_any_length_keeps_all_its_sounds(model: KokoroSynthesizer, voice: str, text: str) -> None:
    request = model.check(SpeechRequest("x", voice=voice))
    text = text.strip()
    tokens = model._read(text, request.language)
    plan = model._plan(segment_of(text), request)
    assert all(len(row.ids) <= 510 for row in plan.rows)
    known = model._config.vocab
    wanted = [sound for token in tokens for sound in token.phonemes if sound in known and sound != " "]
    letters = {number: letter for letter, number in known.items()}
    assert [letters[i] for row in plan.rows for i in row.ids if letters[i] != " "] == wanted
    assert sum(len(row.words) for row in plan.rows) == sum(token.is_word for token in tokens)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=40))
def test_groups_hold_every_row_once_with_little_padding(lengths: list[int]) -> None:
    groups = _groups(lengths)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        longest = max(lengths[i] for i in group)
        assert all(lengths[i] >= MOST_PADDING * longest for i in group)
        assert len(group) == 1 or longest * len(group) <= GROUP_FRAMES


@pytest.mark.parametrize("frames", [5, 64, 65, 200])
def test_moments_of_blocks_are_those_of_the_whole(frames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = mx.array(np.random.default_rng(frames).normal(3.0, 0.1, size=(2, frames, 4)).astype(np.float32))
    whole = Lengths([frames, frames]).moments(x)
    monkeypatch.setattr(masks, "BLOCK", 64)
    for one, other in zip(whole, Lengths([frames, frames]).moments(x), strict=True):
        assert np.allclose(np.array(one), np.array(other), rtol=1e-4)


def test_memory_grows_with_what_is_spoken_and_never_without_bound(model: KokoroSynthesizer) -> None:
    short, long = segment_of("Yes."), segment_of("The wind blew all night. " * 8)
    endless = segment_of("The wind blew all night. " * 4000)
    assert 0 < model.batch_memory([short]) < model.batch_memory([long]) < model.batch_memory([endless])
    assert model.batch_memory([endless]) == model.batch_memory([segment_of("風" * 4000)])
    assert model.batch_memory([short, long]) >= model.batch_memory([long])
    assert model.batch_memory([]) == 0
