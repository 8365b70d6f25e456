"""What a card says a model can do, its family's code can; and what the code can, the card says."""

from importlib import import_module
from typing import Any

import pytest

from engine import registry
from engine.controls import VOICE
from engine.registry import ModelCard
from engine.stt.base import Recognizer
from engine.tts.base import Synthesizer

CODE: dict[str, str] = {
    "espeak": "engine.tts.espeak.model.EspeakSynthesizer",
    "kokoro": "engine.tts.kokoro.model.KokoroSynthesizer",
    "orpheus": "engine.tts.orpheus.model.OrpheusSynthesizer",
    "qwen3_tts": "engine.tts.qwen3_tts.model.QwenSynthesizer",
    "pocket_tts": "engine.tts.pocket_tts.model.PocketSynthesizer",
    "parakeet": "engine.stt.parakeet.model.Parakeet",
    "pocketsphinx": "engine.stt.pocketsphinx.model.PocketSphinx",
    "whisper": "engine.stt.whisper.model.Whisper",
}
# Families whose models are of several kinds: what tells the kind, and its code.
KINDS: dict[tuple[str, str], str] = {
    ("qwen3_tts", "clone"): "engine.tts.qwen3_tts.model.QwenCloner",
    ("qwen3_tts", "design"): "engine.tts.qwen3_tts.model.QwenDesigner",
}
CARDS = [*registry.cards("speak"), *registry.cards("transcribe")]


def code_of(card: ModelCard) -> Any:
    kinds = [code for (family, ability), code in KINDS.items() if family == card.family and ability in card.abilities]
    module, _, name = (kinds or [CODE[card.family]])[0].rpartition(".")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as exc:
        pytest.skip(f"{exc.name} has no wheel here")


def is_own(code: type, base: type, name: str) -> bool:
    return getattr(code, name) is not getattr(base, name)


@pytest.mark.parametrize("card", [one for one in CARDS if one.task == "speak"], ids=lambda one: one.id)
def test_a_voice_can_what_its_card_says(card: ModelCard) -> None:
    code = code_of(card)
    assert issubclass(code, Synthesizer)
    assert {one.name for one in code.controls} == {one.name for one in VOICE} & card.abilities
    batches = [is_own(code, Synthesizer, name) for name in ("synthesize_batch", "batch_memory")]
    assert batches == 2 * [code.takes_batches] == 2 * ["batch" in card.abilities]
    assert code.works_ahead == is_own(code, Synthesizer, "synthesize_all")
    assert code.designs == ("design" in card.abilities)
    assert code.takes_instructions or "instructions" not in card.abilities
    # Weights may lack what their family's code can use: those that were published without the encoder.
    assert code.clones >= ("clone" in card.abilities)
    assert not code.clones or any("clone" in one.abilities for one in CARDS if one.family == card.family)
    assert code.name in (card.name.split()[0], "The built-in voice")


@pytest.mark.parametrize("card", [one for one in CARDS if one.task == "transcribe"], ids=lambda one: one.id)
def test_a_recogniser_can_what_its_card_says(card: ModelCard) -> None:
    code = code_of(card)
    assert issubclass(code, Recognizer)
    has_batches = "batch_s" in vars(code) or "batch_s" in code.__init__.__code__.co_names
    assert has_batches == ("batch" in card.abilities)
    assert is_own(code, Recognizer, "guided") == bool({"prompt", "translate"} & card.abilities)
    assert is_own(code, Recognizer, "utterance") == ("live" in card.abilities)
    assert code.takes_steps == is_own(code, Recognizer, "recognize_steps")


def test_every_family_is_held_to_its_cards() -> None:
    assert {card.family for card in CARDS} == CODE.keys()
