"""Parakeet against transformers' Parakeet: the same weights, the same numbers. See make_parakeet.py."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from engine.audio.mel import LogMel
from engine.stt.parakeet import frontend, load
from engine.stt.parakeet.ctc import Ctc
from engine.stt.parakeet.transducer import Transducer
from tests.parity.parakeet_weights import Kind, is_older, write_nemo, write_transformers

FIXTURE = dict(np.load(Path(__file__).parent / "fixtures" / "parakeet.npz"))
SOUND = FIXTURE["sound"].astype(np.float32) / 32768
ROWS = (SOUND, SOUND[: len(SOUND) // 2 + 77])


@pytest.mark.parametrize(("n_mels", "name"), [(80, "mel"), (128, "mel_128")])
def test_frames_of_speech_are_the_reference_s(n_mels: int, name: str) -> None:
    theirs = FIXTURE[name] if name != "mel" else FIXTURE["mel"][0]
    ours = frontend.normalised(LogMel(n_mels=n_mels)(SOUND))
    theirs = theirs[: len(ours)]
    assert len(ours) == len(SOUND) // 160
    assert np.abs(ours - theirs).max() < 1e-4
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9999


def mels() -> tuple[mx.array, list[int]]:
    rows = [frontend.normalised(LogMel(n_mels=80)(row)) for row in ROWS]
    batch = np.zeros((len(rows), max(map(len, rows)), 80), dtype=np.float32)
    for row, mel in zip(batch, rows, strict=True):
        row[: len(mel)] = mel
    return mx.array(batch), [len(mel) for mel in rows]


@pytest.mark.parametrize("kind", ["tdt", "rnnt", "ctc"])
@pytest.mark.parametrize("write", [write_nemo, write_transformers])
def test_encoder_and_head_give_the_reference_s_numbers(kind: Kind, write, tmp_path: Path) -> None:
    write(tmp_path / "model", kind)
    model = load(tmp_path / "model")
    mel, lengths = mels()
    encoded = model.encoder(mel, lengths)
    ends = [model.encoder.frames(length) for length in lengths]
    assert ends == FIXTURE["encoded_lengths"].tolist()
    for row, end in enumerate(ends):
        theirs = FIXTURE["encoded_older" if is_older(kind) else "encoded"][row, :end]
        assert np.abs(np.array(encoded)[row, :end] - theirs).max() < 1e-5
    decoder = model.decoder
    if isinstance(decoder, Ctc):
        logits = decoder.logits(encoded)
    else:
        assert isinstance(decoder, Transducer)
        logits = decoder.logits(encoded, decoder.start(2).predicted)
    theirs = FIXTURE[f"{kind}_logits"]
    assert np.abs(np.array(logits)[0] - theirs[0]).max() < 1e-4 * np.abs(theirs).max()


@pytest.mark.parametrize("kind", ["tdt", "rnnt", "ctc"])
def test_greedy_tokens_are_those_of_a_plain_loop_over_the_reference(kind: Kind, tmp_path: Path) -> None:
    write_nemo(tmp_path / "model", kind)
    model = load(tmp_path / "model")
    mel, lengths = mels()
    ends = [model.encoder.frames(length) for length in lengths]
    said, _ = model.decoder.greedy(model.encoder(mel, lengths), ends, model.decoder.start(2))
    for row, emissions in enumerate(said):
        theirs = FIXTURE[f"{kind}_tokens_{row}"].tolist()
        assert [(e.token, e.frame) for e in emissions] == [(token, frame) for token, frame, _ in theirs]
        if kind == "tdt":
            assert [e.duration for e in emissions] == [duration for _, _, duration in theirs]
        assert all(0 < e.confidence <= 1 for e in emissions)
