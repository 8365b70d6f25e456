"""Makes fixtures/pocket_tts.npz: tiny random Pocket TTS of several shapes, their stages, texts and their parts.

    pip install pocket-tts==4.0.1 sentencepiece

Four releases' own configurations, made small: the first (no vector before the voice), the newest, one that drifts, and
the smallest (grouped keys, a low-rank table, a decoder of its own shape).
"""

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pocket_tts.modules.text_conditioner as text_conditioner
import sentencepiece
import torch
import yaml
from pocket_tts.data.audio_utils import end_on_pause
from pocket_tts.models.flow_lm import lsd_decode
from pocket_tts.models.mimi import build_mimi
from pocket_tts.models.text_chunking import prepare_text_prompt, split_into_best_sentences
from pocket_tts.models.tts_model import TTSModel, stamp_state_names
from pocket_tts.modules.stateful_module import init_states
from pocket_tts.utils.config import CONFIGS_DIR, Config
from torch import nn

RELEASES = ("english_2026-01", "english_2026-10", "english_18m_2026-10", "english_2m_2026-10")
PUBLISHED = (*RELEASES, "french_24l")
TEXTED = ("english_2026-01", "english_2026-10", "english_2m_2026-10", "french", "german", "spanish", "italian")
FRAMES, LATENTS, STEPS, ENTRIES = 10, 8, 10, 50
CORPUS = Path(__file__).parents[2] / "examples" / "aesop.txt"
TEXTS = (
    "hello world",
    "Yes",
    "“Stop!”, she said; he didn’t.",
    "He paid 3.50 dollars. Then he left… and came back!",
    "A list: one, two, three –",
    "The fox, who had been watching the crow in the tree for a long time; and the crow, who held the cheese, looked at "
    "each other: neither of them moved, neither of them spoke, and the wind went through the leaves of the old oak.",
    "Was it so? It was. No! Why not? Because. Well then. Good. Very good. Let us go home now, my friend. It is late.",
    "«Où vas-tu?» dit-il (en riant) ; “Nulle part”.",
    "¡Hola! ¿Qué tal [amigo]?",
    "  two\nlines  and   spaces ",
    "a dash — here – and there",
    'ends in a quote, "she said"',
)


def main() -> None:
    """Write the fixture."""
    torch.set_grad_enabled(False)
    arrays: dict[str, np.ndarray] = {}
    for name in RELEASES:
        arrays |= {f"{name}/{part}": array for part, array in _release(name).items()}
    arrays |= _texts()
    arrays |= _pauses()
    for name in PUBLISHED:
        shapes = _built(name, small=False)[0].state_dict()
        arrays[f"published/{name}"] = np.array(
            [f"{tensor} {','.join(map(str, array.shape))}" for tensor, array in shapes.items()]
        )
    np.savez_compressed(Path(__file__).parent / "fixtures" / "pocket_tts.npz", **arrays)


def _built(name: str, small: bool) -> tuple[TTSModel, Config]:
    text_conditioner.build_tokenizer = lambda *_, **__: None  # it would be downloaded; numbers are given directly
    found = yaml.safe_load((CONFIGS_DIR / f"{name}.yaml").read_text(encoding="utf-8"))
    if small:
        _shrink(found)
    config = Config(**found)
    torch.manual_seed(0)
    with torch.device("cpu" if small else "meta"):
        model = TTSModel._from_pydantic_config(config, 0.3, 1, None, config.default_eos_threshold, None)
        width, inner = config.flow_lm.transformer.d_model, config.mimi.inner_dim or config.mimi.seanet.dimension
        model.flow_lm.speaker_proj_weight = nn.Parameter(torch.zeros(width, inner))
        model.mimi = build_mimi(config.mimi)
    stamp_state_names(model)
    return model.eval(), config


def _shrink(found: dict[str, Any]) -> None:
    """Narrow, few layers; what makes a release another one stays."""
    flow, mimi = found["flow_lm"], found["mimi"]
    flow["flow"].update(depth=2, dim=16)
    flow["transformer"].update(d_model=24, num_layers=2, hidden_scale=2)
    flow["transformer"]["num_heads"] = 3
    if "attn_dim" in flow["transformer"]:
        flow["transformer"].update(attn_dim=36, num_kv_heads=1, dim_feedforward=20)
    flow["lookup_table"].update(dim=24, n_bins=ENTRIES)
    if "rank" in flow["lookup_table"]:
        flow["lookup_table"]["rank"] = 8
    if "z_dim" in flow:
        flow["z_dim"] = 12
    width = 16
    mimi["seanet"].update(dimension=width, n_filters=2)
    mimi["transformer"].update(
        d_model=width, num_heads=2, dim_feedforward=32, input_dimension=width, output_dimensions=[width], context=40
    )
    mimi["inner_dim"] = width if mimi["inner_dim"] == 512 else 8
    mimi["outer_dim"] = width
    mimi["quantizer"].update(dimension=8, output_dimension=width)
    if "decoder_seanet" in mimi:
        width = 12
        mimi["decoder_seanet"].update(dimension=width, n_filters=2)
        mimi["decoder_transformer"].update(
            d_model=width,
            num_heads=2,
            num_layers=2,
            dim_feedforward=24,
            input_dimension=width,
            output_dimensions=[width],
            context=40,
        )
        mimi["outer_dim"] = width
        mimi["quantizer"]["output_dimension"] = width


def _release(name: str) -> dict[str, np.ndarray]:
    model, _ = _built(name, small=True)
    for tensor, array in model.state_dict().items():
        _draw(tensor, array)
    dice = torch.Generator().manual_seed(3)
    found = {f"weights/{tensor}": array for tensor, array in model.state_dict().items()}
    flow, mimi = model.flow_lm, model.mimi
    # Sounds are made by a rule that the test knows too.
    encoded = mimi.encode_to_latent(torch.from_numpy(speech(FRAMES * 1920 - 700))[None, None])
    prefix = nn.functional.linear(encoded, flow.speaker_proj_weight)
    if flow.insert_bos_before_voice:
        prefix = torch.cat([flow.bos_before_voice, prefix], 1)
    text = torch.randint(0, ENTRIES, (1, 9), generator=dice)
    found |= {"encoded": encoded, "prefix": prefix, "text": text}
    found |= _spoken(model, prefix, text, dice)
    if flow.flow_type == "lsd":
        for steps in (1, 2, 4):
            found[f"flow/{steps}"] = lsd_decode(
                lambda start, end, x: flow.flow_net(found["hidden"], start, end, x), found["noise"], steps
            )
    latents = torch.randn(1, LATENTS, flow.ldim, generator=dice) * flow.emb_std + flow.emb_mean
    found["decoded/latents"] = latents
    state = init_states(mimi, batch_size=1, sequence_length=LATENTS * 16)
    found["decoded/audio"] = mimi.decode_from_latent(latents, state)
    return {part: array.numpy() for part, array in found.items()}


def _spoken(
    model: TTSModel, prefix: torch.Tensor, text: torch.Tensor, dice: torch.Generator
) -> dict[str, torch.Tensor]:
    """A run of the whole loop, its noise noted."""
    flow = model.flow_lm
    noises: list[torch.Tensor] = []
    hidden: list[torch.Tensor] = []
    ends: list[torch.Tensor] = []
    latents: list[torch.Tensor] = []

    def drawn(x: torch.Tensor, mean: float = 0.0, std: float = 1.0) -> torch.Tensor:
        noises.append(torch.randn(x.shape, generator=dice) * std)
        return x.copy_(noises[-1])

    def noted(_module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        hidden.append(inputs[0].clone())
        ends.append(output.clone())

    original = nn.init.normal_
    nn.init.normal_ = drawn
    hook = flow.out_eos.register_forward_hook(noted)
    state = init_states(flow, batch_size=1, sequence_length=100)
    model._run_flow_lm_and_increment_step(model_state=state, audio_conditioning=prefix)
    voice = {
        f"voice/{module}/{part}": value.clone() for module, parts in state.items() for part, value in parts.items()
    }
    model._run_flow_lm_and_increment_step(model_state=state, text_tokens=text)
    for noted_so_far in (noises, hidden, ends):
        noted_so_far.clear()
    x = torch.full((1, 1, flow.ldim), float("nan"))
    for _ in range(STEPS):
        x, _is_end = model._run_flow_lm_and_increment_step(model_state=state, backbone_input_latents=x)
        latents.append(x)
    nn.init.normal_ = original
    hook.remove()
    kept = {name: value for name, value in voice.items() if name.endswith(("cache", "offset"))}
    return kept | {
        "noise": torch.cat(noises),
        "hidden": torch.cat(hidden),
        "ends": torch.cat(ends),
        "latents": torch.cat(latents, 1),
    }


def _draw(name: str, tensor: torch.Tensor) -> None:
    """Numbers at which every part is heard."""
    if name.endswith("freqs"):
        return
    if name.endswith(".scale"):
        tensor.copy_(0.2 + 0.2 * torch.rand_like(tensor))
    elif name.endswith("emb_std"):
        tensor.copy_(0.5 + torch.rand_like(tensor))
    elif tensor.ndim >= 2:
        tensor.copy_(torch.randn_like(tensor) * tensor[0].numel() ** -0.5)
    elif "norm" in name or name.endswith("alpha"):
        tensor.copy_(1 + 0.2 * torch.randn_like(tensor))
    else:
        tensor.copy_(0.2 * torch.randn_like(tensor))


def _texts() -> dict[str, np.ndarray]:
    """Texts and what the reference makes of them, with a tokenizer of its kind trained on a short book."""
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*CORPUS.read_text(encoding="utf-8").splitlines(), *TEXTS]),
        model_writer=trained,
        vocab_size=240,
        model_type="unigram",
        byte_fallback=False,
        character_coverage=1.0,
        normalization_rule_name="identity",
        num_threads=1,
    )
    with tempfile.NamedTemporaryFile(suffix=".model") as file:
        file.write(trained.getvalue())
        file.flush()
        tokenizer = text_conditioner.SentencePieceTokenizer(240, file.name)
    found = {"text/tokenizer": np.frombuffer(trained.getvalue(), dtype=np.uint8)}
    lines: list[str] = []
    for name in TEXTED:
        config = Config(**yaml.safe_load((CONFIGS_DIR / f"{name}.yaml").read_text(encoding="utf-8")))
        how = (
            config.pad_with_spaces_for_short_inputs,
            config.remove_semicolons,
            config.append_terminal_punctuation,
            config.capitalize_first_letter,
            config.replace_characters,
        )
        for text in TEXTS:
            chunks = split_into_best_sentences(tokenizer, text, 50, how[0], how[1], *how[2:])
            for chunk in chunks:
                prepared, after = prepare_text_prompt(chunk, *how)
                ids = " ".join(map(str, tokenizer.encode(prepared)))
                lines.append("\t".join((name, str(TEXTS.index(text)), prepared, str(after + 2), ids)))
    found["text/parts"] = np.array(lines)
    found["text/texts"] = np.array(TEXTS)
    return found


def _pauses() -> dict[str, np.ndarray]:
    """Ends of recordings: cut, faded, and a pause behind."""
    found: dict[str, np.ndarray] = {}
    for name, silent in (("loud", 0), ("quiet", 4000), ("short", 300)):
        samples = np.concatenate([speech(5000), 1e-4 * speech(silent)]) if name != "short" else speech(300)
        found[f"pause/{name}"] = end_on_pause(torch.from_numpy(samples)[None], 24000).numpy()[0]
    return found


def speech(length: int) -> np.ndarray:
    """Something that an encoder can be given; the test makes the same."""
    at = np.arange(length) / 24000
    return (0.3 * np.sin(2 * np.pi * 220 * at) * np.sin(2 * np.pi * 1.7 * at) + 0.05 * np.sin(at * at * 9000)).astype(
        np.float32
    )


if __name__ == "__main__":
    main()
