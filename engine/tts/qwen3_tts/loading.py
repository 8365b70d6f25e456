"""A folder in Qwen's or mlx-community's layout -> a model that speaks. Its codec lies in speech_tokenizer/."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlx.core as mx

from engine.codecs.qwen3 import CodecConfig, Qwen3Decoder, read_config
from engine.codecs.qwen3_encoder import EncoderConfig, Qwen3Encoder
from engine.errors import WeightsError
from engine.nn.home import at_home
from engine.nn.sampling import Sampling
from engine.nn.stored.checkpoint import load_arrays, weight_files
from engine.nn.stored.quantised import fit
from engine.nn.tokens.bpe import BytePairs
from engine.tts.qwen3_tts.config import CODEBOOKS, FRAME_SIZE, SAMPLE_RATE, QwenConfig
from engine.tts.qwen3_tts.model import CLASSES, Defaults, Network, QwenSynthesizer
from engine.tts.qwen3_tts.speaker import SpeakerEncoder
from engine.tts.qwen3_tts.talker import Talker

CODEC = "speech_tokenizer"
_AGAIN = "Get the model again."
_TEXT_TABLE = "model.text_embedding."


def load(files: Path | None) -> QwenSynthesizer:
    """Load a Qwen3-TTS and its codec.

    Args:
        files: config.json, weights (quantised or not), vocab.json and merges.txt, and the codec in speech_tokenizer/.

    Raises:
        WeightsError: the files are not Qwen3-TTS's, or not those of its codec for 12.5 frames a second.
    """
    if files is None:
        raise ValueError("Qwen3-TTS does not come with the installation")
    config = QwenConfig.read(files / "config.json")
    arrays = load_arrays(files)
    speaker = SpeakerEncoder(arrays, config.speaker) if config.kind == "base" else None
    network = Network(
        talker=talker_of(config, arrays),
        decoder=_decoder(files / CODEC, config),
        words=BytePairs(files, "Qwen3-TTS"),
        speaker=speaker,
        encoder=lambda: _encoder(files / CODEC),
        defaults=_defaults(files / "generation_config.json"),
        identity=_identity(files),
    )
    return CLASSES[config.kind](network)


def talker_of(config: QwenConfig, arrays: Mapping[str, mx.array]) -> Talker:
    """The talker with a checkpoint's weights.

    Raises:
        WeightsError: they do not fit.
    """
    talker = Talker(config)
    own = {name.removeprefix("talker."): array for name, array in arrays.items() if name.startswith("talker.")}
    # The table of text is a third of the small model and read a row at a time: it stays as it is kept.
    weights = {
        name: array if name.startswith(_TEXT_TABLE) else at_home(array)
        for name, array in own.items()
        if "rotary_emb" not in name
    }
    try:
        if config.quantisation is not None:
            layers = {name.removeprefix("talker."): how for name, how in config.quantisation.layers.items()}
            fit(talker, replace(config.quantisation, layers=layers), weights)
        talker.load_weights(list(weights.items()), strict=True)
    except ValueError as exc:
        raise WeightsError(f"The weights do not fit Qwen3-TTS's config.json. {_AGAIN}") from exc
    talker.eval()
    mx.eval(talker.parameters())
    return talker


def _decoder(folder: Path, config: QwenConfig) -> Qwen3Decoder:
    found = read_config(folder)
    try:
        shapes = CodecConfig.parse(found.get("decoder_config") or {})
        rate = found.get("output_sample_rate", SAMPLE_RATE), found.get("decode_upsample_rate", FRAME_SIZE)
    except (TypeError, AttributeError) as exc:
        raise WeightsError(f"The config.json of Qwen3-TTS's codec makes no sense. {_AGAIN}") from exc
    if rate != (SAMPLE_RATE, FRAME_SIZE) or (shapes.quantizers, shapes.codes) != (CODEBOOKS, config.codes):
        raise WeightsError(f"The codec in {CODEC} is not the one this Qwen3-TTS writes for. {_AGAIN}")
    return Qwen3Decoder(shapes, _part(folder, "decoder."))


def _encoder(folder: Path) -> Qwen3Encoder:
    """For recordings with a transcript: 0.2 GB, loaded when one is made ready and let go after it."""
    found = read_config(folder)
    return Qwen3Encoder(EncoderConfig.parse(found.get("encoder_config") or {}), _part(folder, "encoder."), CODEBOOKS)


def _part(folder: Path, begins: str) -> dict[str, mx.array]:
    """One half of the codec, in float32; the other is not read."""
    return {
        name: array.astype(mx.float32)
        for name, array in load_arrays(folder).items()
        if name.startswith(begins) and mx.issubdtype(array.dtype, mx.floating)
    }


def _defaults(path: Path) -> Defaults:
    """How codes are drawn where nobody says: as the checkpoint says, else as it was published."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        found = {}
    if not isinstance(found, dict):
        found = {}

    def drawn(begins: str, samples: str, **penalty: float) -> Sampling:
        names = {"temperature": 0.9, "top_k": 50, "top_p": 1.0}
        values = {name: found.get(begins + name, default) for name, default in names.items()}
        if found.get(samples, True) is False:
            values["temperature"] = 0.0
        return Sampling(**(values | penalty), repetition_window=0)  # pyright: ignore[reportArgumentType]

    try:
        return Defaults(
            drawn("", "do_sample", repetition_penalty=float(found.get("repetition_penalty", 1.05))),
            drawn("subtalker_", "subtalker_dosample", repetition_penalty=1.0),
        )
    except (TypeError, ValueError) as exc:
        raise WeightsError(f"Qwen3-TTS's generation_config.json makes no sense. {_AGAIN}") from exc


def _identity(files: Path) -> str:
    """A name for the weights by which a recording's state is kept: another when they are."""
    marks = [(files / "config.json").read_text(encoding="utf-8")]
    for folder in (files, files / CODEC):
        marks += [f"{path.name}:{path.stat().st_size}" for path in weight_files(folder)]
    return f"qwen3_tts 1 {hashlib.sha256(chr(10).join(marks).encode()).hexdigest()}"
