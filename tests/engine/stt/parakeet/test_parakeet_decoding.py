"""From encoder frames to tokens, words and sentences."""

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nn.parts import Parts
from engine.stt.parakeet import frontend, load
from engine.stt.parakeet.config import ParakeetConfig
from engine.stt.parakeet.ctc import Ctc
from engine.stt.parakeet.model import Parakeet
from engine.stt.parakeet.tokens import Emission, SentenceRules, Token, sentences_of, timed, words_of
from engine.types import Samples, Word


def ctc(folders) -> Ctc:
    """One whose encoder frames are the logits."""
    config = ParakeetConfig.read(folders["ctc"])
    return Ctc(Parts({"decoder.decoder_layers.0.weight": mx.eye(config.blank + 1)}, "test"), config)


@given(said=st.lists(st.sampled_from([0, 1, 2, None]), max_size=12), cut=st.integers(0, 12))
def test_ctc_keeps_repeats_that_a_blank_parts(folders, said: list[int | None], cut: int) -> None:
    decoder = ctc(folders)
    blank = ParakeetConfig.read(folders["ctc"]).blank
    path = [blank if token is None else token for token in said]
    logits = mx.array(np.eye(blank + 1, dtype=np.float32)[path][None] * 9)
    expected = [t for i, t in enumerate(path) if t != blank and (i == 0 or path[i - 1] != t)]
    if path:
        (found,), _ = decoder.greedy(logits, [len(path)], decoder.start(1))
        assert [e.token for e in found] == expected
    # And as a stream, whose cut may fall inside of a token.
    cut = min(cut, len(path))
    progress, tokens = decoder.start(1), []
    for begin, end in ((0, cut), (cut, len(path))):
        if end > begin:
            (found,), progress = decoder.greedy(logits[:, begin:end], [end], progress, begin)
            tokens += [e.token for e in found]
    assert tokens == expected


@pytest.mark.parametrize("kind", ["tdt", "rnnt", "ctc"])
def test_a_batch_says_what_each_row_says_alone(kind: str, folders, babble: Samples) -> None:
    model = load(folders[kind])
    rows = [babble[:60000], babble[100000:121000], babble[200000:204000]]
    together = model.recognize(rows, "")
    for row, segment in zip(rows, together, strict=True):
        alone = model.recognize([row], "")[0]
        assert segment.text == alone.text
        for ours, theirs in zip(segment.words, alone.words, strict=True):
            assert (ours.start_s, ours.end_s) == (theirs.start_s, theirs.end_s)
            assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-4)


def test_padding_changes_no_encoder_frame(tdt: Parakeet) -> None:
    rng = np.random.default_rng(1)
    mels = [rng.normal(size=(n, 80)).astype(np.float32) for n in (97, 40, 8)]
    batch = np.zeros((3, 97, 80), dtype=np.float32)
    for row, mel in zip(batch, mels, strict=True):
        row[: len(mel)] = mel
    together = np.array(tdt.encoder(mx.array(batch), [len(mel) for mel in mels]))
    for row, mel in zip(together, mels, strict=True):
        alone = np.array(tdt.encoder(mx.array(mel[None]), [len(mel)]))[0]
        assert np.abs(row[: len(alone)] - alone).max() < 1e-4


@pytest.mark.parametrize("kind", ["tdt", "rnnt"])
def test_a_transducer_can_be_stopped_and_go_on_at_any_frame(kind: str, folders) -> None:
    model = load(folders[kind])
    features = mx.array(np.random.default_rng(2).normal(size=(1, 30, 32)).astype(np.float32))
    (whole,), _ = model.decoder.greedy(features, [30], model.decoder.start(1))
    assert whole
    for cut in range(0, 31, 3):
        progress, found = model.decoder.start(1), []
        for begin, end in ((0, cut), (cut, 30)):
            if end > begin:
                (said,), progress = model.decoder.greedy(features[:, begin:end], [end], progress, begin)
                found += said
        assert [(e.token, e.frame, e.duration) for e in found] == [(e.token, e.frame, e.duration) for e in whole]


def test_a_model_that_never_stops_talking_is_pushed_on(folders, babble: Samples) -> None:
    model = load(folders["rnnt"])
    mel = frontend.normalised(model.config.mel(babble[: 12 * 1280]))
    features = model.encoder(mx.array(mel[None]), [len(mel)])
    (said,), progress = model.decoder.greedy(features, [12], model.decoder.start(1))
    per_frame = np.bincount([e.frame for e in said], minlength=12)
    assert per_frame.max() == model.config.max_symbols
    assert progress.frame == (12,)


def test_pieces_become_words_with_times() -> None:
    vocabulary = ["▁Hel", "lo", ",", "▁wor", "ld", ".", "<unk>"]
    emissions = [Emission(t, 3 * i, 4 if i == 1 else 0, 0.9 - i / 10) for i, t in enumerate([0, 1, 2, 6, 3, 4, 5])]
    words = words_of(timed(emissions, vocabulary, 0.08), end_s=1.5)
    assert [word.text for word in words] == ["Hello,", "world."]
    assert words[0].start_s == 0.0
    assert words[0].end_s == pytest.approx(7 * 0.08)
    assert words[0].confidence == pytest.approx(0.7)
    assert words[1].end_s == 1.5


@given(
    frames=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.booleans()), max_size=20),
    end_s=st.floats(0.1, 3.0),
)
def test_words_stand_in_order_inside_of_the_sound(frames: list[tuple[int, int, bool]], end_s: float) -> None:
    at, tokens = 0, []
    for step, duration, begins in frames:
        at += step
        tokens.append(Token(0, " a" if begins else "b", at * 0.08, (at + max(1, duration)) * 0.08, 0.5))
    words = words_of(tokens, end_s)
    edges = [edge for word in words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert all(edge <= end_s for edge in edges)


def word(text: str, start_s: float, end_s: float) -> Word:
    return Word(text, start_s, end_s, 0.5)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (SentenceRules(), ["One two.", "Three four five"]),
        (SentenceRules(max_words=1), ["One", "two.", "Three", "four", "five"]),
        (SentenceRules(silence_gap=1.0), ["One two.", "Three", "four five"]),
        (SentenceRules(max_duration=0.5), ["One", "two.", "Three", "four", "five"]),
    ],
)
def test_sentences_follow_their_rules(rules: SentenceRules, expected: list[str]) -> None:
    words = [
        word("One", 0.0, 0.3),
        word("two.", 0.3, 0.6),
        word("Three", 1.0, 1.4),
        word("four", 2.5, 2.8),
        word("five", 2.8, 3.1),
    ]
    sentences = sentences_of(words, rules)
    assert [sentence.text for sentence in sentences] == expected
    assert [w for sentence in sentences for w in sentence.words] == words
