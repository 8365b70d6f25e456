"""The list of packages is what pip reads, holds no address, and is what the recipes are made from."""

import re
from pathlib import Path

import pytest

from engine import registry
from engine.weights.natural.listed import LIST, packages
from engine.weights.natural.recipes import RECIPES


def test_the_list_has_no_addresses_and_every_package_has_version_and_hash() -> None:
    text = LIST.read_text(encoding="utf-8")
    assert not re.search(r"://|www\.|\.(com|org|io|co)\b|--(extra-)?index|--find", text)
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [package.requirement for package in packages().values()] == lines


def test_the_recipes_use_exactly_what_is_listed() -> None:
    used = [part.package for recipe in RECIPES.values() for part in recipe.parts]
    assert {package.name: package for package in used} == dict(packages())
    assert len(used) == len(packages())


def test_every_natural_card_has_a_recipe_and_tells_its_size() -> None:
    cards = {card.id: card for card in registry.natural_set()}
    assert set(cards) == set(RECIPES) == {"kokoro", "whisper-base", "voice-encoder"}
    assert {card.id for card in registry.cards() if card.natural} == {"kokoro", "whisper-base"}
    for model, recipe in RECIPES.items():
        assert cards[model].download_bytes == pytest.approx(recipe.download_bytes, rel=0.02)
        assert bool(recipe.hub) == (model != "voice-encoder")
        if recipe.hub:
            assert registry.find(recipe.hub).family == cards[model].family, "the second source is a model we know"
        assert not cards[model].built_in


def test_natural_ones_come_after_the_built_in_and_before_the_rest() -> None:
    kinds = [(card.built_in, card.natural) for card in registry.cards()]
    assert kinds == sorted(kinds, key=lambda kind: (not kind[0], not kind[1]))


def test_a_folder_of_a_persons_own_is_no_natural_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"istftnet": {}, "plbert": {}}')
    card, published = registry.find(str(tmp_path)), registry.find("hexgrad/Kokoro-82M")
    assert not card.natural
    assert (card.files, card.abilities) == (published.files, published.abilities)


@pytest.mark.parametrize(
    "line",
    [
        "small-voice==1.0",
        "small-voice --hash=sha256:" + "0" * 64,
        "small-voice==1.0 --hash=sha256:" + "0" * 63,
        "small-voice==1.0 --hash=md5:" + "0" * 32,
        "--index-url https://example.com/simple",
        "small-voice @ https://example.com/a.whl --hash=sha256:" + "0" * 64,
    ],
)
def test_a_line_that_is_anything_else_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="is no package with its version and sha256"):
        packages(f"# a comment\n\n{line}\n")
