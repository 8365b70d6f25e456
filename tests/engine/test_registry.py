"""Models are found by what people call them, and what is not there is never named."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import registry
from engine.errors import ModelNotFound
from engine.registry import Catalogue, FolderSigns, ModelCard

KOKORO = ModelCard(
    "hexgrad/Kokoro-82M", "Kokoro", "speak", "base", "Apache-2.0", ("en-us", "ja"), 24000, memory_bytes=400_000_000
)
WHISPER = ModelCard("openai/whisper-tiny", "Whisper tiny", "transcribe", "base", "MIT", ("en",), 16000)
GHOST = ModelCard("nobody/ghost", "Ghost", "speak", "no_such_family", "MIT", ("en",), 24000)
HERE = ModelCard("built-in-voice", "Built in", "speak", "base", "MIT", ("en",), 8000, built_in=True)


def is_kokoro(signs: FolderSigns) -> bool:
    return "istftnet" in signs.config or any(name.startswith("kokoro") for name in signs.names)


def is_whisper(signs: FolderSigns) -> bool:
    return signs.model_type == "whisper"


@pytest.fixture
def catalogue() -> Catalogue:
    """Cards of families that exist (the protocols' own module stands in) and of one that does not."""
    return Catalogue([KOKORO, WHISPER, GHOST, HERE], {("speak", "base"): is_kokoro, ("transcribe", "base"): is_whisper})


def test_built_in_models_come_first_and_a_card_without_its_family_is_not_shown(catalogue: Catalogue) -> None:
    assert [card.id for card in catalogue.cards()] == [HERE.id, KOKORO.id, WHISPER.id]
    assert [card.id for card in catalogue.cards("transcribe")] == [WHISPER.id]
    with pytest.raises(ModelNotFound):
        catalogue.find("nobody/ghost")


def test_an_id_is_found_in_any_case_and_with_stray_spaces(catalogue: Catalogue) -> None:
    assert catalogue.find(" HEXGRAD/kokoro-82m\n") == KOKORO


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hexgrad/Kokoro-82", "hexgrad/Kokoro-82M"),
        ("kokoro", "hexgrad/Kokoro-82M"),
        ("Kokoro-82M", "hexgrad/Kokoro-82M"),
        ("openai/wisper-tiny", "openai/whisper-tiny"),
        ("builtin-voice", "built-in-voice"),
    ],
)
def test_a_slip_of_the_finger_is_answered_with_the_nearest_names(catalogue: Catalogue, typed: str, meant: str) -> None:
    with pytest.raises(ModelNotFound, match="Did you mean") as caught:
        catalogue.find(typed)
    assert meant in str(caught.value)


def test_something_like_nothing_known_is_answered_with_the_list(catalogue: Catalogue) -> None:
    with pytest.raises(ModelNotFound, match=r"Known models: built-in-voice, hexgrad/Kokoro-82M, openai/whisper-tiny\."):
        catalogue.find("qqqqqqqqqq")
    with pytest.raises(ModelNotFound, match="No model was named"):
        catalogue.find("  ")


def test_a_model_that_does_the_other_thing_is_refused_with_those_that_do(catalogue: Catalogue) -> None:
    with pytest.raises(ModelNotFound, match=r"Whisper tiny listens; it cannot speak. .*built-in-voice, hexgrad"):
        catalogue.find("openai/whisper-tiny", "speak")
    with pytest.raises(ModelNotFound, match=r"Kokoro speaks; it cannot transcribe. .*openai/whisper-tiny"):
        catalogue.find("hexgrad/Kokoro-82M", "transcribe")


def make(folder: Path, config: Any = None, **files: bytes) -> Path:
    folder.mkdir()
    if config is not None:
        (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def test_a_folder_is_recognised_by_its_config_or_its_files(catalogue: Catalogue, tmp_path: Path) -> None:
    by_config = make(tmp_path / "a", {"istftnet": {}}, model__safetensors=b"x" * 1000)
    card = catalogue.find(str(by_config))
    assert (card.id, card.name, card.task, card.family) == (str(by_config), "a", "speak", "base")
    assert card.folder == by_config
    assert not card.built_in
    assert card.download_bytes == 0
    assert card.memory_bytes == 1250
    assert catalogue.find(str(make(tmp_path / "b", None, kokoro_v1__pth=b""))).sample_rate == 24000
    assert catalogue.find(str(make(tmp_path / "c", {"model_type": "whisper"}))).task == "transcribe"


def test_a_relative_folder_keeps_the_name_it_was_typed_with(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "mine", {"istftnet": {}})
    monkeypatch.chdir(tmp_path)
    assert catalogue.find("./mine").id == "./mine"
    assert catalogue.find("mine").folder == tmp_path / "mine", "whatever the current folder becomes"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert catalogue.find("~/mine").folder == tmp_path / "mine"


@pytest.mark.parametrize(
    "config", [None, {"model_type": "bert"}, "not json", "[1]", "[" * 100_000, '{"model_type": 5}', '"x"', "\udcff"]
)
def test_a_folder_of_another_kind_is_refused_with_what_was_seen(
    catalogue: Catalogue, tmp_path: Path, config: Any
) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    if config is not None:
        text = config if isinstance(config, str) else json.dumps(config)
        (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelNotFound, match="is not a model this studio can run"):
        catalogue.find(str(folder))


def test_a_folder_that_is_not_there_is_answered_like_any_unknown_name(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for typed in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(ModelNotFound, match="There is no model called"):
            catalogue.find(str(typed))


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_a_card_or_one_sentence(typed: str) -> None:
    catalogue = Catalogue([KOKORO, WHISPER], {("speak", "base"): is_kokoro})
    try:
        catalogue.find(typed)
    except ModelNotFound as exc:
        assert "\n" not in str(exc)
        assert len(str(exc)) < 500


def test_a_thousand_letters_are_not_repeated_to_the_person(catalogue: Catalogue) -> None:
    with pytest.raises(ModelNotFound) as caught:
        catalogue.find("x" * 100_000 + "\0")
    assert len(str(caught.value)) < 400


def test_no_card_promises_what_cannot_be_run() -> None:
    for card in registry.cards():
        assert card.languages, card.id
        assert card.sample_rate > 0
        assert card.memory_bytes > 0
        assert card.licence
        assert card.built_in or (card.files and card.download_bytes > 0)
        assert registry.find(card.id) == card
        assert registry.find(card.id, card.task) == card


def test_ids_are_unique() -> None:
    ids = [card.id.casefold() for card in registry.CARDS]
    assert len(set(ids)) == len(ids)


def test_the_built_in_models_and_their_voices() -> None:
    speak, listen = registry.find("espeak-ng", "speak"), registry.find("pocketsphinx", "transcribe")
    assert (speak.licence, listen.licence) == ("GPL-3.0-or-later", "BSD-2-Clause")
    assert speak.built_in and listen.built_in
    voices = registry.voices("espeak-ng")
    assert len({voice.language for voice in voices}) >= 100
    assert {voice.language for voice in voices} == set(speak.languages)
    assert registry.voices("pocketsphinx") == []


def test_finding_models_touches_no_network_and_loads_nothing_heavy() -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from engine import registry\n"
        "registry.cards()\n"
        "assert not {'mlx', 'huggingface_hub', 'torch'} & set(sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
