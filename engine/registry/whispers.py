"""The Whispers this studio knows, a card each: the natural set's, and OpenAI's sizes as mlx-community converted them.

Conversions with "asr" in their name bring the tokenizer; the older ones are weights alone, and the tokenizer is fetched
from OpenAI's own repository. Sizes are of the files on the hub. Data, no logic.
"""

from dataclasses import replace

from engine.registry.card import FolderSigns, ModelCard
from engine.stt.whisper.languages import CODES

_ENGLISH = ("en",)
_99, _100 = CODES[:99], CODES[:100]
_WITH_TOKENIZER = ("*.json", "*.safetensors")
_OLD = ("config.json", "weights.npz")
_TOKENIZER = ("tokenizer.json", "generation_config.json")
_BESIDE_WEIGHTS_BYTES = 700 * 10**6  # sound and text in work


def _card(
    name: str, label: str, megabytes: int, languages: tuple[str, ...], files: tuple[str, ...], tokenizer: str = ""
) -> ModelCard:
    return ModelCard(
        id=f"mlx-community/whisper-{name}",
        name=f"Whisper {label}",
        task="transcribe",
        family="whisper",
        licence="MIT",
        languages=languages,
        sample_rate=16000,
        files=files,
        download_bytes=megabytes * 10**6,
        memory_bytes=megabytes * 10**6 + _BESIDE_WEIGHTS_BYTES,
        abilities=frozenset({"words", "confidence", "live", "batch", "prompt"})
        | (frozenset({"translate"}) if languages != _ENGLISH and "turbo" not in name else frozenset[str]()),
        companions=(f"openai/whisper-{tokenizer}",) if tokenizer else (),
        companion_files=_TOKENIZER if tokenizer else (),
    )


CARDS: tuple[ModelCard, ...] = (
    replace(
        _card("base", "base", 150, _99, ("config.json", "tokenizer.json", "*.safetensors")),
        id="whisper-base",
        natural=True,
    ),
    *(
        _card(f"{name}-asr-{kind}", label, megabytes, languages, _WITH_TOKENIZER)
        for name, kind, label, megabytes, languages in (
            ("large-v3-turbo", "fp16", "large v3 turbo", 1619, _100),
            ("large-v3-turbo", "8bit", "large v3 turbo (8 bit)", 868, _100),
            ("large-v3-turbo", "4bit", "large v3 turbo (4 bit)", 468, _100),
            ("large-v3", "fp16", "large v3", 3088, _100),
            ("large-v3", "8bit", "large v3 (8 bit)", 1654, _100),
            ("large-v3", "4bit", "large v3 (4 bit)", 882, _100),
            ("medium", "fp16", "medium", 1529, _99),
            ("medium.en", "fp16", "medium, English", 1529, _ENGLISH),
            ("small", "fp16", "small", 486, _99),
            ("small", "8bit", "small (8 bit)", 265, _99),
            ("small", "4bit", "small (4 bit)", 145, _99),
            ("small.en", "fp16", "small, English", 485, _ENGLISH),
            ("base", "fp16", "base (fp16)", 148, _99),
            ("base.en", "fp16", "base, English", 148, _ENGLISH),
            ("tiny", "fp16", "tiny", 79, _99),
            ("tiny", "8bit", "tiny (8 bit)", 45, _99),
            ("tiny", "4bit", "tiny (4 bit)", 27, _99),
            ("tiny.en", "fp16", "tiny, English", 78, _ENGLISH),
        )
    ),
    _card(
        "large-v3-turbo",
        "large v3 turbo (older files)",
        1617,
        _100,
        ("config.json", "weights.safetensors"),
        "large-v3-turbo",
    ),
    _card("large-v3-turbo-q4", "large v3 turbo (4 bit, older files)", 463, _100, _OLD, "large-v3-turbo"),
    *(
        _card(f"{name}-mlx", f"{label} (older files)", megabytes, languages, _OLD, name)
        for name, label, megabytes, languages in (
            ("large-v3", "large v3", 3087, _100),
            ("large-v2", "large v2", 3087, _99),
            ("medium", "medium", 1527, _99),
            ("medium.en", "medium, English", 1527, _ENGLISH),
            ("small", "small", 484, _99),
            ("small.en", "small, English", 484, _ENGLISH),
            ("base", "base", 147, _99),
            ("base.en", "base, English", 147, _ENGLISH),
            ("tiny", "tiny", 78, _99),
            ("tiny.en", "tiny, English", 77, _ENGLISH),
        )
    ),
)


def is_whisper(signs: FolderSigns) -> bool:
    """Whether a folder is one, in either layout of config.json."""
    return {"n_mels", "n_audio_ctx", "n_vocab"} <= signs.config.keys() or (
        signs.model_type == "whisper" and "num_mel_bins" in signs.config
    )
