"""What Kokoro gives where the studio has cut a sentence."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.text.segment import TextSegment
from engine.tts.kokoro import load
from engine.tts.kokoro.network import Spoken
from engine.types import SpeechRequest
from tests.engine.tts.kokoro.checkpoints import hexgrad


def test_a_piece_whose_sentence_goes_on_has_no_silence_of_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a sentence is cut the pause is the studio's: the silence that the network makes of an end is left out."""
    model = load(hexgrad(tmp_path / "Kokoro-82M"))

    def network(rows: list[tuple[int, ...]], *_: object) -> list[Spoken]:
        durations = [np.full(len(row) + 2, 40) for row in rows]
        frame = model._config.samples_per_frame  # type: ignore[attr-defined]
        sounds = [np.full(int(one.sum()) * frame, 0.2, dtype=np.float32) for one in durations]
        for sound in sounds:
            sound[-5 * 40 * frame :] = 0  # the last phonemes, the mark, and the silent one behind them
        return [Spoken(sound, frames) for sound, frames in zip(sounds, durations, strict=True)]

    monkeypatch.setattr(model, "_network", network)
    text = "I was walking home from the office,"
    whole = TextSegment(0, text, (0, len(text)), 0.2, "sentence", tuple(range(len(text) + 1)))
    request = model.check(SpeechRequest(whole.text))
    (ends,) = model.synthesize(whole, request)
    (goes_on,) = model.synthesize(replace(whole, ends="clause"), request)
    assert np.abs(ends.samples[-3000:]).max() == 0
    loud = np.flatnonzero(np.abs(goes_on.samples) > 1e-3)
    assert len(goes_on.samples) - loud[-1] < 0.03 * 24000
    assert len(goes_on.samples) < len(ends.samples)
    assert max(word.end_s for word in goes_on.words) <= len(goes_on.samples) / 24000 + 1e-6
