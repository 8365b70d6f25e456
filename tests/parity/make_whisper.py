"""Makes fixtures/whisper.npz, a small Whisper's every stage, from the reference; see make_snac.py.

Needs transformers and torch. Run: python -m tests.parity.make_whisper
"""

import json
from pathlib import Path

import numpy as np
import torch
from transformers import GenerationConfig, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration
from transformers.generation.logits_process import WhisperTimeStampLogitsProcessor
from transformers.models.whisper.generation_whisper import _dynamic_time_warping, _median_filter

from tests.parity.whisper_weights import COLUMNS, CONFIG, draw, draw_mel, draw_sound, random

PREFIX = [50258, 50259, 50359]
TEXT = [50363, 100, 2200, 11, 45, 7000]


@torch.no_grad()
def main() -> None:
    """Write the fixture."""
    torch.set_num_threads(1)
    model = WhisperForConditionalGeneration(WhisperConfig(**CONFIG, attn_implementation="eager")).eval()
    state = model.state_dict()
    shapes = {name: tuple(value.shape) for name, value in state.items() if name != "proj_out.weight"}
    drawn = draw(shapes)
    # Fixed, as in the published models.
    drawn["model.encoder.embed_positions.weight"] = state["model.encoder.embed_positions.weight"].numpy()
    model.load_state_dict({name: torch.from_numpy(array) for name, array in drawn.items()}, strict=False)
    model.tie_weights()
    mel = torch.from_numpy(draw_mel().transpose(0, 2, 1).copy())
    tokens = torch.tensor([PREFIX + TEXT, [50258, 50262, 50358, 50363, 5, 6, 7, 8, 9]])
    out = model(input_features=mel, decoder_input_ids=tokens, output_attentions=True)
    arrays = {
        "shapes": np.frombuffer(json.dumps(shapes).encode(), dtype=np.uint8),
        "tokens": tokens.numpy(),
        "features": out.encoder_last_hidden_state.numpy(),
        "logits": out.logits[:, :, COLUMNS].numpy(),
        "best": out.logits.argmax(-1).numpy(),
        "cross": torch.stack(out.cross_attentions, 1)[:, :, :2].numpy(),
    }
    for n_mels in (80, 128):
        extractor = WhisperFeatureExtractor(feature_size=n_mels)
        # The whole 30 s are computed; what lies behind the sound is one number.
        heard = extractor(draw_sound(), sampling_rate=16000, return_tensors="np")["input_features"][0]
        arrays[f"mel_{n_mels}"] = heard[:, :270].T.astype(np.float32)
        arrays[f"mel_{n_mels}_rest"] = np.unique(heard[:, 270:])
    arrays |= rules() | alignment()
    np.savez_compressed(Path(__file__).parent / "fixtures" / "whisper.npz", **arrays)


def rules() -> dict[str, np.ndarray]:
    """Which tokens the reference allows after some beginnings."""
    config = GenerationConfig(
        no_timestamps_token_id=50363, eos_token_id=50257, bos_token_id=50257, max_initial_timestamp_index=50
    )
    processor = WhisperTimeStampLogitsProcessor(config, begin_index=3)
    stamp = 50364
    said = [
        [],
        [stamp],
        [stamp, 100],
        [stamp, 100, stamp + 40],
        [stamp, 100, stamp + 40, stamp + 40],
        [stamp, 100, stamp + 40, stamp + 40, 200],
        [stamp + 10, 100, 200, stamp + 1400],
        [stamp + 10, 100, 200, stamp + 1400, stamp + 1450],
    ]
    arrays: dict[str, np.ndarray] = {}
    for at, sequence in enumerate(said):
        for lean in (0.0, 6.0):
            scores = random(f"scores {at} {lean}").normal(size=(1, 51865)).astype(np.float32)
            scores[:, stamp:] += lean
            ruled = processor(torch.tensor([PREFIX + sequence]), torch.from_numpy(scores))
            arrays[f"rule_{at}_{lean:g}"] = np.packbits(torch.isfinite(ruled[0]).numpy())
        arrays[f"said_{at}"] = np.array(sequence, dtype=np.int64)
    return arrays


def alignment() -> dict[str, np.ndarray]:
    """The reference's smoothing and its path through a matrix."""
    weights = random("attention").normal(size=(3, 9, 60)).astype(np.float32)
    text, time = _dynamic_time_warping(-weights.mean(0))
    return {
        "smooth": _median_filter(torch.from_numpy(weights)[None], 7)[0].numpy(),
        "path_text": np.array(text),
        "path_time": np.array(time),
    }


if __name__ == "__main__":
    main()
