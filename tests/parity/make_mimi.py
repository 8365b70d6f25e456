"""Makes fixtures/mimi.npz: a tiny random Mimi, its stages, its codes and its names in transformers' layout.

    pip install moshi transformers torch safetensors

The reference is kyutai's `moshi`. That the second layout holds the same model is seen by transformers' own Mimi, which
must load it whole and decode it alike.
"""

import copy
import os
from pathlib import Path

os.environ["NO_TORCH_COMPILE"] = "1"

import numpy as np
import torch
from moshi.models import loaders
from transformers import MimiConfig, MimiModel

WIDTH, FILTERS, LAYERS, HEADS, WINDOW = 16, 2, 2, 2, 12
CODEBOOKS, ENTRIES, CODE_WIDTH = 4, 32, 8
FRAMES, FRAME_SIZE = 16, 1920
RAGGED = (1000, 1921, 10300)

RENAMED = (
    ("conv.conv.conv", "conv"),
    ("convtr.convtr.convtr", "conv"),
    ("conv.conv", "conv"),
    ("convtr.convtr", "conv"),
    ("quantizer.rvq_first.vq", "quantizer.semantic_residual_vector_quantizer"),
    ("quantizer.rvq_first", "quantizer.semantic_residual_vector_quantizer"),
    ("quantizer.rvq_rest.vq", "quantizer.acoustic_residual_vector_quantizer"),
    ("quantizer.rvq_rest", "quantizer.acoustic_residual_vector_quantizer"),
    ("_codebook", "codebook"),
    ("_initialized", "initialized"),
    ("embedding_sum", "embed_sum"),
    ("encoder.model", "encoder.layers"),
    ("decoder.model", "decoder.layers"),
    ("encoder_transformer.transformer", "encoder_transformer"),
    ("decoder_transformer.transformer", "decoder_transformer"),
    ("linear1", "mlp.fc1"),
    ("linear2", "mlp.fc2"),
    ("self_attn.out_proj", "self_attn.o_proj"),
    ("norm1", "input_layernorm"),
    ("norm2", "post_attention_layernorm"),
    ("layer_scale_1", "self_attn_layer_scale"),
    ("layer_scale_2", "mlp_layer_scale"),
)


def main() -> None:
    """Write the fixture."""
    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    model = _model()
    weights = _weights(model)
    arrays = {f"weights.{name}": array.numpy() for name, array in weights.items() if not name.endswith("_initialized")}
    codes = torch.randint(0, ENTRIES, (1, CODEBOOKS, FRAMES), generator=torch.Generator().manual_seed(1))
    arrays |= _stages(model, codes)
    pcm = torch.from_numpy(speech(FRAMES * FRAME_SIZE))[None, None]
    arrays["encoded"] = model.encode(pcm).numpy()
    for length in RAGGED:
        arrays[f"encoded.{length}"] = model.encode(pcm[..., :length]).numpy()
    arrays |= _second_layout(weights, codes, torch.from_numpy(arrays["audio"]))
    arrays |= _published()
    np.savez_compressed(Path(__file__).parent / "fixtures" / "mimi.npz", **arrays)


def speech(length: int) -> np.ndarray:
    """Something that a codec can be given; the test makes the same."""
    at = np.arange(length) / 24000
    return (0.3 * np.sin(2 * np.pi * 220 * at) * np.sin(2 * np.pi * 1.7 * at) + 0.05 * np.sin(at * at * 9000)).astype(
        np.float32
    )


def _model() -> torch.nn.Module:
    config = copy.deepcopy(loaders._mimi_config)
    config["seanet"].update(dimension=WIDTH, n_filters=FILTERS)
    config["quantizer"].update(
        dimension=CODE_WIDTH, n_q=CODEBOOKS, bins=ENTRIES, input_dimension=WIDTH, output_dimension=WIDTH
    )
    config["transformer"].update(
        d_model=WIDTH,
        num_heads=HEADS,
        num_layers=LAYERS,
        context=WINDOW,
        dim_feedforward=2 * WIDTH,
        input_dimension=WIDTH,
        output_dimensions=[WIDTH],
    )
    model = loaders.get_mimi(None, mimi_config=config, num_codebooks=CODEBOOKS)
    for name, tensor in model.state_dict().items():
        tensor.copy_(_drawn(name, tensor))
    return model


def _drawn(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """Numbers at which every part is heard: layer scales far from their beginnings, norms that do something."""
    if name.endswith("cluster_usage"):
        return 0.5 + torch.rand_like(tensor)
    if name.endswith("_initialized"):
        return torch.ones_like(tensor)
    if name.endswith("embedding_sum"):
        return torch.randn_like(tensor)
    if name.endswith(".scale"):
        return 0.2 + 0.2 * torch.rand_like(tensor)
    if tensor.ndim >= 2:
        is_up = "convtr" in name and tensor.shape[1] > 1
        fan = tensor.shape[0] * tensor.shape[2] / 2 if is_up else tensor[0].numel()
        return torch.randn_like(tensor) * fan**-0.5
    return 0.1 * torch.randn_like(tensor) if name.endswith("bias") else 1 + 0.2 * torch.randn_like(tensor)


def _weights(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """As kyutai's file names them."""
    return {
        name.replace("self_attn.in_projs.0.weight", "self_attn.in_proj_weight").replace(
            "self_attn.out_projs.0.", "self_attn.out_proj."
        ): tensor.clone()
        for name, tensor in model.state_dict().items()
    }


def _stages(model: torch.nn.Module, codes: torch.Tensor) -> dict[str, np.ndarray]:
    latent = model.decode_latent(codes)
    upsampled = model.upsample(latent)
    stages = {"codes": codes, "latent": latent, "upsampled": upsampled}
    stages["decoder_transformer"] = model.decoder_transformer(upsampled)[0]
    stages["audio"] = model.decode(codes)
    return {name: tensor.numpy() for name, tensor in stages.items()}


def _second_layout(weights: dict[str, torch.Tensor], codes: torch.Tensor, audio: torch.Tensor) -> dict[str, np.ndarray]:
    """Names of transformers' layout, each with the tensor of kyutai's that it holds; and rows that lie otherwise."""
    names: dict[str, str] = {}
    turned: dict[str, torch.Tensor] = {}
    for theirs in weights:
        ours = theirs
        for old, new in RENAMED:
            ours = ours.replace(old, new)
        if not ours.endswith("in_proj_weight"):
            names[ours] = theirs
            continue
        queries, keys, values = weights[theirs].chunk(3)
        for letter, rows in (("q", _halves(queries)), ("k", _halves(keys)), ("v", values)):
            turned[ours.replace("in_proj_weight", f"{letter}_proj.weight")] = rows.contiguous()
    model = MimiModel(
        MimiConfig(
            hidden_size=WIDTH,
            num_filters=FILTERS,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            num_key_value_heads=HEADS,
            head_dim=WIDTH // HEADS,
            intermediate_size=2 * WIDTH,
            sliding_window=WINDOW,
            num_quantizers=CODEBOOKS,
            codebook_size=ENTRIES,
            codebook_dim=CODE_WIDTH,
            vector_quantization_hidden_dimension=CODE_WIDTH,
            upsample_groups=WIDTH,
        )
    ).eval()
    model.load_state_dict({name: weights[theirs] for name, theirs in names.items()} | turned, strict=True)
    # Up to where the window is full: transformers 4 looks past it.
    within = WINDOW // 2 * FRAME_SIZE
    away = float((model.decode(codes).audio_values - audio)[..., :within].abs().max() / audio.abs().max())
    if away > 1e-5:
        raise SystemExit(f"transformers' Mimi decodes otherwise: {away}")
    kept = [f"{name} {theirs}" for name, theirs in names.items() if not name.endswith(".initialized")]
    return {"names": np.array(kept)} | {f"turned.{name}": rows.numpy() for name, rows in turned.items()}


def _published() -> dict[str, np.ndarray]:
    """Names and shapes of the published model, in both layouts."""
    with torch.device("meta"):
        kyutai = loaders.get_mimi(None, num_codebooks=32, device="meta")
        theirs = MimiModel(MimiConfig(num_quantizers=32, upsample_groups=512))
    named = {
        "kyutai": {name: tuple(tensor.shape) for name, tensor in _weights(kyutai).items()},
        "transformers": {name: tuple(tensor.shape) for name, tensor in theirs.state_dict().items()},
    }
    return {
        f"published.{layout}": np.array([f"{name} {','.join(map(str, shape))}" for name, shape in shapes.items()])
        for layout, shapes in named.items()
    }


def _halves(matrix: torch.Tensor) -> torch.Tensor:
    """Rotary pairs side by side -> first halves, second halves."""
    out, channels = matrix.shape
    return matrix.view(HEADS, out // HEADS // 2, 2, channels).transpose(1, 2).reshape(matrix.shape)


if __name__ == "__main__":
    main()
