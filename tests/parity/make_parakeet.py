"""Makes fixtures/parakeet.npz: a small Parakeet's frames, encoder, joint and greedy tokens; see make_snac.py.

Needs torch, transformers and parakeet-mlx, which must load the folder that the tests write.
Greedy tokens come from a plain loop over the reference's networks, one frame and one token at a time.
Run: python -m tests.parity.make_parakeet
"""

import io
import json
import subprocess
import tempfile
from pathlib import Path

import mlx.core as mx
import numpy as np
import soundfile
import torch
from parakeet_mlx.utils import from_config
from transformers import (
    ParakeetCTCConfig,
    ParakeetFeatureExtractor,
    ParakeetForCTC,
    ParakeetForRNNT,
    ParakeetForTDT,
    ParakeetRNNTConfig,
    ParakeetTDTConfig,
)

from tests.parity.parakeet_weights import (
    BLANK,
    DURATIONS,
    MELS,
    Kind,
    draw,
    is_older,
    shapes,
    transformers_config,
    write_nemo,
)

CLASSES = {
    "tdt": (ParakeetTDTConfig, ParakeetForTDT),
    "rnnt": (ParakeetRNNTConfig, ParakeetForRNNT),
    "ctc": (ParakeetCTCConfig, ParakeetForCTC),
}
TEXT = "Seven black boxes, please."


def speech() -> np.ndarray:
    """espeak's voice, 16 kHz, int16."""
    made = subprocess.run(["espeak-ng", "--stdout", TEXT], capture_output=True, check=True).stdout
    samples, rate = soundfile.read(io.BytesIO(made), dtype="float32")
    places = np.arange(int(len(samples) * 16000 / rate)) * rate / 16000
    return (np.interp(places, np.arange(len(samples)), samples) * 32767).astype(np.int16)


def build(kind: Kind) -> torch.nn.Module:
    """The reference network with drawn weights."""
    config_class, model_class = CLASSES[kind]
    model = model_class(config_class(**transformers_config(kind))).eval()
    wanted = shapes(kind)
    state = {name: value for name, value in model.state_dict().items() if "num_batches" not in name}
    assert {name: tuple(value.shape) for name, value in state.items()} == wanted, set(state) ^ set(wanted)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in draw(wanted).items()}, strict=False)
    return model


def loop(model: torch.nn.Module, kind: Kind, frames: torch.Tensor, max_symbols: int = 10) -> list[list[int]]:
    """[token, frame, duration] of each token, by the book."""
    found: list[list[int]] = []
    if kind == "ctc":
        best = model.ctc_head(frames[None])[0].argmax(-1).tolist()
        for at, token in enumerate(best):
            if token != BLANK and (at == 0 or best[at - 1] != token):
                found.append([token, at, 1])
        return found
    encoded = model.encoder_projector(frames)
    state = None
    output, state = model.decoder.lstm(model.decoder.embedding(torch.tensor([[BLANK]])), state)
    output = model.decoder.decoder_projector(output)[0, 0]
    at, symbols = 0, 0
    while at < len(encoded):
        logits = model.joint(output, encoded[at])
        token = int(logits[: BLANK + 1].argmax())
        if kind == "rnnt":
            duration = int(token == BLANK)
        else:
            duration = DURATIONS[int(logits[BLANK + 1 :].argmax())]
            duration = max(1, duration) if token == BLANK else duration
        if token != BLANK:
            found.append([token, at, duration])
            output, state = model.decoder.lstm(model.decoder.embedding(torch.tensor([[token]])), state)
            output = model.decoder.decoder_projector(output)[0, 0]
        symbols = 0 if duration else symbols + 1
        at += duration
        if symbols == max_symbols:
            at, symbols = at + 1, 0
    return found


def check_layout(kind: Kind, mel: np.ndarray, encoded: np.ndarray) -> None:
    """The folder that the tests write is one that parakeet-mlx loads, name for name, and means the same there."""
    with tempfile.TemporaryDirectory() as folder:
        write_nemo(Path(folder), kind)
        theirs = from_config(json.loads((Path(folder) / "config.json").read_text()))
        theirs.load_weights(str(Path(folder) / "model.safetensors"), strict=True)
    frames = (mel[0].any(axis=1)).sum()
    ours = encoded[0, : -(-frames // 8)]
    found = np.array(theirs.encoder(mx.array(mel[:, :frames]))[0])[0]
    assert np.abs(found - ours).max() < 1e-4


@torch.no_grad()
def main() -> None:
    """Write the fixture."""
    sound = speech()
    samples = sound.astype(np.float32) / 32768
    heard = ParakeetFeatureExtractor(feature_size=MELS)(
        [samples, samples[: len(samples) // 2 + 77]], sampling_rate=16000, return_tensors="pt"
    )
    arrays: dict[str, np.ndarray] = {"sound": sound}
    arrays["mel"] = heard["input_features"].numpy()
    arrays["mel_mask"] = heard["attention_mask"].numpy()
    wide = ParakeetFeatureExtractor(feature_size=128)(samples, sampling_rate=16000, return_tensors="np")
    arrays["mel_128"] = wide["input_features"][0]
    kind: Kind
    for kind in ("tdt", "rnnt", "ctc"):
        model = build(kind)
        mask = heard["attention_mask"]
        output = model.encoder(heard["input_features"], attention_mask=mask)
        lengths = output.attention_mask.sum(-1).tolist()
        encoded = output.last_hidden_state.numpy()
        arrays["encoded_older" if is_older(kind) else "encoded"] = encoded
        arrays["encoded_lengths"] = np.array(lengths)
        if kind == "ctc":
            arrays["ctc_logits"] = model.ctc_head(output.last_hidden_state).numpy()
        else:
            said = model.decoder(torch.tensor([[BLANK]]))
            arrays[f"{kind}_logits"] = model.joint(said, model.encoder_projector(output.last_hidden_state)).numpy()
        for row, length in enumerate(lengths):
            tokens = loop(model, kind, output.last_hidden_state[row, :length])
            arrays[f"{kind}_tokens_{row}"] = np.array(tokens, dtype=np.int32).reshape(-1, 3)
        check_layout(kind, arrays["mel"][:1], encoded[:1])
    np.savez_compressed(Path(__file__).parent / "fixtures" / "parakeet.npz", **arrays)


if __name__ == "__main__":
    main()
