"""What neither speaks nor listens and is still got as models are: a helper's card. Data, no logic."""

from engine.registry.card import ModelCard

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="voice-encoder",
        name="Voice encoder",
        task="compare",
        family="embedding",
        licence="Apache-2.0",
        languages=(),
        sample_rate=16000,
        natural=True,
        files=("config.json", "*.safetensors"),
        download_bytes=16 * 10**6,
        memory_bytes=12 * 1024**2,
    ),
)
