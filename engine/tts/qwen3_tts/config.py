"""What a checkpoint's config.json says: the shapes of its networks, its special tokens and voices."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine.errors import WeightsError
from engine.nn.llama import LlamaConfig
from engine.nn.stored.quantised import Quantisation

SAMPLE_RATE = 24000
FRAME_SIZE = 1920
FRAME_RATE = SAMPLE_RATE / FRAME_SIZE
"""Frames a second; each is a code of the talker's and fifteen of the predictor's."""
CODEBOOKS = 16
SPECIALS = 1024
"""Tokens of the talker behind its codes: languages, voices, marks."""

Kind = Literal["base", "custom_voice", "voice_design"]
KINDS: tuple[Kind, ...] = ("base", "custom_voice", "voice_design")

_AGAIN = "Get the model again."


@dataclass(frozen=True, slots=True)
class TextTokens:
    """Numbers on the text's lane."""

    start: int
    end: int
    pad: int
    bos: int
    eos: int


@dataclass(frozen=True, slots=True)
class CodecTokens:
    """Numbers on the codec's lane: marks of the prompt, and the end of speech."""

    pad: int
    bos: int
    eos: int
    think: int
    nothink: int
    think_bos: int
    think_eos: int


@dataclass(frozen=True, slots=True)
class QwenConfig:
    """Mirrors config.json of Qwen's and mlx-community's checkpoints.

    Attributes:
        kind: what it speaks as: a recording, its own voices, or a description.
        takes_instructions: whether it was taught to be told how to speak.
        talker, predictor: shapes of the two decoders; vocab_size is that of their codec lanes.
        text_vocabulary, text_width: the table of text tokens.
        text, codec: special tokens.
        languages: name ("english") -> token.
        voices: name, lower case -> token.
        dialects: voice -> name of the dialect it speaks in Chinese.
        speaker: the speaker encoder's settings as they stand, for a checkpoint that clones.
        quantisation: how the matrices were quantised, if they were.
    """

    kind: Kind
    takes_instructions: bool
    talker: LlamaConfig
    predictor: LlamaConfig
    text_vocabulary: int
    text_width: int
    text: TextTokens
    codec: CodecTokens
    languages: Mapping[str, int]
    voices: Mapping[str, int]
    dialects: Mapping[str, str]
    speaker: Mapping[str, Any]
    quantisation: Quantisation | None

    @property
    def codes(self) -> int:
        """Codes in a codebook; the talker's numbers from here on are no sound."""
        return self.talker.vocab_size - SPECIALS

    @classmethod
    def read(cls, path: Path) -> "QwenConfig":
        """From config.json.

        Raises:
            WeightsError: missing, damaged, or no Qwen3-TTS of 12.5 frames a second.
        """
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as exc:
            raise WeightsError(f"Qwen3-TTS's config.json is missing or damaged. {_AGAIN}") from exc
        try:
            return cls.parse(found)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise WeightsError(f"Qwen3-TTS's config.json lacks something or makes no sense. {_AGAIN}") from exc

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "QwenConfig":
        """From what config.json holds; raises what Python raises where it is no such config."""
        talker = found["talker_config"]
        kind = found["tts_model_type"]
        if kind not in KINDS:
            raise WeightsError(f"This Qwen3-TTS is of a kind that is not known: “{str(kind)[:40]}”.")
        if found.get("tokenizer_type", "qwen3_tts_tokenizer_12hz") != "qwen3_tts_tokenizer_12hz":
            raise WeightsError("This Qwen3-TTS speaks through another codec than that of 12.5 frames a second.")
        if talker["num_code_groups"] != CODEBOOKS:
            raise WeightsError(f"This Qwen3-TTS has {talker['num_code_groups']} codebooks; {CODEBOOKS} are supported.")
        dialects = {name: dialect for name, dialect in (talker.get("spk_is_dialect") or {}).items() if dialect}
        made = cls(
            kind=kind,
            # The small one was not taught to; its publisher's own code drops what it is told.
            takes_instructions=kind == "voice_design" or (kind == "custom_voice" and found["tts_model_size"] != "0b6"),
            talker=_decoder(talker),
            predictor=_decoder(talker["code_predictor_config"]),
            text_vocabulary=int(talker["text_vocab_size"]),
            text_width=int(talker["text_hidden_size"]),
            text=TextTokens(
                int(found["im_start_token_id"]),
                int(found["im_end_token_id"]),
                int(found["tts_pad_token_id"]),
                int(found["tts_bos_token_id"]),
                int(found["tts_eos_token_id"]),
            ),
            codec=CodecTokens(
                **{
                    name: int(talker[f"codec_{key}_id"])
                    for name, key in (
                        ("pad", "pad"),
                        ("bos", "bos"),
                        ("eos", "eos_token"),
                        ("think", "think"),
                        ("nothink", "nothink"),
                        ("think_bos", "think_bos"),
                        ("think_eos", "think_eos"),
                    )
                }
            ),
            languages={str(name).casefold(): int(token) for name, token in talker["codec_language_id"].items()},
            voices={str(name).casefold(): int(token) for name, token in (talker.get("spk_id") or {}).items()},
            dialects={str(name).casefold(): str(dialect).casefold() for name, dialect in dialects.items()},
            speaker=dict(found.get("speaker_encoder_config") or {}),
            quantisation=Quantisation.parse(found.get("quantization") or found.get("quantization_config")),
        )
        if made.predictor.vocab_size != made.codes or not made.codes < made.codec.eos < made.talker.vocab_size:
            raise WeightsError(f"Qwen3-TTS's config.json contradicts itself. {_AGAIN}")
        return made


def _decoder(found: Mapping[str, Any]) -> LlamaConfig:
    # Its positions in text, height and width are the same in speech, so that the multimodal rotation is the plain one.
    plain = {name: value for name, value in found.items() if name not in ("rope_scaling", "rope_parameters")}
    theta = found.get("rope_theta") or (found.get("rope_parameters") or {}).get("rope_theta") or 1_000_000.0
    config = LlamaConfig.parse(plain | {"rope_theta": theta, "tie_word_embeddings": False})
    eps = float(found.get("rms_norm_eps", 1e-6))
    return replace(config, head_norms=True, rms_norm_eps=eps)
