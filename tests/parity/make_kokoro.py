"""Makes fixtures/kokoro.npz, a small Kokoro's every stage, from the reference package; see make_snac.py.

Needs kokoro 0.9.4 and torch; misaki is not needed. The reference's decoder has its widths written into the code, so its
blocks are built again here, from its own classes, narrower. Run: python -m tests.parity.make_kokoro
"""

import json
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import torch

from tests.parity.kokoro_weights import ASIDE_WIDTH, CONFIG, DECODER_WIDTH, draw, draw_noise, draw_style, draw_tokens

# kokoro's package imports its pipeline, which wants spaCy; the network alone is wanted.
_pipeline = types.ModuleType("kokoro.pipeline")
_pipeline.KPipeline = object  # type: ignore[attr-defined]
sys.modules["kokoro.pipeline"] = _pipeline

from kokoro.istftnet import AdainResBlk1d  # noqa: E402
from kokoro.model import KModel  # noqa: E402

TOKENS = 9


def build() -> KModel:
    """The reference network with drawn weights."""
    with tempfile.NamedTemporaryFile(suffix=".pth") as file:
        torch.save({}, file.name)
        model = KModel(repo_id="hexgrad/Kokoro-82M", config=CONFIG, model=file.name).eval()
    hidden, style = CONFIG["hidden_dim"], CONFIG["style_dim"]
    decoder, width, aside = model.decoder, DECODER_WIDTH, ASIDE_WIDTH
    decoder.encode = AdainResBlk1d(hidden + 2, width, style)
    inside = width + 2 + aside
    decoder.decode = torch.nn.ModuleList(
        [
            *(AdainResBlk1d(inside, width, style) for _ in range(3)),
            AdainResBlk1d(inside, CONFIG["istftnet"]["upsample_initial_channel"], style, upsample=True),
        ]
    )
    decoder.asr_res = torch.nn.Sequential(
        torch.nn.utils.parametrizations.weight_norm(torch.nn.Conv1d(hidden, aside, 1))
    )
    state = model.state_dict()
    drawn = draw({name: tuple(value.shape) for name, value in state.items() if value.is_floating_point()})
    model.load_state_dict({name: torch.from_numpy(drawn[name]) if name in drawn else state[name] for name in state})
    return model.eval()


class _Chance:
    """The reference's noise, given; every other chance is zero."""

    def __init__(self, noise: np.ndarray | None) -> None:
        self._noise = noise

    def __enter__(self) -> None:
        self._kept = torch.rand, torch.randn_like
        torch.rand = lambda *size, **_: torch.zeros(*size)
        torch.randn_like = self._like

    def __exit__(self, *_: object) -> None:
        torch.rand, torch.randn_like = self._kept

    def _like(self, x: torch.Tensor) -> torch.Tensor:
        if self._noise is not None and x.shape[-1] == 9:
            return torch.from_numpy(self._noise)
        return torch.zeros_like(x)


@torch.no_grad()
def main() -> None:
    """Write the fixture."""
    model = build()
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items() if value.is_floating_point()}
    tokens = draw_tokens(TOKENS)
    ids = torch.LongTensor([[0, *tokens, 0]])
    n = ids.shape[1]
    mask, lengths = torch.zeros(1, n, dtype=torch.bool), torch.LongTensor([n])
    voice = torch.from_numpy(draw_style(1))
    half = CONFIG["style_dim"]
    sound, prosody = voice[:, :half], voice[:, half:]
    out: dict[str, torch.Tensor] = {}

    out["bert"] = model.bert(ids, attention_mask=(~mask).int())
    narrow = model.bert_encoder(out["bert"])
    out["encoded"] = model.predictor.text_encoder(narrow.transpose(-1, -2), prosody, lengths, mask)
    out["lstm"], _ = model.predictor.lstm(out["encoded"])
    exact = torch.sigmoid(model.predictor.duration_proj(out["lstm"])).sum(-1)
    for speed in (1.0, 0.6, 1.7):
        out[f"durations.{speed}"] = torch.round(exact / speed).clamp(min=1).long()
    index = torch.repeat_interleave(torch.arange(n), out["durations.1.0"][0])
    stretched = out["encoded"][:, index]
    out["f0"], out["energy"] = model.predictor.F0Ntrain(stretched.transpose(-1, -2), prosody)
    text = model.text_encoder(ids, lengths, mask)
    out["text"] = text.transpose(1, 2)

    decoder, aligned = model.decoder, text[:, :, index]
    f0, energy = decoder.F0_conv(out["f0"].unsqueeze(1)), decoder.N_conv(out["energy"].unsqueeze(1))
    x = decoder.encode(torch.cat([aligned, f0, energy], 1), sound)
    aside = decoder.asr_res(aligned)
    for block in decoder.decode:
        x = block(torch.cat([x, aside, f0, energy], 1), sound)
    out["decoded"] = x.transpose(1, 2)

    generator = decoder.generator
    raised = generator.f0_upsamp(out["f0"][:, None]).transpose(1, 2)
    for name, noise in (("silent", None), ("noisy", draw_noise(raised.shape[1]))):
        with _Chance(noise):
            source, _, _ = generator.m_source(raised)
        out[f"source.{name}"] = source[:, :, 0]
    with _Chance(None):
        magnitude, phase = generator.stft.transform(out["source.silent"])
        out["magnitude"], out["phase"] = magnitude.transpose(1, 2), phase.transpose(1, 2)
        out["generated"] = generator(x, sound, out["f0"])[:, 0]
        spoken = model.forward_with_tokens(ids, voice, 1.0)
    out["audio"], out["audio.durations"] = spoken[0], spoken[1]

    arrays = {name: value.numpy() for name, value in out.items()}
    arrays["shapes"] = np.frombuffer(json.dumps(shapes).encode(), dtype=np.uint8)
    np.savez_compressed(Path(__file__).parent / "fixtures" / "kokoro.npz", **arrays)


if __name__ == "__main__":
    main()
