"""Which recording of a voice a segment sounds like: the one of its mood, where the voice has it.

Families that clone ask `prompt_for` for each segment; what is told where there is no such recording is told once for
all families, by `engine.tts.toned`.
"""

from engine.text.moods import named
from engine.text.segment import TextSegment
from engine.types import SpeechRequest, VoicePrompt


def prompt_for(request: SpeechRequest, segment: TextSegment) -> VoicePrompt | None:
    """The recording that a segment should sound like.

    A family that clones calls this inside `synthesize` and `synthesize_batch`, for every segment, in place of reading
    `request.prompt`: segments of one batch may have different recordings. It tells the person nothing and needs not
    to: the notice about a missing mood comes from elsewhere, for every family.

    Args:
        request: what was asked; `request.moods` are further recordings of the same voice.
        segment: with its mood; "" is the voice's own way.

    Returns:
        The recording of the segment's mood; where the voice has none of it, `request.prompt`, which may be None.
    """
    return _recordings(request).get(segment.mood, request.prompt) if segment.mood else request.prompt


def missing(request: SpeechRequest, segment: TextSegment, clones: bool) -> tuple[str, ...]:
    """A sentence for the person where a segment asks for a mood that the voice has not.

    Args:
        request: as in `prompt_for`.
        segment: as in `prompt_for`.
        clones: whether the family sounds like recordings at all.
    """
    if not segment.mood or (clones and segment.mood in _recordings(request)):
        return ()
    return (f"This voice has no recording for {segment.mood}, so it speaks as usual.",)


def _recordings(request: SpeechRequest) -> dict[str, VoicePrompt]:
    return {named(mood): prompt for mood, prompt in request.moods}
