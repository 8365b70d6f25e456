"""Who is slow on a processor says so before one speaks, and who is not."""

from engine import registry
from engine.defaults.notices import slow_here


def test_a_slow_voice_on_a_processor() -> None:
    card = registry.find("Qwen/Qwen3-TTS-12Hz-1.7B-CustomVoice")
    told = slow_here(card, has_gpu=False)
    assert f"{card.slower:g} times slower than real time" in told and "Kokoro" in told
    assert slow_here(card, has_gpu=True) == ""


def test_a_quick_voice() -> None:
    assert slow_here(registry.find("kokoro"), has_gpu=False) == ""
