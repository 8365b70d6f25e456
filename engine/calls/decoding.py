"""How a stream decodes and where its sentences end, in words other programs have: `DecodingConfig` and its parts."""

import math
from dataclasses import dataclass, field

from engine.errors import OptionError
from engine.stt.parakeet.tokens import SentenceRules


@dataclass(frozen=True, slots=True)
class Greedy:
    """The likeliest token each time: what a Parakeet does here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """Several readings kept at once. There is none here: a call that is given one refuses it."""

    beam_size: int = 5
    length_penalty: float = 1.0
    patience: float = 1.0
    duration_reward: float = 0.7


@dataclass(frozen=True, slots=True)
class SentenceConfig(SentenceRules):
    """Where a sentence ends, as `SentenceRules`, whose numbers are looked at.

    Raises:
        OptionError: no such number.
    """

    def __post_init__(self) -> None:
        if self.max_words is not None and (
            isinstance(self.max_words, bool) or not isinstance(self.max_words, int) or self.max_words < 1  # pyright: ignore
        ):
            raise OptionError(f"max_words must be a whole number from 1, and “{str(self.max_words)[:40]}” is not.")
        for name in ("silence_gap", "max_duration"):
            value = getattr(self, name)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (is_number and math.isfinite(value) and value > 0):
                raise OptionError(f"{name} must be seconds, more than 0, and “{str(value)[:40]}” is not.")


@dataclass(frozen=True, slots=True)
class DecodingConfig:
    """How to decode.

    Attributes:
        decoding: Greedy().
        sentence: where sentences end.
    """

    decoding: Greedy | Beam = field(default_factory=Greedy)
    sentence: SentenceConfig = field(default_factory=SentenceConfig)


def rules_of(config: object) -> SentenceRules:
    """What the engine calls it.

    Raises:
        OptionError: no DecodingConfig, or one that asks for a beam.
    """
    if config is None:
        return SentenceRules()
    if not isinstance(config, DecodingConfig):
        raise OptionError(f"decoding_config must be a DecodingConfig, not {type(config).__name__}.")
    if isinstance(config.decoding, Beam):
        raise OptionError("There is no beam search here: streams are decoded greedily. Use DecodingConfig(Greedy()).")
    if not isinstance(config.decoding, Greedy):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"decoding must be Greedy(), not {type(config.decoding).__name__}.")
    if not isinstance(config.sentence, SentenceConfig):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"sentence must be a SentenceConfig, not {type(config.sentence).__name__}.")
    return config.sentence
