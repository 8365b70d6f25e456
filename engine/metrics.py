"""Two words this field uses in both directions, defined once."""


def rtf(compute_s: float, audio_s: float) -> float:
    """Real-time factor: seconds of computing per second of audio. Below 1 is faster than real time.

    Returns infinity when no audio was made.
    """
    return compute_s / audio_s if audio_s > 0 else float("inf")


def tokens_per_second(tokens: int, compute_s: float) -> float:
    """Tokens generated per second of computing; 0 before any time has passed."""
    return tokens / compute_s if compute_s > 0 else 0.0
