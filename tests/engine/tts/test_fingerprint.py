"""Whatever decides a sound is in its name: derived from the request, so that a new field cannot be forgotten."""

from dataclasses import dataclass, field, fields, make_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from engine.text.segment import UNHEARD_OF_A_SEGMENT, TextSegment
from engine.tts.fingerprint import of_request, of_segment
from engine.types import (
    HEARD_WHERE_SET,
    UNHEARD_OF_A_REQUEST,
    Chunking,
    Pronunciation,
    Sampling,
    SpeechRequest,
    Tone,
    VoicePrompt,
    VoiceState,
)

REQUEST = SpeechRequest("Hello.", voice="af_heart", language="en-us", seed=1)
SEGMENT = TextSegment(0, "Hello.", (0, 6), 0.25, "sentence", range(7))
HEARD = {
    "voice": "am_adam",
    "language": "en-gb",
    "speed": 1.5,
    "pitch": 1.5,
    "instructions": "Softly.",
    "seed": 2,
    "prompt": VoicePrompt(np.zeros(10, dtype=np.float32), 24_000, "One."),
    "moods": (("calm", VoicePrompt(np.zeros(10, dtype=np.float32), 24_000, "One.")),),
    "state": VoiceState("kokoro", "tuned", {"offset": np.zeros(256, dtype=np.float32)}, "af_heart"),
    "tone": Tone(pitch_semitones=1.0),
    "sampling": Sampling(temperature=0.4),
    "chunking": Chunking(mode="smooth"),
}
UNHEARD = {
    "text": "Something else.",
    "sentence_pause_s": 1.0,
    "paragraph_pause_s": 1.0,
    "pronunciations": (Pronunciation("Hello", respelling="Hullo"),),
    "notices": ("Told.",),
}


def test_every_field_is_told_of_here() -> None:
    assert {one.name for one in fields(SpeechRequest)} == HEARD.keys() | UNHEARD.keys()
    assert UNHEARD.keys() == UNHEARD_OF_A_REQUEST


@pytest.mark.parametrize("name", HEARD)
def test_what_is_heard_changes_the_name(name: str) -> None:
    assert of_request(replace(REQUEST, **{name: HEARD[name]})) != of_request(REQUEST)


@pytest.mark.parametrize("name", UNHEARD)
def test_what_is_not_heard_leaves_it(name: str) -> None:
    assert of_request(replace(REQUEST, **{name: UNHEARD[name]})) == of_request(REQUEST)


def test_what_says_nothing_leaves_the_names_of_sound_that_was_kept_before_there_was_such_a_field() -> None:
    assert HEARD_WHERE_SET and not HEARD_WHERE_SET & of_request(REQUEST).keys()


def test_where_a_state_is_kept_is_not_heard() -> None:
    prompt = VoicePrompt(np.zeros(10, dtype=np.float32), 24_000)
    elsewhere = replace(REQUEST, prompt=replace(prompt, states=Path("elsewhere")))
    assert of_request(elsewhere) == of_request(replace(REQUEST, prompt=prompt))


def test_a_field_that_is_added_is_in_the_name_without_being_told() -> None:
    grown = make_dataclass("Grown", [("breathiness", float, field(default=0.0))], bases=(SpeechRequest,), frozen=True)
    assert of_request(grown("Hello.")) != of_request(grown("Hello.", breathiness=0.5))


def test_prompts_are_known_by_their_sound() -> None:
    def named(samples: list[float], rate: int = 24_000) -> object:
        return of_request(replace(REQUEST, prompt=VoicePrompt(np.array(samples, dtype=np.float32), rate)))

    assert named([0.1, 0.2]) == named([0.1, 0.2])
    assert (
        len({str(named(*one)) for one in (([0.1, 0.2],), ([0.1, 0.3],), ([0.1, 0.2, 0.0],), ([0.1, 0.2], 16_000))}) == 4
    )


def test_a_segment_is_named_by_its_text_and_its_end() -> None:
    assert of_segment(replace(SEGMENT, index=4, span=(9, 15), pause_s=0.0, offsets=range(9, 16))) == of_segment(SEGMENT)
    assert of_segment(replace(SEGMENT, text="Hullo.")) != of_segment(SEGMENT)
    assert of_segment(replace(SEGMENT, ends="paragraph")) != of_segment(SEGMENT)
    assert {one.name for one in fields(TextSegment)} - UNHEARD_OF_A_SEGMENT == {"text", "ends", "mood"}
    assert of_segment(replace(SEGMENT, mood="calm")) != of_segment(SEGMENT)
    assert "mood" not in of_segment(SEGMENT)  # sound kept before there were moods is still found


def test_a_value_of_another_kind_is_taken_apart() -> None:
    @dataclass(frozen=True)
    class Odd(SpeechRequest):
        moods: frozenset[str] = frozenset()
        by_name: dict[str, float] = field(default_factory=dict)

    told = of_request(Odd("a", moods=frozenset({"glad", "calm"}), by_name={"x": 1.0}))
    assert (told["moods"], told["by_name"]) == (["calm", "glad"], {"x": 1.0})
