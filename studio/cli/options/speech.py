"""What a person may ask of a voice in the terminal, in the words of its help; `say` and `compare` take the same."""

from engine import controls
from engine.errors import OptionError
from engine.types import Chunking
from studio.cli.options.language import LETTERED

LANGUAGE = f"A language tag such as en-gb or fr; or {LETTERED}"
INTERVAL = f"Seconds of sound in a chunk, {controls.STREAMING_INTERVAL.range}."
CHUNK_TOKENS = "Tokens after which a codec model gives sound."
LOW_LATENCY = "The first chunk as early as the model can."


def chunking(interval_s: float | None, tokens: int | None, ultra_low_latency: bool) -> Chunking:
    """How a stream is to be cut. Refuses what no model takes; what one of them refuses it says itself.

    Args:
        interval_s: seconds of sound in a chunk.
        tokens: after which a codec model gives sound.
        ultra_low_latency: the first chunk as early as can be.

    Raises:
        OptionError: an interval or tokens that cannot be.
    """
    controls.STREAMING_INTERVAL.check(interval_s)
    if tokens is not None and tokens < 1:
        raise OptionError(f"A chunk must have a token or more; {tokens} is no number of them.")
    return Chunking(streaming_interval=interval_s, streaming_chunk_tokens=tokens, ultra_low_latency=ultra_low_latency)
