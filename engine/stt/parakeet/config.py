"""A Parakeet checkpoint's config.json as a dataclass: NeMo's keys as mlx-community publishes them, or transformers'.

Knows no tensor. What it does not know how to run it refuses by name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from engine.audio.mel import LogMel
from engine.errors import WeightsError

Kind = Literal["tdt", "rnnt", "ctc"]
Layout = Literal["nemo", "transformers"]

CONFIG_MAX_BYTES = 32 * 1024**2  # NeMo's holds the vocabulary, several times
EUROPEAN = (
    "en", "bg", "hr", "cs", "da", "nl", "et", "fi", "fr", "de", "el", "hu", "it", "lv", "lt", "mt", "pl", "pt", "ro",
    "sk", "sl", "es", "sv", "ru", "uk",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """FastConformer.

    Attributes:
        n_mels: numbers in a mel frame.
        n_layers: conformer blocks.
        d_model: channels.
        n_heads: of attention.
        conv_kernel_size: odd; frames a block's convolution sees.
        subsampling_factor: mel frames in an encoder frame, a power of two.
        subsampling_conv_channels: channels of the subsampling.
        scale_input: whether frames are multiplied by sqrt(d_model) before the blocks.
    """

    n_mels: int
    n_layers: int
    d_model: int
    n_heads: int
    conv_kernel_size: int
    subsampling_factor: int
    subsampling_conv_channels: int
    scale_input: bool


@dataclass(frozen=True, slots=True)
class Quantization:
    """How the linear layers are stored."""

    bits: int
    group_size: int


@dataclass(frozen=True, slots=True)
class ParakeetConfig:
    """All that is known before the weights are read.

    Attributes:
        kind: how frames become tokens.
        layout: whose names the tensors have.
        mel: the front end.
        encoder: FastConformer.
        vocabulary: pieces of text by token id; the blank is the id behind the last.
        durations: frames a token can take (TDT).
        max_symbols: tokens at one frame before the decoder is pushed on.
        predictor_layers: LSTMs of the prediction network.
        activation: of the joint network.
        quantization: None for float weights.
    """

    kind: Kind
    layout: Layout
    mel: LogMel
    encoder: EncoderConfig
    vocabulary: tuple[str, ...]
    durations: tuple[int, ...] = ()
    max_symbols: int = 10
    predictor_layers: int = 2
    activation: str = "relu"
    quantization: Quantization | None = None

    @property
    def blank(self) -> int:
        """The token that says nothing."""
        return len(self.vocabulary)

    @property
    def frame_s(self) -> float:
        """Seconds from one encoder frame to the next."""
        return self.encoder.subsampling_factor * self.mel.hop_length / self.mel.sample_rate

    @property
    def languages(self) -> tuple[str, ...]:
        """What the vocabulary can write: Japanese with kana, 25 languages of Europe with Cyrillic, else English."""
        letters = {char for piece in self.vocabulary for char in piece}
        if any("ぁ" <= letter <= "ん" for letter in letters):
            return ("ja",)
        return EUROPEAN if any("а" <= letter <= "я" for letter in letters) else ("en",)

    @classmethod
    def read(cls, folder: Path) -> "ParakeetConfig":
        """From a checkpoint's folder.

        Raises:
            WeightsError: it is not Parakeet's, or of a kind that is not known here.
        """
        found = read_json(folder / "config.json")
        try:
            if "encoder_config" in found:
                return _from_transformers(found, read_json(folder / "tokenizer.json"))
            return _from_nemo(found)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
            raise WeightsError(f"This config.json is not Parakeet's ({exc}). Get the model again.") from exc


def read_json(path: Path) -> dict[str, Any]:
    """A JSON table.

    Raises:
        WeightsError: missing, far too large or torn.
    """
    try:
        if path.stat().st_size > CONFIG_MAX_BYTES:
            raise WeightsError(f"{path.name} is far too large to be Parakeet's.")
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise WeightsError(f"Parakeet's {path.name} cannot be read. Get the model again.") from exc
    if not isinstance(found, dict):
        raise WeightsError(f"This {path.name} is not Parakeet's. Get the model again.")
    return cast("dict[str, Any]", found)


def _from_nemo(found: Mapping[str, Any]) -> ParakeetConfig:
    encoder, heard = found["encoder"], found["preprocessor"]
    _refuse(encoder.get("subsampling", "dw_striding") != "dw_striding", "another subsampling than dw_striding")
    _refuse(bool(encoder.get("causal_downsampling")), "causal subsampling")
    _refuse(encoder.get("self_attention_model", "rel_pos") != "rel_pos", "another attention than rel_pos")
    _refuse(encoder.get("conv_norm_type", "batch_norm") != "batch_norm", "another norm than batch_norm")
    _refuse(heard.get("normalize", "per_feature") != "per_feature", "another normalisation than per_feature")
    _refuse(heard.get("window", "hann") != "hann", "another window than hann")
    sample_rate = int(heard.get("sample_rate", 16000))
    mel = LogMel(
        sample_rate=sample_rate,
        n_mels=int(heard["features"]),
        n_fft=int(heard["n_fft"]),
        win_length=round(float(heard["window_size"]) * sample_rate),
        hop_length=round(float(heard["window_stride"]) * sample_rate),
        preemphasis=float(heard.get("preemph", 0.97) or 0.0),
    )
    decoding = cast("Mapping[str, Any]", found.get("decoding") or {})
    greedy = cast("Mapping[str, Any]", decoding.get("greedy") or {})
    defaults = cast("Mapping[str, Any]", found.get("model_defaults") or {})
    durations = tuple(int(n) for n in decoding.get("durations") or defaults.get("tdt_durations") or ())
    joint = cast("Mapping[str, Any] | None", found.get("joint"))
    kind: Kind = "ctc" if joint is None else "tdt" if durations else "rnnt"
    vocabulary = (found["decoder"] if joint is None else joint)["vocabulary"]
    return _checked(
        ParakeetConfig(
            kind=kind,
            layout="nemo",
            mel=mel,
            encoder=EncoderConfig(
                n_mels=int(encoder["feat_in"]),
                n_layers=int(encoder["n_layers"]),
                d_model=int(encoder["d_model"]),
                n_heads=int(encoder["n_heads"]),
                conv_kernel_size=int(encoder["conv_kernel_size"]),
                subsampling_factor=int(encoder["subsampling_factor"]),
                subsampling_conv_channels=int(encoder["subsampling_conv_channels"]),
                scale_input=bool(encoder.get("xscaling", True)),
            ),
            vocabulary=tuple(str(piece) for piece in vocabulary),
            durations=durations,
            max_symbols=int(greedy.get("max_symbols") or greedy.get("max_symbols_per_step") or 10),
            predictor_layers=int(found["decoder"]["prednet"]["pred_rnn_layers"]) if joint is not None else 0,
            activation=str(joint["jointnet"].get("activation", "relu")) if joint is not None else "relu",
            quantization=_quantization(found),
        )
    )


def _from_transformers(found: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> ParakeetConfig:
    encoder = found["encoder_config"]
    kinds: dict[str, Kind] = {"parakeet_tdt": "tdt", "parakeet_rnnt": "rnnt", "parakeet_ctc": "ctc"}
    kind = kinds[found["model_type"]]
    blank = int(found["pad_token_id"] if kind == "ctc" else found["blank_token_id"])
    return _checked(
        ParakeetConfig(
            kind=kind,
            layout="transformers",
            mel=LogMel(n_mels=int(encoder["num_mel_bins"])),
            encoder=EncoderConfig(
                n_mels=int(encoder["num_mel_bins"]),
                n_layers=int(encoder["num_hidden_layers"]),
                d_model=int(encoder["hidden_size"]),
                n_heads=int(encoder["num_attention_heads"]),
                conv_kernel_size=int(encoder["conv_kernel_size"]),
                subsampling_factor=int(encoder["subsampling_factor"]),
                subsampling_conv_channels=int(encoder["subsampling_conv_channels"]),
                scale_input=bool(encoder.get("scale_input", True)),
            ),
            vocabulary=_pieces(tokenizer, blank),
            durations=tuple(int(n) for n in found["durations"]) if kind == "tdt" else (),
            max_symbols=int(found.get("max_symbols_per_step") or 10),
            predictor_layers=int(found.get("num_decoder_layers", 0)),
            activation=str(found.get("hidden_act", "relu")),
            quantization=_quantization(found),
        )
    )


def _pieces(tokenizer: Mapping[str, Any], blank: int) -> tuple[str, ...]:
    """The pieces below the blank; a number without a piece is silent."""
    vocab: Any = tokenizer["model"]["vocab"]
    if isinstance(vocab, dict):
        by_id = {int(number): str(piece) for piece, number in cast("dict[str, Any]", vocab).items()}
    else:
        by_id = {number: str(entry[0]) for number, entry in enumerate(cast("list[Any]", vocab))}
    by_id |= {int(entry["id"]): str(entry["content"]) for entry in tokenizer.get("added_tokens") or ()}
    return tuple(by_id.get(number, "") for number in range(blank))


def _quantization(found: Mapping[str, Any]) -> Quantization | None:
    quantization = found.get("quantization")
    return Quantization(int(quantization["bits"]), int(quantization["group_size"])) if quantization else None


def _checked(config: ParakeetConfig) -> ParakeetConfig:
    """Refuse numbers no encoder can have, before anything is built from them."""
    encoder, mel = config.encoder, config.mel
    sizes = (encoder.n_mels, encoder.n_layers, encoder.d_model, encoder.n_heads, encoder.subsampling_conv_channels)
    factor = encoder.subsampling_factor
    _refuse(min(sizes) < 1 or max(sizes) > 2**16, "sizes no model has")
    _refuse(encoder.d_model % (2 * encoder.n_heads) != 0, "heads that do not divide its channels")
    _refuse(encoder.conv_kernel_size % 2 == 0 or not 1 <= encoder.conv_kernel_size <= 255, "an even convolution")
    _refuse(factor not in (2, 4, 8, 16), f"a subsampling by {factor}")
    _refuse(mel.n_mels != encoder.n_mels, "another number of mel bands in its front end than in its encoder")
    _refuse(not 0 < mel.hop_length <= mel.win_length <= mel.n_fft <= 2**14, "a front end that cannot be")
    _refuse(not 8000 <= mel.sample_rate <= 192000, "a sample rate nobody records at")
    _refuse(not config.vocabulary or len(config.vocabulary) > 2**20, "no vocabulary")
    _refuse(config.kind == "tdt" and not 0 <= min(config.durations) <= max(config.durations) <= 64, "odd durations")
    _refuse(config.activation not in ("relu", "sigmoid", "tanh"), f"the activation {config.activation[:20]}")
    return config


def _refuse(wrong: bool, what: str) -> None:
    if wrong:
        raise WeightsError(f"This Parakeet has {what}, which is not known here. Choose another one.")
