"""What a person may ask of a voice in the terminal, in the words of its help; `say` and `compare` take the same."""

import math

from engine.errors import OptionError
from engine.types import Chunking
from studio.cli.options.language import LETTERED

LANGUAGE = f"A language tag such as en-gb or fr; or {LETTERED}"
INTERVAL = "Seconds of sound in a chunk."
CHUNK_TOKENS = "Tokens in a chunk, instead of seconds."
LOW_LATENCY = "The first chunk as early as the model can."


def chunking(interval_s: float | None, tokens: int | None, ultra_low_latency: bool) -> Chunking:
    """How a stream is to be cut. Refuses what no model takes; what one of them refuses it says itself.

    Args:
        interval_s: seconds of sound in a chunk.
        tokens: or tokens.
        ultra_low_latency: the first chunk as early as can be.

    Raises:
        OptionError: an interval or tokens that cannot be, or both.
    """
    if interval_s is not None and not (math.isfinite(interval_s) and 0 < interval_s <= 3600):
        raise OptionError(
            f"The streaming interval must be more than 0 and at most 3600 seconds; {interval_s:g} is not."
        )
    if tokens is not None and tokens < 1:
        raise OptionError(f"A chunk must have a token or more; {tokens} is no number of them.")
    if interval_s is not None and tokens is not None:
        raise OptionError("--streaming-interval and --chunk-tokens say the same in two ways: say one of them.")
    return Chunking(streaming_interval=interval_s, streaming_chunk_tokens=tokens, ultra_low_latency=ultra_low_latency)
