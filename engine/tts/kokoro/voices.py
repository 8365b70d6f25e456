"""The published voices, with their publisher's grades, and blends of them: of whole voices, or of each half by itself.

A voice has two halves: its timbre, what it sounds like, and its prosody, its pace and melody.

Source: VOICES.md of hexgrad/Kokoro-82M (Apache-2.0). A grade of "" is one that was not given.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.errors import VoiceError
from engine.tts.kokoro import house
from engine.types import Voice

DEFAULT_VOICE = "af_heart"
MAX_BLENDED = 8
HALVES = "~"
"""Between a blend's timbre and its prosody. It means itself in addresses, and no voice has it in its name."""

LANGUAGES = {
    "a": ("en-us", "American English"),
    "b": ("en-gb", "British English"),
    "e": ("es", "Spanish"),
    "f": ("fr-fr", "French"),
    "h": ("hi", "Hindi"),
    "i": ("it", "Italian"),
    "j": ("ja", "Japanese"),
    "p": ("pt-br", "Brazilian Portuguese"),
    "z": ("zh", "Mandarin"),
}
"""A voice's first letter -> its language and what a person calls it."""

NAMES = {language: name for language, name in LANGUAGES.values()}
_ALSO = {"cmn": "zh"}

_GRADES = {
    "af_heart": "A", "af_bella": "A-", "af_nicole": "B-", "af_aoede": "C+", "af_kore": "C+", "af_sarah": "C+",
    "af_alloy": "C", "af_nova": "C", "af_sky": "C-", "af_jessica": "D", "af_river": "D",
    "am_fenrir": "C+", "am_michael": "C+", "am_puck": "C+", "am_echo": "D", "am_eric": "D", "am_liam": "D",
    "am_onyx": "D", "am_santa": "D-", "am_adam": "F+",
    "bf_emma": "B-", "bf_isabella": "C", "bf_alice": "D", "bf_lily": "D",
    "bm_fable": "C", "bm_george": "C", "bm_lewis": "D+", "bm_daniel": "D",
    "ef_dora": "", "em_alex": "", "em_santa": "",
    "ff_siwis": "B-",
    "hf_alpha": "C", "hf_beta": "C", "hm_omega": "C", "hm_psi": "C",
    "if_sara": "C", "im_nicola": "C",
    "jf_alpha": "C+", "jf_gongitsune": "C", "jf_tebukuro": "C", "jf_nezumi": "C-", "jm_kumo": "C-",
    "pf_dora": "", "pm_alex": "", "pm_santa": "",
    "zf_xiaobei": "D", "zf_xiaoni": "D", "zf_xiaoxiao": "D", "zf_xiaoyi": "D",
    "zm_yunjian": "D", "zm_yunxi": "D", "zm_yunxia": "D", "zm_yunyang": "D",
}  # fmt: skip


def voices() -> list[Voice]:
    """All voices: the published ones, the default first, then by language and grade; behind them the house's own."""
    return [described(name) for name in (*_GRADES, *house.names())]


def described(name: str) -> Voice:
    """What a voice file's name says: "af_heart" is American, female."""
    language, spoken = LANGUAGES.get(name[:1], ("en-us", "English"))
    gender: Literal["female", "male", ""] = ""
    if name[1:3] in ("f_", "m_"):
        gender = "female" if name[1] == "f" else "male"
    plain = name.partition("_")[2] or name
    whose = ", house voice" if name in house.names() else ""
    return Voice(name, f"{plain.replace('_', ' ').title()} ({spoken}{whose})", language, gender, _GRADES.get(name, ""))


def language_of(tag: str, own: str = "") -> str:
    """Kokoro's name of a language: "fr-CA" is "fr-fr"; "" where it does not speak it.

    Args:
        tag: BCP 47, any case.
        own: the voice's language, one of NAMES: of several Englishes it takes its own.
    """
    wanted = tag.lower().replace("_", "-")
    if wanted in NAMES:
        return wanted
    base = _base(wanted)
    alike = [language for language in NAMES if _base(language) == _ALSO.get(base, base)]
    return own if own in alike else next(iter(alike), "")


def is_foreign(voice: Voice, language: str) -> bool:
    """Whether a language is not the voice's own; British English is to an American."""
    return _base(voice.language) != _base(language)


def _base(tag: str) -> str:
    return tag.partition("-")[0]


Shares = Mapping[str, float]
"""Voice -> share; they sum to 1."""


@dataclass(frozen=True, slots=True)
class Blend:
    """Voices and their shares; most often one voice.

    Attributes:
        timbre: whose sound it has.
        prosody: whose pace and melody.
    """

    timbre: Shares
    prosody: Shares

    @property
    def shares(self) -> Shares:
        """Of both halves together: what it is made of."""
        if not self.is_parted:
            return self.timbre
        names = dict.fromkeys([*self.timbre, *self.prosody])
        return {name: (self.timbre.get(name, 0.0) + self.prosody.get(name, 0.0)) / 2 for name in names}

    @property
    def is_parted(self) -> bool:
        """Whether the halves have shares of their own."""
        return self.timbre != self.prosody

    @property
    def first(self) -> str:
        """The voice that decides the language."""
        return next(iter(self.timbre))

    @property
    def spelled(self) -> str:
        """As `parse` reads it: the same for every way to write it."""
        halves = (self.timbre, self.prosody) if self.is_parted else (self.timbre,)
        return HALVES.join("+".join(f"{voice}:{share:.4g}" for voice, share in half.items()) for half in halves)


def parse(wanted: str) -> Blend:
    """A voice or a blend of voices: "af_heart", "af_heart+am_michael", "af_heart:0.6+am_michael:0.4".

    With a tilde each half has shares of its own, timbre before it and prosody behind: "af_heart:0.6+am_adam:0.4~af_sky"
    sounds like the first two and has the third one's pace and melody.

    Raises:
        VoiceError: it cannot be read as one.
    """
    timbre, tilde, prosody = wanted.partition(HALVES)
    sound = _shares(timbre, wanted)
    return Blend(sound, _shares(prosody, wanted) if tilde else sound)


def _shares(half: str, wanted: str) -> Shares:
    parts = [part.strip() for part in half.split("+")]
    if len(parts) > MAX_BLENDED:
        raise VoiceError(f"A blend can have {MAX_BLENDED} voices; this one has {len(parts)}.")
    shares: dict[str, float] = {}
    for part in parts:
        name, colon, share = part.partition(":")
        try:
            amount = float(share) if colon else 1.0
        except ValueError:
            amount = math.nan
        if not name.strip():
            raise VoiceError(
                f"“{wanted[:80]}” is no voice. Write one voice, or a blend such as af_heart:0.6+am_michael:0.4."
            )
        if not 0 < amount <= 1000:
            raise VoiceError(
                f"The share of {name.strip()[:40]} must be a number above 0, as in af_heart:0.6+am_michael:0.4."
            )
        shares[name.strip()] = shares.get(name.strip(), 0.0) + amount
    whole = sum(shares.values())
    return {name: amount / whole for name, amount in shares.items()}
