"""The recognisers this studio knows, a card each, and how a folder with one is told. Data, no logic."""

from engine.registry import parakeets, whispers
from engine.registry.card import ModelCard, Recognise

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="pocketsphinx",
        name="PocketSphinx",
        task="transcribe",
        family="pocketsphinx",
        licence="BSD-2-Clause",
        languages=("en-us",),
        sample_rate=16000,
        built_in=True,
        memory_bytes=224 * 1024**2,  # two decoders
        abilities=frozenset({"words", "confidence", "live"}),
        package="pocketsphinx",  # which pyproject.toml asks for only where there is a wheel of it
    ),
    *parakeets.CARDS,
    *whispers.CARDS,
)

# family -> whether a folder is one of its models. The first that says yes has it.
RECOGNISERS: dict[str, Recognise] = {
    "parakeet": parakeets.is_parakeet,
    "whisper": whispers.is_whisper,
}
