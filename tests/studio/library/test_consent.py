"""Nothing is downloaded unasked."""

from pathlib import Path

import pytest

from engine import registry
from engine.errors import OptionError
from engine.wording import size_text
from studio.library.jobs.consent import NeedsDownload, check
from studio.library.jobs.options import BookOptions, TranscriptionOptions
from studio.settings import Settings

KOKORO = "hexgrad/Kokoro-82M"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(models_dir=tmp_path / "models", outputs=tmp_path / "outputs")


def test_a_model_that_is_not_here_is_refused_with_its_size(settings: Settings) -> None:
    with pytest.raises(NeedsDownload) as refused:
        check(settings, KOKORO, allowed=False)
    assert size_text(registry.find(KOKORO).download_bytes) in str(refused.value)
    assert "allow_download" in str(refused.value)
    check(settings, KOKORO, allowed=True)
    check(settings, "espeak-ng", allowed=False)


def test_only_who_may_get_models_allows_it(settings: Settings) -> None:
    with pytest.raises(OptionError, match="keeper"):
        check(settings, KOKORO, allowed=True, may_get=False)
    with pytest.raises(NeedsDownload):
        check(settings, KOKORO, allowed=False, may_get=False)
    check(settings, "espeak-ng", allowed=True, may_get=False)


def test_what_is_made_of_files_that_are_here_is_no_download(settings: Settings, tmp_path: Path) -> None:
    natural = next(card.id for card in registry.cards("speak") if card.natural)
    with pytest.raises(NeedsDownload):
        check(settings, natural, allowed=False)
    check(settings.model_copy(update={"natural_dir": tmp_path}), natural, allowed=False)


def test_jobs_of_older_versions_carry_no_consent() -> None:
    assert BookOptions.from_json({}).allow_download is False
    assert TranscriptionOptions.from_json({}).allow_download is False
    for options in (BookOptions(allow_download=True), TranscriptionOptions(allow_download=True)):
        assert type(options).from_json(options.as_json()) == options


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (999_500_000, "1.0 GB"),
        (327_000_000, "327 MB"),
        (6_610_000_000, "6.6 GB"),
    ],
)
def test_a_size_is_said_as_people_read_it(size: int, text: str) -> None:
    assert size_text(size) == text
