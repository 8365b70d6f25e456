from dataclasses import replace

import numpy as np
import pytest

from engine import registry
from engine.registry.provenance import binding, kind_of, made_by
from engine.types import SpeechRequest, VoicePrompt, VoiceState

KOKORO = "hexgrad/Kokoro-82M"
PROMPT = VoicePrompt(np.zeros(9, dtype=np.float32), 24_000)


def test_a_voice_is_what_the_request_makes_of_it():
    card = registry.find(KOKORO, "speak")
    described = replace(card, abilities=card.abilities | {"design"})
    asked = {
        "stock": SpeechRequest("", voice="af_heart"),
        "blend": SpeechRequest("", voice="af_heart*2+am_adam"),
        "cloned": SpeechRequest("", prompt=PROMPT),
        "tuned": SpeechRequest("", state=VoiceState("kokoro", "tuned", {}), prompt=PROMPT),
    }
    assert {kind: kind_of(card, request) for kind, request in asked.items()} == {kind: kind for kind in asked}
    assert kind_of(card, SpeechRequest("")) == "stock"
    assert kind_of(described, SpeechRequest("", instructions="A deep voice.")) == "designed"
    assert kind_of(registry.find("espeak-ng"), SpeechRequest("", voice="en-us+f3")) == "stock"


@pytest.mark.parametrize(
    ("licence", "told"), [("Apache-2.0", ""), ("MIT", ""), ("CC-BY-NC-4.0", "CC-BY-NC-4.0"), ("My own", "My own")]
)
def test_a_licence_that_binds_what_is_made_is_told(licence: str, told: str):
    assert binding(replace(registry.find(KOKORO), licence=licence)) == told


def test_the_models_and_the_voices_own_names_are_told():
    found = made_by(KOKORO, SpeechRequest("", voice="af_heart"))
    assert found.model == registry.find(KOKORO).name
    assert found.voice == next(one.name for one in registry.voices(KOKORO) if one.id == "af_heart")
    assert made_by(KOKORO, SpeechRequest("", voice="af_heart"), named="Mine", kind="designed").kind == "designed"
    assert made_by("gone/away", SpeechRequest("", voice="x")).model == "gone/away"
