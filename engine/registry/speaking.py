"""The voice models this studio knows, a card each, and how a folder with one is told. Data, no logic."""

from engine.registry import pockets
from engine.registry.card import FolderSigns, ModelCard, Recognise
from engine.types import Sampling

KOKORO_MLX_FILES = ("config.json", "*.safetensors", "voices/*.safetensors")
# The hub's card says Apache-2.0. Its publisher says that this is the code's, and that the weights, made from Llama 3.2,
# have Llama's licence: canopyai/Orpheus-TTS, issues 29, 33 and 250.
_ORPHEUS_LICENCE = "Llama 3.2 Community License"
ORPHEUS_TOKENS = 128266 + 7 * 4096  # a Llama's text, and seven codebooks of speech

_QWEN_FILES = (
    "config.json",
    "model*.safetensors",
    "vocab.json",
    "merges.txt",
    "speech_tokenizer/config.json",
    "speech_tokenizer/*.safetensors",
)
_QWEN_KINDS = {
    "Base": ("base", frozenset({"clone"})),
    "CustomVoice": ("custom_voice", frozenset[str]()),
    "VoiceDesign": ("voice_design", frozenset({"design"})),
}
# Size -> what config.json calls it, the kinds there are, and per precision the megabytes to get and in memory.
_QWEN_SIZES = {
    "0.6B": (
        "0b6",
        ("Base", "CustomVoice"),
        {
            "": (2_520, 3_000),
            "bf16": (2_520, 3_000),
            "8bit": (1_990, 2_500),
            "6bit": (1_850, 2_350),
            "4bit": (1_710, 2_200),
        },
    ),
    "1.7B": (
        "1b7",
        ("Base", "CustomVoice", "VoiceDesign"),
        {
            "": (4_540, 5_100),
            "bf16": (4_540, 5_100),
            "8bit": (3_080, 3_600),
            "6bit": (2_690, 3_200),
            "4bit": (2_310, 2_800),
        },
    ),
}
_PRECISIONS = {"": "", "bf16": " (bf16)", "8bit": " (8 bit)", "6bit": " (6 bit)", "4bit": " (4 bit)"}


def _qwen(size: str, kind: str, precision: str) -> ModelCard:
    """A card of Qwen3-TTS: upstream's where there is no precision, else mlx-community's."""
    mark, _, megabytes = _QWEN_SIZES[size]
    says, abilities = _QWEN_KINDS[kind]
    name = f"Qwen3-TTS-12Hz-{size}-{kind}"
    takes_instructions = kind == "VoiceDesign" or (kind == "CustomVoice" and size == "1.7B")
    return ModelCard(
        id=f"mlx-community/{name}-{precision}" if precision else f"Qwen/{name}",
        name=f"Qwen3-TTS {size} {kind}{_PRECISIONS[precision]}",
        task="speak",
        family="qwen3_tts",
        licence="Apache-2.0",
        languages=("en-us", "zh", "de", "it", "pt-br", "es", "ja", "ko", "fr-fr", "ru"),
        sample_rate=24000,
        files=_QWEN_FILES,
        download_bytes=megabytes[precision][0] * 10**6,
        memory_bytes=megabytes[precision][1] * 10**6,
        abilities=abilities | {"batch", "codec"} | ({"instructions"} if takes_instructions else set()),
        sampling=Sampling(temperature=0.9, top_k=50, top_p=1.0, repetition_penalty=1.05),
        voices=None if kind == "CustomVoice" else (),
        signs=(("tts_model_type", says), ("tts_model_size", mark)),
        slower=SLOWER[size],
    )


SLOWER = {"0.6B": 20.0, "1.7B": 25.0}
"""Times the length of what is said, on a processor of two cores: reckoned from what was measured on a busy one; see
benchmarks/RESULTS.md."""

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="espeak-ng",
        name="eSpeak NG",
        task="speak",
        family="espeak",
        licence="GPL-3.0-or-later",
        languages=(),
        sample_rate=22050,
        built_in=True,
        memory_bytes=16 * 1024**2,
        tags=("sigh",),
        abilities=frozenset({"words", "speed", "pitch"}),
    ),
    *(
        ModelCard(
            id=model_id,
            name=f"Kokoro 82M{precision}",
            task="speak",
            family="kokoro",
            licence="Apache-2.0",
            languages=("en-us", "en-gb", "es", "fr-fr", "hi", "it", "ja", "pt-br", "zh"),
            sample_rate=24000,
            natural="/" not in model_id,
            files=files,
            download_bytes=megabytes * 10**6,
            memory_bytes=1300 * 1024**2,
            abilities=frozenset({"words", "speed", "blend", "batch"}),
        )
        for model_id, precision, megabytes, files in (
            ("kokoro", "", 63, ("config.json", "*.safetensors")),
            ("hexgrad/Kokoro-82M", " (as published)", 356, ("config.json", "kokoro-v1_0.pth", "voices/*.pt")),
            ("mlx-community/Kokoro-82M-bf16", " (bf16)", 355, KOKORO_MLX_FILES),
            ("mlx-community/Kokoro-82M-8bit", " (8 bit)", 313, KOKORO_MLX_FILES),
            ("mlx-community/Kokoro-82M-6bit", " (6 bit)", 310, KOKORO_MLX_FILES),
            ("mlx-community/Kokoro-82M-4bit", " (4 bit)", 307, KOKORO_MLX_FILES),
        )
    ),
    *(
        ModelCard(
            id=model_id,
            name=f"Orpheus 3B{precision}",
            task="speak",
            family="orpheus",
            licence=_ORPHEUS_LICENCE,
            languages=("en-us",),
            sample_rate=24000,
            files=("config.json", "*.safetensors", "tokenizer.json"),
            download_bytes=megabytes * 10**6,
            memory_bytes=loaded_megabytes * 10**6,
            tags=("laugh", "chuckle", "sigh", "cough", "sniffle", "groan", "yawn", "gasp"),
            abilities=frozenset({"batch", "codec"}),
            sampling=Sampling(temperature=0.6, top_p=0.8),
            companions=("mlx-community/snac_24khz",),
        )
        for model_id, precision, megabytes, loaded_megabytes in (
            ("mlx-community/orpheus-3b-0.1-ft-4bit", " (4 bit)", 1_900, 2_600),
            ("mlx-community/orpheus-3b-0.1-ft-6bit", " (6 bit)", 2_700, 3_400),
            ("mlx-community/orpheus-3b-0.1-ft-8bit", " (8 bit)", 3_600, 4_300),
            ("mlx-community/orpheus-3b-0.1-ft-bf16", " (bf16)", 6_700, 7_400),
            ("unsloth/orpheus-3b-0.1-ft", " (bf16, open copy)", 6_600, 7_400),
            ("canopylabs/orpheus-3b-0.1-ft", "", 15_200, 7_400),  # in float32, the tied head twice
        )
    ),
    *(
        _qwen(size, kind, precision)
        for size, (_, kinds, _) in _QWEN_SIZES.items()
        for kind in kinds
        for precision in _PRECISIONS
    ),
    *pockets.CARDS,
)

# family -> whether a folder is one of its models. The first that says yes has it.
RECOGNISERS: dict[str, Recognise] = {
    "kokoro": lambda signs: {"istftnet", "plbert"} <= signs.config.keys(),
    "qwen3_tts": lambda signs: {"talker_config", "tts_model_type"} <= signs.config.keys(),
    "pocket_tts": pockets.is_pocket,
    "orpheus": lambda signs: signs.model_type == "llama" and _vocabulary(signs) >= ORPHEUS_TOKENS,
}


def _vocabulary(signs: FolderSigns) -> int:
    size = signs.config.get("vocab_size")
    return size if isinstance(size, int) else 0
