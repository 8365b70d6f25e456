"""Whoever a sentence names is a family of the catalogue: shared code knows no family by name."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine import registry
from engine.defaults.notices import natural_is_missing, simple_recogniser
from engine.registry import saying

PROJECT = Path(__file__).parents[2]
THEIR_OWN = ("engine/tts/", "engine/stt/", "engine/registry/", "engine/weights/natural/")
SHARED_THERE = ("base.py", "speak.py", "transcribe.py", "live.py", "exports.py", "captions.py")
NO_FAMILY = (
    *(
        "start_orpheus_stream",
        "/ws/orpheus",
        "Orpheus stream protocol",
        "espeakng-loader",
        "espeak-ng (voice)",
        "pocketsphinx (ear)",
    ),
    *("the Orpheus that is on this machine", "Kokoro, Orpheus"),  # a protocol's own command; an example of rare words
)


def test_no_sentence_of_shared_code_names_a_family() -> None:
    names = {saying.family_name(card) for card in registry.cards()} | {
        card.id for card in registry.cards() if card.built_in
    }
    named = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    for room in ("engine", "studio", "workers"):
        for file in sorted((PROJECT / room).rglob("*.py")):
            place = str(file.relative_to(PROJECT))
            if place.startswith(THEIR_OWN) and file.name not in SHARED_THERE:
                continue
            text = file.read_text("utf-8")
            if named.search(text):
                for line, sentence in sentences(text):
                    for known in NO_FAMILY:
                        sentence = sentence.replace(known, "")
                    assert not named.search(sentence), f"{place}:{line} names a family: {sentence}"


def sentences(text: str) -> list[tuple[int, str]]:
    """Strings of several words that are no docstrings."""
    tree = ast.parse(text)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        if " " in node.value.strip()
    ]


def test_the_cards_say_who_can() -> None:
    assert saying.whoever("speak", "blend") == "Kokoro"
    assert saying.whoever("transcribe", "prompt") == "Whisper"
    assert (saying.natural("speak"), saying.natural("transcribe")) == ("Kokoro", "Whisper")
    assert saying.built_in("speak") == "eSpeak"
    assert saying.to_be_had("transcribe") == "Whisper and Parakeet"
    assert saying.whoever("speak", "fly") == ""


def test_a_sentence_follows_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = [replace(card, name=f"New{card.name}") for card in registry.cards()]
    cards = lambda task=None: [card for card in renamed if task in (None, card.task)]  # noqa: E731
    monkeypatch.setattr(registry, "cards", cards)
    monkeypatch.setattr(registry, "find", lambda name, *_: next(card for card in renamed if card.id == name))
    assert "built-in NeweSpeak speaks" in natural_is_missing()
    with pytest.raises(Exception, match="NewKokoro can"):
        registry.Catalogue(renamed).blend("espeak-ng", "a+b")
    if any(card.id == "pocketsphinx" for card in renamed):
        assert "NewPocketSphinx writes this" in simple_recogniser("pocketsphinx")
        assert "gets NewWhisper" in simple_recogniser("pocketsphinx")
