"""What a person is told of consent. Pure."""

from studio.library.tables import ConsentState

MEANS: dict[ConsentState, str] = {
    ConsentState.NONE: "Nobody has agreed yet, so this voice does not speak.",
    ConsentState.ASKED: "Nobody has agreed yet, so this voice does not speak.",
    ConsentState.GIVEN: "A sentence was read aloud here and heard: a hurdle, no proof.",
    ConsentState.DECLARED: "The owner of this studio says that the person agrees; nothing was checked.",
    ConsentState.DESIGNED: "Designed in words: it is nobody's voice.",
    ConsentState.REVOKED: "Consent was taken back, so this voice does not speak and its recordings are gone.",
    ConsentState.ELSEWHERE: "Given elsewhere, not checked here.",
}
BLENDED = "Made of a model's own voices: nobody has to agree."

HURDLE = "It is a hurdle and no proof: who means to deceive can."

NOT_YET = "{name} does not speak yet: the person whose voice it is has not agreed. Have the sentence read on its page."
TAKEN_BACK = "{name} does not speak: consent was taken back."

SPEAKS = frozenset({ConsentState.GIVEN, ConsentState.DECLARED, ConsentState.DESIGNED, ConsentState.ELSEWHERE})
"""With these a recorded voice speaks."""


def why_silent(name: str, state: ConsentState) -> str:
    """Why a voice made of recordings does not speak; "" where it does."""
    if state in SPEAKS:
        return ""
    return (TAKEN_BACK if state is ConsentState.REVOKED else NOT_YET).format(name=name)
