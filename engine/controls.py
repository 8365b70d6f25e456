"""What can be turned about a voice or a book, each declared once: its bounds, its default, its words.

`check` refuses with them, the API's schema, the page's sliders and the terminal's help are made of them, and the docs
are held to them by a test. A family says which it has (`Synthesizer.controls`).
"""

from dataclasses import dataclass

from engine.errors import OptionError


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to turn.

    Attributes:
        name: the field of a request that holds it.
        label: what a person reads.
        low: the least it may be.
        high: the most.
        default: what holds while nobody turns it; None is the model's own.
        help: one clause on what its values mean.
        unit: of its values, or "".
        step: the smallest change that is worth a slider's step.
        usual: how far a slider goes, where that is less than what is allowed.
        is_whole: whether only whole numbers will do.
    """

    name: str
    label: str
    low: float
    high: float
    default: float | None
    help: str
    unit: str = ""
    step: float = 1
    usual: tuple[float, float] | None = None
    is_whole: bool = False

    @property
    def range(self) -> str:
        """ "0.5 to 2", with the unit."""
        return f"{self.low:g} to {_figure(self.high)}{f' {self.unit}' if self.unit else ''}"

    @property
    def told(self) -> str:
        """The range and what it means, for help texts."""
        return f"{self.range}; {self.help}" if self.help else self.range

    def check(self, value: object) -> None:
        """Refuse what lies outside; None is the model's own where that is the default.

        Raises:
            OptionError: it does, or is no number.
        """
        if value is None and self.default is None:
            return
        is_number = isinstance(value, int if self.is_whole else int | float) and not isinstance(value, bool)
        if not isinstance(value, int | float) or not is_number:
            kind = "a whole number" if self.is_whole else "a number"
            raise OptionError(f"The {self.label.lower()} must be {kind}, and “{str(value)[:40]}” is not.")
        # Python compares whole numbers of any length with the bounds, and turns few of them into others.
        if not self.low <= value <= self.high:
            between = f"between {self.low:g} and {_figure(self.high)}"
            raise OptionError(f"The {self.label.lower()} must lie {between}, and {_short(value)} does not.")


def _short(value: float) -> str:
    return f"{value:g}" if abs(value) < 10**15 or isinstance(value, float) else "such a number"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000_000 else f"{value:g}"


SPEED = Control("speed", "Speed", 0.5, 2.0, 1.0, "1 is the voice's own pace", step=0.05)
PITCH = Control("pitch", "Pitch", 0.5, 2.0, 1.0, "1 is the voice's own", step=0.05)
SENTENCE_PAUSE = Control(
    "sentence_pause_s", "Pause after a sentence", 0.0, 30.0, 0.25, "", unit="seconds", step=0.05, usual=(0, 3)
)
PARAGRAPH_PAUSE = Control(
    "paragraph_pause_s", "Pause after a paragraph", 0.0, 30.0, 0.7, "", unit="seconds", step=0.1, usual=(0, 5)
)
CHAPTER_PAUSE = Control(
    "chapter_pause_s", "Pause after a chapter", 0.0, 30.0, 2.0, "", unit="seconds", step=0.5, usual=(0, 10)
)
SEED = Control("seed", "Seed", 0, 2**53 - 1, None, "another seed, another reading", is_whole=True)
"""Up to what JSON carries exactly in every language."""

TEMPERATURE = Control("temperature", "Temperature", 0.0, 2.0, None, "0 is always the likeliest", step=0.05)
TOP_P = Control("top_p", "Top p", 0.001, 1.0, None, "1 leaves nothing out", step=0.05, usual=(0.05, 1))
TOP_K = Control("top_k", "Top k", 0, 2**20, None, "0 is no limit", is_whole=True)
MIN_P = Control("min_p", "Min p", 0.0, 1.0, None, "0 leaves nothing out", step=0.01)
REPETITION_PENALTY = Control("repetition_penalty", "Repetition penalty", 1.0, 10.0, None, "1 is off", step=0.05)
REPETITION_WINDOW = Control(
    "repetition_window", "Repetition window", 0, 2**20, None, "how many tokens back the penalty looks", is_whole=True
)
MAX_TOKENS = Control("max_tokens", "Max tokens", 14, 2**17, None, "the longest a segment may become", is_whole=True)
STREAMING_INTERVAL = Control(
    "streaming_interval", "Streaming interval", 0.01, 120.0, None, "how long a chunk is", unit="seconds", step=0.1
)

TONE_PITCH = Control(
    "pitch_semitones", "Tone: pitch", -4.0, 4.0, 0.0, "higher or lower at the same pace", unit="semitones", step=0.5
)
TONE_LOW = Control("low_db", "Tone: low", -12.0, 12.0, 0.0, "below about 250 Hz", unit="dB", step=0.5)
TONE_MID = Control("mid_db", "Tone: middle", -12.0, 12.0, 0.0, "around 1,500 Hz", unit="dB", step=0.5)
TONE_HIGH = Control("high_db", "Tone: high", -12.0, 12.0, 0.0, "above about 5,000 Hz", unit="dB", step=0.5)
TONE_ROOM = Control("room", "Tone: room", 0.0, 1.0, 0.0, "0 is none", step=0.05)

PARTIAL_INTERVAL = Control(
    "partial_interval_ms", "Partial interval", 100, 10_000, 600, "how often live words may change", unit="ms", step=100
)
"""Of a microphone's words; None leaves a recogniser that hears as it goes to its own pace."""

VOICE = (SPEED, PITCH)
"""What a family has or has not."""
PAUSES = (SENTENCE_PAUSE, PARAGRAPH_PAUSE, CHAPTER_PAUSE)
SAMPLING = (TEMPERATURE, TOP_P, TOP_K, MIN_P, REPETITION_PENALTY, REPETITION_WINDOW, MAX_TOKENS)
"""The fields of `engine.types.Sampling`."""
TONE = (TONE_PITCH, TONE_LOW, TONE_MID, TONE_HIGH, TONE_ROOM)
"""The fields of `engine.types.Tone`: what is done to a voice's sound after any model."""
ALL = (*VOICE, *PAUSES, SEED, *SAMPLING, STREAMING_INTERVAL, PARTIAL_INTERVAL, *TONE)
