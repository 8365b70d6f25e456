"""A folder in canopylabs' or mlx-community's layout, and SNAC's beside it -> a model that speaks."""

from collections.abc import Mapping
from pathlib import Path

import mlx.core as mx

from engine.codecs.snac import Snac
from engine.errors import WeightsError
from engine.nn.home import at_home
from engine.nn.llama import Llama
from engine.nn.stored.checkpoint import load_arrays
from engine.nn.stored.quantised import fit
from engine.tts.orpheus.config import FRAME_SIZE, SAMPLE_RATE, OrpheusConfig
from engine.tts.orpheus.frames import CODEBOOK_SIZE
from engine.tts.orpheus.model import OrpheusSynthesizer
from engine.tts.orpheus.prompt import Prompter

CODEC = "snac_24khz"


def load(files: Path | None, companions: Mapping[str, Path], *, whole_vocabulary: bool = False) -> OrpheusSynthesizer:
    """Load Orpheus and its codec.

    Args:
        files: config.json, weights (sharded or not, quantised or not) and tokenizer.json.
        companions: "snac_24khz" -> the codec's folder.
        whole_vocabulary: see `OrpheusSynthesizer`.

    Raises:
        WeightsError: the files are not Orpheus's, or not SNAC's for 24 kHz.
    """
    if files is None:
        raise ValueError("Orpheus does not come with the installation")
    folder = companions.get(CODEC)
    if folder is None:
        raise WeightsError("Orpheus speaks through the codec SNAC, which is not here. Get mlx-community/snac_24khz.")
    config = OrpheusConfig.read(files / "config.json")
    return OrpheusSynthesizer(
        _llama(config, load_arrays(files)), _snac(folder), Prompter(files / "tokenizer.json"), whole_vocabulary
    )


def _llama(config: OrpheusConfig, arrays: dict[str, mx.array]) -> Llama:
    model = Llama(config.llama)
    weights = {name: at_home(array) for name, array in arrays.items() if "rotary_emb" not in name}
    if config.llama.tie_word_embeddings:
        for name in ("weight", "scales", "biases"):
            weights.pop(f"lm_head.{name}", None)
    if config.quantisation is not None:
        try:
            fit(model, config.quantisation, weights)
        except ValueError as exc:
            raise WeightsError("Orpheus's config.json has values that make no sense. Get the model again.") from exc
    try:
        model.load_weights(list(weights.items()), strict=True)
    except ValueError as exc:
        raise WeightsError("The weights do not fit Orpheus's config.json. Get the model again.") from exc
    model.eval()
    mx.eval(model.parameters())
    return model


def _snac(folder: Path) -> Snac:
    try:
        snac = Snac.load(folder, load_arrays(folder))
    except (OSError, ValueError, TypeError) as exc:
        raise WeightsError("SNAC's config.json is missing or damaged. Get mlx-community/snac_24khz again.") from exc
    config = snac.config
    fits = (config.sampling_rate, config.frame_size, config.codebook_size, config.vq_strides)
    if fits != (SAMPLE_RATE, FRAME_SIZE, CODEBOOK_SIZE, (4, 2, 1)):
        raise WeightsError("This SNAC is not the one Orpheus writes for. Get mlx-community/snac_24khz.")
    return snac
