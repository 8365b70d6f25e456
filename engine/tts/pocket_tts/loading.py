"""A release's folder, and the tokenizer and voices from the open repository -> a model that speaks."""

from collections.abc import Mapping
from pathlib import Path

from engine.codecs.mimi import canonical
from engine.errors import WeightsError
from engine.nn.parts import Parts
from engine.nn.stored.checkpoint import load_arrays
from engine.tts.pocket_tts.backbone import Backbone
from engine.tts.pocket_tts.codec import Codec
from engine.tts.pocket_tts.head import FlowHead
from engine.tts.pocket_tts.model import PocketSynthesizer
from engine.tts.pocket_tts.releases import OPEN, Release, of_folder
from engine.tts.pocket_tts.text import Reader, read_tokenizer
from engine.tts.pocket_tts.voices import embeddings, listed
from engine.tts.pocket_tts.writing import Writer

BESIDE = OPEN.rsplit("/", 1)[-1]
CODEC = "mimi."


def load(files: Path | None, companions: Mapping[str, Path]) -> PocketSynthesizer:
    """Load a release.

    Args:
        files: the release's folder: model.safetensors, and for a folder of a person's own config.json, tokenizer and
            embeddings/.
        companions: "pocket-tts-without-voice-cloning" -> the open repository's folder.

    Raises:
        WeightsError: the files are not Pocket TTS's.
    """
    if files is None:
        raise ValueError("Pocket TTS does not come with the installation")
    release = of_folder(files)
    weights = load_arrays(files)
    inner = {name.removeprefix(CODEC): array for name, array in weights.items() if name.startswith(CODEC)}
    parts = Parts(weights, "Pocket TTS")
    # That nobody can copy a voice with the open weights is said of the folder they lie in, too.
    is_open = any(BESIDE in part for part in files.parts)
    return PocketSynthesizer(
        release,
        Reader(read_tokenizer(_tokenizer(files, companions, release)), release),
        Writer(Backbone(parts, release.heads), FlowHead(parts, release.flow, release.steps), release.threshold),
        Codec(Parts(canonical(inner, 1), "Pocket TTS"), release.codec_heads, release.window),
        _voices(files, companions, release),
        _identity(files),
        may_clone=not is_open,
    )


def _tokenizer(files: Path, companions: Mapping[str, Path], release: Release) -> Path:
    for name in ("tokenizer.json", "tokenizer.model"):
        if (files / name).is_file():
            return files / name
    if BESIDE in companions and release.tokenizer:
        return companions[BESIDE] / release.tokenizer
    raise WeightsError("Pocket TTS has no tokenizer here: tokenizer.json belongs beside the weights.")


def _voices(files: Path, companions: Mapping[str, Path], release: Release) -> dict[str, Path]:
    """Ready voices by name, the default first."""
    found = {path.stem: path for path in embeddings(files)}
    if BESIDE in companions:
        beside = companions[BESIDE] / "languages" / release.name
        found |= {path.stem: path for path in embeddings(beside)}
    return {voice.id: found[voice.id] for voice in listed(release, list(found))}


def _identity(files: Path) -> str:
    """Another text for other weights: a voice prepared for one release is noise in another."""
    marks = [f"{path.name}:{path.stat().st_size}" for path in sorted(files.glob("*")) if path.is_file()]
    resolved = [path.resolve().name for path in sorted(files.glob("*.safetensors"))]  # a download is named by its hash
    return "\0".join(["pocket_tts 1", files.name, *marks, *resolved])
