"""Makes fixtures/qwen3_tts_{small,large,codec}.npz: tiny random checkpoints and what the reference makes at each stage.

    python tests/parity/make_qwen3_tts.py

Needs torch, transformers 4.57.3 and qwen-tts 0.1.1 (Apache-2.0), whose modules for the codec of 25 frames a second want
packages that this one does not: empty ones stand in for them. All is float32, eager and greedy.
"""

import importlib.machinery
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers.modeling_utils  # noqa: F401 - before the stand-ins: it looks for torchaudio

for _name in ("sox", "onnxruntime", "torchaudio", "torchaudio.compliance", "torchaudio.compliance.kaldi"):
    _empty: Any = types.ModuleType(_name)
    _empty.__spec__, _empty.__path__ = importlib.machinery.ModuleSpec(_name, None), []
    sys.modules.setdefault(_name, _empty)

from qwen_tts.core.models.configuration_qwen3_tts import Qwen3TTSConfig  # noqa: E402
from qwen_tts.core.models.modeling_qwen3_tts import (  # noqa: E402
    Qwen3TTSForConditionalGeneration,
    mel_spectrogram,
)
from qwen_tts.core.tokenizer_12hz.configuration_qwen3_tts_tokenizer_v2 import (  # noqa: E402
    Qwen3TTSTokenizerV2Config,
)
from qwen_tts.core.tokenizer_12hz.modeling_qwen3_tts_tokenizer_v2 import Qwen3TTSTokenizerV2Model  # noqa: E402
from transformers.generation import logits_process  # noqa: E402

FIXTURES = Path(__file__).parent / "fixtures"
CODES = 64
SHIFT = CODES - 2048
"""A real token of the codec's lane and this is the small one's."""
FRAMES = 5

Arrays = dict[str, np.ndarray]


def settings(size: str, kind: str) -> dict[str, Any]:
    """config.json of a small checkpoint: the small one's predictor is as wide as its talker, the large one's not."""
    hidden = {"0b6": 32, "1b7": 48}[size]
    named = kind == "custom_voice"
    decoder = {
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "rope_theta": 1000000,
        "rms_norm_eps": 1e-6,
        "num_code_groups": 16,
        "max_position_embeddings": 4096,
    }
    predictor = decoder | {"vocab_size": CODES, "hidden_size": 32, "intermediate_size": 48}
    marks = {"pad": 2148, "bos": 2149, "eos_token": 2150, "think": 2154, "nothink": 2155, "think_bos": 2156}
    languages = {"chinese": 2055, "english": 2050}
    dialects = {"beijing_dialect": 2074, "sichuan_dialect": 2062}
    voices = {"ryan": 3061, "vivian": 3065, "eric": 2875, "dylan": 2878}
    spoken = {"ryan": False, "vivian": False, "eric": "sichuan_dialect", "dylan": "beijing_dialect"}
    talker = decoder | {
        "code_predictor_config": predictor,
        "vocab_size": CODES + 1024,
        "hidden_size": hidden,
        "intermediate_size": 64,
        "rope_scaling": {"interleaved": True, "mrope_section": [4, 2, 2], "rope_type": "default", "type": "default"},
        "text_hidden_size": 40,
        "text_vocab_size": 200,
        "codec_language_id": _shifted(languages | (dialects if named else {})),
        "spk_id": _shifted(voices) if named else {},
        "spk_is_dialect": spoken if named else {},
        **{f"codec_{name}_id": token for name, token in _shifted(marks | {"think_eos": 2157}).items()},
    }
    speaker = {"enc_dim": hidden, "sample_rate": 24000, "enc_channels": [16, 16, 16, 16, 48]}
    speaker |= {"enc_attention_channels": 8, "enc_res2net_scale": 4, "enc_se_channels": 8}
    text = {"im_start": 190, "im_end": 191, "tts_pad": 195, "tts_bos": 196, "tts_eos": 197}
    return {
        "talker_config": talker,
        "speaker_encoder_config": speaker,
        "tokenizer_type": "qwen3_tts_tokenizer_12hz",
        "tts_model_size": size,
        "tts_model_type": kind,
        **{f"{name}_token_id": token for name, token in text.items()},
    }


DECODER = {
    "latent_dim": 24,
    "codebook_dim": 16,
    "codebook_size": CODES,
    "decoder_dim": 32,
    "hidden_size": 16,
    "intermediate_size": 24,
    "head_dim": 8,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "num_hidden_layers": 2,
    "num_quantizers": 16,
    "sliding_window": 5,
    "rope_theta": 10000,
    "rms_norm_eps": 1e-5,
    "upsample_rates": (8, 5, 4, 3),
    "upsampling_ratios": (2, 2),
}
ENCODER = {
    "codebook_dim": 8,
    "vector_quantization_hidden_dimension": 8,
    "codebook_size": CODES,
    "hidden_size": 24,
    "intermediate_size": 32,
    "head_dim": 8,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "num_filters": 2,
    "num_hidden_layers": 2,
    "num_quantizers": 32,
    "sliding_window": 8,
    "upsampling_ratios": [8, 6, 5, 4],
    "use_causal_conv": True,
    "norm_eps": 1e-5,
    "upsample_groups": 24,
}


def main() -> None:
    """Write the fixtures."""
    torch.set_num_threads(1)
    with torch.no_grad():
        for name, size, kind, seed, cases in (
            ("small", "0b6", "base", 1, _clones),
            ("large", "1b7", "custom_voice", 4, _named),
        ):
            kept = talker(size, kind, seed, cases)
            if kind == "base":
                kept |= speaker(size, kind, seed)
            np.savez_compressed(FIXTURES / f"qwen3_tts_{name}.npz", **kept)
        np.savez_compressed(FIXTURES / "qwen3_tts_codec.npz", **(codec() | sampler()))


def talker(size: str, kind: str, seed: int, cases: Callable[..., dict[str, dict[str, Any]]]) -> Arrays:
    """Prompts, greedy frames, and both decoders alone."""
    model, random = _model(size, kind, seed), torch.Generator().manual_seed(seed)
    kept: Arrays = {f"weights.{name}": _half(value) for name, value in model.state_dict().items()}
    kept["config"] = np.array(json.dumps(settings(size, kind)))
    texts = {name: _ids(random, count) for name, count in (("text", 9), ("short", 4), ("told", 6), ("heard", 5))}
    kept |= {name: _array(ids) for name, ids in texts.items()}
    for label, arguments in cases(model, random, texts, kept).items():
        seen, frames = _generated(model, arguments)
        kept |= {f"{label}.{name}": value for name, value in seen.items()}
        kept |= {f"{label}.frames{row}": one.astype(np.int16) for row, one in enumerate(frames)}
    if kind == "custom_voice":
        kept |= _ended(model, cases(model, random, texts, {})["english"], kept["english.hidden"])
    hidden = torch.randn(2, model.config.talker_config.hidden_size, generator=random)
    frames = torch.randint(0, CODES, (2, 16), generator=random)
    logits, _ = model.talker.forward_sub_talker_finetune(frames, hidden)
    kept |= {"predictor.hidden": _array(hidden), "predictor.frames": _array(frames), "predictor.logits": _array(logits)}
    rows = torch.randn(1, 11, model.config.talker_config.hidden_size, generator=random)
    state = model.talker.model(inputs_embeds=rows).last_hidden_state
    return kept | {"talker.rows": _array(rows), "talker.hidden": _array(state)}


def _clones(
    model: Any, random: torch.Generator, texts: dict[str, torch.Tensor], kept: Arrays
) -> dict[str, dict[str, Any]]:
    vector = torch.randn(model.config.speaker_encoder_config.enc_dim, generator=random)
    kept["vector"] = _array(vector)
    said = {"input_ids": [_chat(texts["text"])]}
    cases: dict[str, dict[str, Any]] = {}
    alone = {"ref_code": [None], "ref_spk_embedding": [vector], "x_vector_only_mode": [True], "icl_mode": [False]}
    for fed in (False, True):
        end = "_fed" if fed else ""
        base = said | {"non_streaming_mode": not fed}
        cases[f"vector{end}"] = base | {"languages": ["english"], "voice_clone_prompt": alone, "ref_ids": [None]}
        for length, count in (("long", 20), ("brief", 6)):
            codes = torch.randint(0, CODES, (count, 16), generator=torch.Generator().manual_seed(count))
            kept[f"codes_{length}"] = _array(codes).astype(np.int16)
            heard = alone | {"ref_code": [codes], "x_vector_only_mode": [False], "icl_mode": [True]}
            reference = {"ref_ids": [_chat(texts["heard"])[:, :-3]]}
            cases[f"{length}{end}"] = base | reference | {"languages": ["auto"], "voice_clone_prompt": heard}
    return cases


def _named(
    model: Any, random: torch.Generator, texts: dict[str, torch.Tensor], kept: Arrays
) -> dict[str, dict[str, Any]]:
    told = torch.cat([torch.tensor([[190, 183, 182]]), texts["told"], torch.tensor([[191, 182]])], dim=1)
    text, short = _chat(texts["text"]), _chat(texts["short"])

    def case(language: str, voice: str | None, **more: Any) -> dict[str, Any]:
        speakers = {} if voice is None else {"speakers": [voice]}
        return {"input_ids": [text], "languages": [language], "non_streaming_mode": True} | speakers | more

    return {
        "auto": case("Auto", "Ryan"),
        "english": case("English", "ryan"),
        "dialect_auto": case("auto", "Dylan"),
        "dialect_chinese": case("Chinese", "eric"),
        "dialect_overruled": case("English", "eric"),
        "fed": case("English", "ryan", non_streaming_mode=False),
        "told": case("English", "ryan", instruct_ids=[told]),
        "designed": case("auto", None, instruct_ids=[told]),
        "alone": case("Auto", "vivian") | {"input_ids": [short]},
        "batch": case("English", "ryan")
        | {"input_ids": [text, short], "languages": ["English", "Auto"], "speakers": ["ryan", "vivian"]},
    }


def _generated(model: Any, arguments: dict[str, Any]) -> tuple[Arrays, list[np.ndarray]]:
    """What the talker was given, and the frames it wrote."""
    seen: Arrays = {}
    generate = model.talker.generate

    def spied(**given: Any) -> Any:
        seen["rows"] = _array(given["inputs_embeds"])
        seen["trailing"] = _array(given["trailing_text_hidden"])
        return generate(**given)

    model.talker.generate = spied
    names = ("top_k", "top_p", "temperature", "subtalker_top_k", "subtalker_top_p", "subtalker_temperature")
    unset = dict.fromkeys(names)
    try:
        model.talker.rope_deltas = None
        frames, hidden = model.generate(
            do_sample=False, subtalker_dosample=False, max_new_tokens=FRAMES + 1, **unset, **arguments
        )
    finally:
        del model.talker.generate
    seen["hidden"] = _array(hidden[0])
    return seen, [_array(one) for one in frames]


def _ended(model: Any, arguments: dict[str, Any], hidden: np.ndarray) -> Arrays:
    """A head that always likes the end best gives two frames: fewer there never are."""
    head, end = model.talker.codec_head.weight, model.config.talker_config.codec_eos_token_id
    before, mean = head[end].clone(), torch.tensor(hidden.mean(0))
    head[end] = 40 * mean / mean.norm()
    _, frames = _generated(model, arguments)
    row = _array(head[end])
    head[end] = before
    return {"ended.row": row, "ended.frames0": frames[0].astype(np.int16)}


def speaker(size: str, kind: str, seed: int) -> Arrays:
    """Sound, its spectrogram, and the vector."""
    model = _model(size, kind, seed)
    time = np.arange(24000 + 331) / 24000
    noise = np.random.default_rng(0).standard_normal(time.size)
    wave = (0.4 * np.sin(2 * np.pi * (140 + 60 * time) * time) + 0.1 * noise).astype(np.float16).astype(np.float32)
    bands = {"n_fft": 1024, "num_mels": 128, "sampling_rate": 24000, "hop_size": 256, "win_size": 1024}
    mel = mel_spectrogram(torch.from_numpy(wave)[None], **bands, fmin=0, fmax=12000)
    made, x = [], mel
    for block in model.speaker_encoder.blocks:
        x = block(x)
        made.append(x)
    pooled = model.speaker_encoder.asp(model.speaker_encoder.mfa(torch.cat(made[1:], dim=1)))
    return {
        "speaker.wave": wave.astype(np.float16),
        "speaker.mel": _array(mel[0]),
        "speaker.blocks": _array(torch.stack(made))[:, 0],
        "speaker.pooled": _array(pooled)[0, :, 0],
        "speaker.vector": _array(model.speaker_encoder(mel.transpose(1, 2)))[0],
    }


def codec() -> Arrays:
    """Every stage of decoding and of encoding."""
    config = Qwen3TTSTokenizerV2Config(encoder_config=ENCODER, decoder_config=DECODER)
    for part in (config, config.encoder_config, config.decoder_config):
        part._attn_implementation = "eager"
    model = _shaken(Qwen3TTSTokenizerV2Model(config), 6)
    _rounded(model.decoder.decoder[-1].conv.weight.mul_(0.05))  # off the clamp
    kept: Arrays = {f"weights.{name}": _half(value) for name, value in model.state_dict().items()}
    kept["config"] = np.array(json.dumps({"encoder_config": ENCODER, "decoder_config": DECODER}))
    random = torch.Generator().manual_seed(7)
    codes = torch.randint(0, CODES, (1, 16, 14), generator=random)
    codes[0, 0, -1], codes[0, 5, 7] = 0, 3  # a code 0 is a code; an entry that was never used
    decoder = model.decoder
    stages: list[torch.Tensor] = [decoder.pre_conv(decoder.quantizer.decode(codes))]
    stages.append(decoder.pre_transformer(inputs_embeds=stages[0].transpose(1, 2)).last_hidden_state.transpose(1, 2))
    x = stages[1]
    for blocks in decoder.upsample:
        for block in blocks:
            x = block(x)
        stages.append(x)
    for block in decoder.decoder[:3]:
        x = block(x)
        stages.append(x)
    kept |= {f"stage{place}": _array(stage[0].T)[:2000] for place, stage in enumerate(stages)}
    kept |= {"codes": _array(codes)[0].T.astype(np.int16), "latents": _array(decoder.quantizer.decode(codes)[0].T)}
    kept["wave"] = _array(decoder(codes))[0, 0]
    sound = (0.3 * torch.randn(1, 1920 * 9 + 700, generator=random)).cumsum(-1)
    sound = ((sound - sound.mean()) / sound.abs().max()).half().float()
    heard = model.encoder.encoder(sound[:, None])
    attended = model.encoder.encoder_transformer(heard.transpose(1, 2))[0]
    kept |= {
        "sound": sound[0].half().numpy(),
        "convolved": _array(heard[0].T),
        "attended": _array(attended[0]),
        "downsampled": _array(model.encoder.downsample(attended.transpose(1, 2))[0].T),
        "encoded": _array(model.encode(sound, torch.ones_like(sound, dtype=torch.long)).audio_codes[0]),
    }
    return kept


def sampler() -> Arrays:
    """Scores and what was drawn before -> the chances of the next first code."""
    random = torch.Generator().manual_seed(8)
    scores = 3 * torch.randn(1, CODES + 1024, generator=random)
    drawn = torch.randint(0, CODES, (1, 100), generator=random)
    end = 2150 + SHIFT
    left = scores.clone()
    for step in (
        logits_process.RepetitionPenaltyLogitsProcessor(1.05),
        logits_process.SuppressTokensLogitsProcessor([i for i in range(CODES, CODES + 1024) if i != end]),
        logits_process.TemperatureLogitsWarper(0.9),
        logits_process.TopKLogitsWarper(50),
    ):
        left = step(drawn, left)
    nucleus = logits_process.TopPLogitsWarper(0.8)(drawn, left.clone())
    return {
        "sampler.scores": _array(scores),
        "sampler.drawn": _array(drawn),
        "sampler.chances": _array(left.softmax(-1)),
        "sampler.nucleus": _array(nucleus.softmax(-1)),
    }


def _model(size: str, kind: str, seed: int) -> Any:
    config = Qwen3TTSConfig(**settings(size, kind))
    for part in (config, config.talker_config, config.talker_config.code_predictor_config):
        part._attn_implementation = "eager"
    model = _shaken(Qwen3TTSForConditionalGeneration(config), seed)
    for head in (model.talker.codec_head, *model.talker.code_predictor.lm_head):
        _rounded(head.weight.mul_(3.0))  # clear winners: rounding decides nothing
    return model


@torch.no_grad()
def _shaken(module: Any, seed: int) -> Any:
    """Random weights of about unit gain, each a number that 16 bits hold."""
    random = torch.Generator().manual_seed(seed)
    for name, value in sorted([*module.named_parameters(), *module.named_buffers()], key=lambda pair: pair[0]):
        if not value.is_floating_point() or name.endswith(("inv_freq", "initialized")):
            continue
        noise = torch.randn(value.shape, generator=random)
        if "cluster_usage" in name:
            noise = 0.5 + noise.abs()
            noise.view(-1)[3] = 0.0
        elif name.endswith(("embedding_sum", "embed_sum")):
            noise[3] *= 1e-5
        elif name.endswith("gamma") or "layer_scale" in name:
            noise = 0.3 + 0.05 * noise
        elif name.endswith((".alpha", ".beta")):
            noise = 0.3 * noise
        elif "norm" in name and name.endswith("weight"):
            noise = 1 + 0.1 * noise
        elif value.ndim < 2:
            noise = 0.05 * noise
        elif "embedding" not in name:
            noise = noise * (0.9 / np.sqrt(np.prod(value.shape[1:])))
        _rounded(value.copy_(noise))
    return module.eval()


def _rounded(value: torch.Tensor) -> None:
    value.copy_(value.half().float())


def _half(value: torch.Tensor) -> np.ndarray:
    return value.detach().half().numpy() if value.is_floating_point() else value.numpy()


def _array(value: torch.Tensor) -> np.ndarray:
    return value.detach().cpu().numpy().copy()


def _ids(random: torch.Generator, count: int) -> torch.Tensor:
    return torch.randint(0, 180, (1, count), generator=random)


def _chat(text: torch.Tensor) -> torch.Tensor:
    return torch.cat([torch.tensor([[190, 181, 182]]), text, torch.tensor([[191, 182, 190, 181, 182]])], dim=1)


def _shifted(tokens: dict[str, int]) -> dict[str, int]:
    return {name: token + SHIFT for name, token in tokens.items()}


if __name__ == "__main__":
    main()
