"""The Parakeets this studio knows, a card each: NVIDIA's, converted by mlx-community and others. Data, no logic."""

from engine.registry.card import FolderSigns, ModelCard
from engine.stt.parakeet.config import EUROPEAN

_ENGLISH = ("en",)
_BESIDE_WEIGHTS_BYTES = 700 * 10**6  # sound in work

CARDS: tuple[ModelCard, ...] = tuple(
    ModelCard(
        id=f"{owner}/parakeet-{name}",
        name=f"Parakeet {label}",
        task="transcribe",
        family="parakeet",
        licence="CC-BY-4.0",
        languages=languages,
        sample_rate=16000,
        files=("config.json", "*.safetensors"),
        download_bytes=megabytes * 10**6,
        memory_bytes=megabytes * 10**6 + _BESIDE_WEIGHTS_BYTES,
        abilities=frozenset({"words", "confidence", "live", "batch"}),
    )
    for owner, name, label, megabytes, languages in (
        ("mlx-community", "tdt-0.6b-v3", "TDT 0.6B v3", 2510, EUROPEAN),
        ("animaslabs", "tdt-0.6b-v3-mlx-4bit", "TDT 0.6B v3 (4 bit)", 636, EUROPEAN),
        ("mlx-community", "tdt-0.6b-v2", "TDT 0.6B v2, English", 2470, _ENGLISH),
        ("mlx-community", "tdt_ctc-110m", "TDT 110M, English", 459, _ENGLISH),
        ("mlx-community", "tdt_ctc-1.1b", "TDT 1.1B, English, with punctuation", 4290, _ENGLISH),
        ("mlx-community", "tdt_ctc-0.6b-ja", "TDT 0.6B, Japanese", 2490, ("ja",)),
        ("mlx-community", "tdt-1.1b", "TDT 1.1B, English", 4280, _ENGLISH),
        ("mlx-community", "rnnt-0.6b", "RNN-T 0.6B, English", 2470, _ENGLISH),
        ("mlx-community", "rnnt-1.1b", "RNN-T 1.1B, English", 4280, _ENGLISH),
        ("mlx-community", "ctc-0.6b", "CTC 0.6B, English", 2440, _ENGLISH),
        ("mlx-community", "ctc-1.1b", "CTC 1.1B, English", 4250, _ENGLISH),
    )
)


def is_parakeet(signs: FolderSigns) -> bool:
    """NeMo's configuration of a FastConformer that writes letters, or transformers' of a Parakeet."""
    config = signs.config
    if "encoder_config" in config:
        return signs.model_type in ("parakeet_tdt", "parakeet_rnnt", "parakeet_ctc")
    decoder = config.get("decoder")
    writes = "joint" in config or (isinstance(decoder, dict) and "vocabulary" in decoder)
    # A Canary has the same ears and another mouth.
    return {"preprocessor", "encoder", "decoder"} <= config.keys() and writes and "transf_decoder" not in config
