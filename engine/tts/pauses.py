"""How long silence lasts in speech: shorter for whoever speaks faster, and hardly any behind the last word."""

from engine.types import SpeechRequest

END_S = 0.1
"""Silence behind the last word of a stream, seconds: enough to end softly, and nobody waits for it."""
LEAST_END_S = 0.01
"""Of a text whose pauses are turned off: the last chunk of a stream is never empty."""


def at_speed(pause_s: float, speed: float) -> float:
    """A pause of so many seconds at a voice's own speed, at this speed."""
    return pause_s / speed


def of(request: SpeechRequest) -> tuple[float, float]:
    """Seconds of silence after a sentence, and after a paragraph, at the speed asked for."""
    return at_speed(request.sentence_pause_s, request.speed), at_speed(request.paragraph_pause_s, request.speed)


def ending(pause_s: float) -> float:
    """Seconds of silence behind the last word, where this pause would follow if there were more."""
    return min(END_S, max(LEAST_END_S, pause_s))
