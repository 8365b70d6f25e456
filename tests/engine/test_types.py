"""The nouns of the engine."""

from dataclasses import fields
from types import SimpleNamespace

from engine.types import SpeechRequest


def test_a_request_takes_every_field_that_is_called_like_its_own() -> None:
    source = SimpleNamespace(**{one.name: one.name.upper() for one in fields(SpeechRequest)}, other=1)
    taken = SpeechRequest.of(source, text="said")
    assert taken.text == "said"
    assert all(getattr(taken, one.name) == one.name.upper() for one in fields(SpeechRequest) if one.name != "text")
    assert SpeechRequest.of(object(), text="said") == SpeechRequest("said")
