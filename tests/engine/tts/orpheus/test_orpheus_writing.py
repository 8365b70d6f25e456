"""Tokens drawn one after the other: alone, together, with an opening computed before, out of a slot or out of all."""

from collections.abc import Sequence

import mlx.core as mx
import numpy as np
import pytest

from engine.nn.sampling import Sampling
from engine.tts.orpheus import writing
from engine.tts.orpheus.frames import CODE_BASE, END_OF_SPEECH
from engine.tts.orpheus.model import OrpheusSynthesizer
from engine.tts.orpheus.writing import Ending, Line, Opening, write

GREEDY = Sampling(temperature=0.0)


def prompts(orpheus: OrpheusSynthesizer) -> list[list[int]]:
    texts = ("Ha.", "It was late, and cold.", "A cat.", "Who goes there, at this hour of the night?")
    return [orpheus._prompter.prompt("tara", text) for text in texts]


def lines(orpheus: OrpheusSynthesizer, frames: int = 10) -> list[Line]:
    return [Line(prompt, frames, seed) for seed, prompt in enumerate(prompts(orpheus))]


def told(orpheus: OrpheusSynthesizer, rows: Sequence[Line], sampling: Sampling, **how: object) -> list[list[object]]:
    found: list[list[object]] = [[] for _ in rows]
    for row, event in write(orpheus._llama, rows, sampling, **how):  # type: ignore[arg-type]
        found[row].append(event)
    return found


@pytest.mark.parametrize("sampling", [GREEDY, Sampling(), Sampling(top_k=50, min_p=0.01, top_p=1.0)])
def test_lines_written_together_are_those_written_alone(orpheus: OrpheusSynthesizer, sampling: Sampling) -> None:
    rows = lines(orpheus)
    together = told(orpheus, rows, sampling)
    assert together == [told(orpheus, [row], sampling)[0] for row in rows]
    assert all(isinstance(row[-1], Ending) for row in together)


def test_an_opening_changes_nothing(orpheus: OrpheusSynthesizer) -> None:
    row = lines(orpheus)[1]
    opening = Opening.of(orpheus._llama, orpheus._prompter.opening("tara"))
    held = [cache.offset for cache in opening.caches]
    assert told(orpheus, [row], Sampling(), opening=opening) == told(orpheus, [row], Sampling())
    assert [cache.offset for cache in opening.caches] == held
    other = Opening.of(orpheus._llama, orpheus._prompter.opening("leo"))
    assert told(orpheus, [row], Sampling(), opening=other) == told(orpheus, [row], Sampling())


def test_a_slots_scores_are_those_of_the_whole_head(orpheus: OrpheusSynthesizer) -> None:
    llama = orpheus._llama
    hidden = llama.hidden(mx.array([prompts(orpheus)[0]]), llama.caches())[:, -1]
    whole = np.array(llama.logits(hidden))
    for slot in range(7):
        start = CODE_BASE + slot * 4096
        assert np.abs(np.array(llama.logits(hidden, start, start + 4096)) - whole[:, start : start + 4096]).max() < 1e-4


def test_every_token_fits_its_slot_so_no_frame_is_malformed(orpheus: OrpheusSynthesizer) -> None:
    for row in told(orpheus, lines(orpheus), Sampling(temperature=1.5, top_p=1.0)):
        ending = row[-1]
        assert isinstance(ending, Ending)
        assert ending.dropped == 0
        assert len(row) - 1 == ending.tokens // 7


def test_a_penalty_keeps_a_greedy_line_from_repeating_a_code_at_once(orpheus: OrpheusSynthesizer) -> None:
    row = lines(orpheus, 12)[0]
    free = told(orpheus, [row], Sampling(temperature=0.0, repetition_penalty=1.0))[0]
    held = told(orpheus, [row], Sampling(temperature=0.0, repetition_penalty=10.0))[0]
    assert free != held


def test_a_whole_vocabulary_that_scores_by_slot_writes_the_same(
    orpheus: OrpheusSynthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all tokens but those of the slot out of the question, the two ways must agree."""
    row = lines(orpheus, 6)[1]
    by_slot = told(orpheus, [row], GREEDY)[0]

    def masked(batch: writing._Batch, hidden: mx.array) -> mx.array:
        tokens = mx.arange(orpheus._llama.config.vocab_size)
        start = CODE_BASE + (batch._step % 7) * 4096
        fits = (tokens >= start) & (tokens < start + 4096)
        if batch._step >= writing.LEAST_TOKENS:
            fits = fits | (tokens == END_OF_SPEECH)
        scores = mx.where(fits, orpheus._llama.logits(hidden), -1e9)
        return batch._draw(scores, 1)

    monkeypatch.setattr(writing._Batch, "_from_all", masked)
    assert told(orpheus, [row], GREEDY, whole_vocabulary=True)[0] == by_slot


def test_a_line_that_does_not_end_is_stopped(orpheus: OrpheusSynthesizer) -> None:
    endings = [told(orpheus, [row], Sampling())[0][-1] for row in lines(orpheus, 4)]
    assert any(isinstance(one, Ending) and one.why == "long" and one.tokens == 28 for one in endings)


def test_a_line_that_goes_in_circles_is_stopped(orpheus: OrpheusSynthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    def always_the_same(batch: writing._Batch, hidden: mx.array) -> mx.array:
        return mx.full((hidden.shape[0],), CODE_BASE + (batch._step % 7) * 4096 + 5)

    monkeypatch.setattr(writing._Batch, "_from_slot", always_the_same)
    row = told(orpheus, lines(orpheus, 200)[:1], GREEDY)[0]
    assert isinstance(row[-1], Ending)
    assert row[-1].why == "looped"
    assert len(row) - 1 == 25
