import numpy as np

from engine.text.segment import TextSegment
from engine.tts.moods import missing, prompt_for
from engine.types import SpeechRequest, VoicePrompt


def recording(level: float) -> VoicePrompt:
    return VoicePrompt(np.full(10, level, dtype=np.float32), 24_000)


USUAL, CALM = recording(0.1), recording(0.2)
REQUEST = SpeechRequest("", prompt=USUAL, moods=(("Calm ", CALM),))


def segment(mood: str) -> TextSegment:
    return TextSegment(0, "Hello.", (0, 6), 0.0, "sentence", range(7), mood)


def test_a_segments_mood_chooses_the_recording():
    assert prompt_for(REQUEST, segment("calm")) is CALM
    assert prompt_for(REQUEST, segment("")) is USUAL
    assert missing(REQUEST, segment("calm"), clones=True) == missing(REQUEST, segment(""), clones=False) == ()


def test_a_mood_the_voice_has_not_speaks_as_usual_and_is_told():
    told = ("This voice has no recording for sad, so it speaks as usual.",)
    assert prompt_for(REQUEST, segment("sad")) is USUAL
    assert missing(REQUEST, segment("sad"), clones=True) == told
    assert missing(SpeechRequest(""), segment("sad"), clones=True) == told


def test_a_family_that_cannot_copy_says_the_same():
    assert missing(REQUEST, segment("calm"), clones=False) == (
        "This voice has no recording for calm, so it speaks as usual.",
    )
