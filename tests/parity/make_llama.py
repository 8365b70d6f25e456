"""Makes fixtures/llama.npz (weights, tokens, logits, filtered scores) from transformers; see make_snac.py."""

from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

ROPE = {
    "rope_type": "llama3",
    "factor": 32.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
    "rope_theta": 500.0,
}


def main() -> None:
    """Write the fixture."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=256,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        rms_norm_eps=1e-5,
        rope_parameters=ROPE,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config).eval()
    tokens = np.random.default_rng(0).integers(0, 256, (1, 150))
    arrays = {f"weights.{k}": v.numpy() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    arrays["tokens"] = tokens
    with torch.no_grad():
        arrays["logits"] = model(torch.from_numpy(tokens)).logits.numpy()

    scores = torch.randn(3, 200) * 4
    seen = torch.randint(0, 200, (3, 12))
    arrays["scores"], arrays["seen"] = scores.numpy(), seen.numpy()
    arrays["penalised"] = RepetitionPenaltyLogitsProcessor(1.3)(seen, scores.clone()).numpy()
    warm = TemperatureLogitsWarper(0.6)(seen, scores.clone())
    arrays["top_k"] = TopKLogitsWarper(20)(seen, warm.clone()).numpy()
    arrays["top_p"] = TopPLogitsWarper(0.8)(seen, warm.clone()).numpy()
    arrays["min_p"] = MinPLogitsWarper(0.05)(seen, warm.clone()).numpy()
    np.savez_compressed(Path(__file__).parent / "fixtures" / "llama.npz", **arrays)


if __name__ == "__main__":
    main()
