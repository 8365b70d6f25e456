"""Each fault of a recording is told, and none of them of a clean one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.errors import AudioFormatError
from engine.types import Samples
from engine.voices import embedding, quality
from tests.engine.voices.recordings import RATE, by_telephone, in_a_hall, music, voice, with_noise


def kinds(samples: Samples, models_dir: Path, rate: int = RATE) -> list[str]:
    return [hint.kind for hint in quality.hints(samples, rate, models_dir)]


def test_a_clean_recording_has_no_hints(tmp_path: Path) -> None:
    assert kinds(voice(), tmp_path) == []
    both = np.stack([voice(), voice()], axis=1)
    assert kinds(both, tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("short", lambda sound: sound[: 4 * RATE]),
        ("long", lambda sound: np.tile(sound, 6)),
        ("clipping", lambda sound: np.clip(sound * 6, -1, 1)),
        ("quiet", lambda sound: sound * 0.01),
        ("noise", lambda sound: with_noise(sound, 8)),
        ("music", lambda sound: sound + music(len(sound), 0.1)),
        ("echo", in_a_hall),
        ("bandwidth", by_telephone),
        ("one_sided", lambda sound: np.stack([sound, np.zeros_like(sound)], axis=1)),
        ("silence", lambda sound: with_noise(np.zeros_like(sound) + 1e-4, 0)),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_fault_is_told_with_its_measure(kind: str, harm: Callable[[Samples], Samples], tmp_path: Path) -> None:
    found = quality.hints(harm(voice()), RATE, tmp_path)
    hint = next(one for one in found if one.kind == kind)
    assert hint.sentence.endswith(".") and np.isfinite(hint.measure)
    below = kind in ("short", "quiet", "noise", "bandwidth", "silence")
    assert hint.measure < hint.bound if below else hint.measure > hint.bound
    # What is heard through a telephone or is short has no other fault.
    if kind in ("short", "long", "bandwidth", "one_sided", "quiet", "silence"):
        assert [one.kind for one in found] == [kind]


@pytest.mark.parametrize(
    ("kind", "little"),
    [
        ("noise", lambda sound: with_noise(sound, 30)),
        ("clipping", lambda sound: sound / np.abs(sound).max()),
        ("quiet", lambda sound: sound * 0.1),
        ("echo", lambda sound: in_a_hall(sound, 0.2)),
        ("one_sided", lambda sound: np.stack([sound, 0.3 * sound], axis=1)),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_little_of_it_is_not_told(kind: str, little: Callable[[Samples], Samples], tmp_path: Path) -> None:
    assert kind not in kinds(little(voice()), tmp_path)


def test_music_alone_is_nobody_speaking(tmp_path: Path) -> None:
    assert kinds(music(8 * RATE, 0.5), tmp_path) == ["silence", "music"]


def test_a_recording_at_8_kilohertz_is_one_of_a_telephone(tmp_path: Path) -> None:
    assert kinds(voice()[::2], tmp_path, 8000) == ["bandwidth"]


def test_what_is_no_number_is_silence_and_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    broken = voice().copy()
    broken[1000:1100] = np.nan
    broken[5000] = np.inf
    assert kinds(broken, tmp_path) == []
    for wrong in (voice()[: RATE // 5], np.zeros((0,), np.float32), np.zeros((5 * RATE, 0), np.float32)):
        with pytest.raises(AudioFormatError, match=r"too short|one or two channels"):
            quality.hints(wrong, RATE, tmp_path)
    with pytest.raises(AudioFormatError, match="numbers from -1 to 1"):
        quality.hints(np.zeros(5 * RATE, dtype=np.int16), RATE, tmp_path)  # type: ignore[arg-type]


def directions(*angles: float) -> np.ndarray:
    rows = np.stack([[np.cos(angle), np.sin(angle), 0.2] for angle in angles]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("angles", "is_two"),
    [((0, 0.1, 1.2, 1.3, 0.05, 1.25), True), ((0, 0.1, 0.2, 0.1, 0, 0.2), False), ((0, 0, 0, 0, 0, 1.3), False)],
    ids=["two people", "one", "one, and a cough"],
)
def test_two_voices_are_two_groups_of_directions(
    angles: tuple[float, ...], is_two: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedding, "ready", lambda _: None)
    monkeypatch.setattr(embedding, "windows", lambda *_: directions(*angles))
    assert ("speakers" in kinds(voice(), tmp_path)) == is_two


@pytest.mark.slow
def test_three_hours_cost_what_ten_minutes_do(tmp_path: Path) -> None:
    from engine.voices import stretch
    from engine.voices.sound import parts

    long = np.zeros(3 * 3600 * RATE, dtype=np.float32)  # pages that nobody looks at are never made
    begin = parts(len(long), RATE)[4][0] + 7 * RATE
    long[begin : begin + len(voice())] = voice()
    assert kinds(long, tmp_path) == ["long"]
    span = stretch.best(long, RATE)
    assert begin / RATE - 0.5 <= span.start_s < span.end_s <= begin / RATE + 12
