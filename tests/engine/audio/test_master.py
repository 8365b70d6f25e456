"""To a target, heard and measured."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.loudness import SILENCE_DB, LoudnessReport
from engine.audio.master import LoudnessTarget, MasterPlan, apply, measure, meets, plan_gain
from engine.types import Samples
from tests.engine.audio.sounds import blocks_of, cut, speech_like

RATE = 22050


def with_pauses(samples: Samples, floor_db: float = -90.0) -> Samples:
    """Speech that stops for a second now and then, over a steady hiss."""
    hiss = np.random.default_rng(2).standard_normal(len(samples)) * 10 ** (floor_db / 20)
    seconds = np.arange(len(samples)) // RATE
    return (np.where(seconds % 5 == 4, 0, samples) + hiss).astype(np.float32)


def mastered(samples: Samples, target: LoudnessTarget) -> Samples:
    plan = plan_gain(measure(blocks_of(samples, RATE), RATE), target)
    return np.concatenate(list(apply(blocks_of(samples, RATE), plan, RATE)))


@pytest.mark.parametrize("peak", [0.03, 0.1, 0.3, 1.0])
@pytest.mark.parametrize("target", ["acx", "podcast"])
def test_speech_of_any_level_meets_the_target(peak: float, target: LoudnessTarget) -> None:
    samples = with_pauses(speech_like(30.0, peak=peak), floor_db=-110)
    out = mastered(samples, target)
    report = measure([out], RATE)
    assert meets(report, target) == []
    assert len(out) == len(samples)
    if target == "podcast":
        assert report.integrated_lufs == pytest.approx(-16, abs=0.5)


@pytest.mark.parametrize("target", ["acx", "podcast"])
def test_a_voice_that_peaks_high_loses_no_loudness_to_the_limiter(target: LoudnessTarget) -> None:
    """Sharp peaks over quiet speech, as formant synthesis makes them."""
    samples = with_pauses(speech_like(30.0, peak=0.12))
    samples[:: RATE // 3] *= 8
    report = measure([mastered(samples, target)], RATE)
    assert meets(report, target) == []


def test_none_changes_nothing_at_all() -> None:
    samples = speech_like(3.0) * np.float32(1.9)
    assert np.array_equal(mastered(samples, "none"), samples)
    assert meets(measure([samples], RATE), "none") == []


def test_silence_stays_silence() -> None:
    silent = np.zeros(RATE, dtype=np.float32)
    for target in ("acx", "podcast", "none"):
        assert plan_gain(measure([silent], RATE), target) == MasterPlan(0.0, None)
        assert np.array_equal(mastered(silent, target), silent)


def test_a_noisy_recording_is_kept_as_quiet_as_acx_allows() -> None:
    samples = with_pauses(speech_like(30.0, peak=0.3), floor_db=-62)
    report = measure([mastered(samples, "acx")], RATE)
    quiet = measure([with_pauses(speech_like(30.0, peak=0.3), floor_db=-90)], RATE)
    louder = plan_gain(quiet, "acx").gain_db
    assert plan_gain(measure([samples], RATE), "acx").gain_db <= louder
    assert -23 <= report.rms_db <= -18
    hopeless = measure([mastered(with_pauses(speech_like(20.0, peak=0.3), floor_db=-40), "acx")], RATE)
    assert any("noise floor" in sentence for sentence in meets(hopeless, "acx"))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=8))
def test_blocks_of_any_size_give_the_same_samples(sizes: list[int]) -> None:
    samples = speech_like(4.0, peak=0.4)
    plan = MasterPlan(12.0, -3.0)
    wanted = np.concatenate(list(apply([samples], plan, RATE)))
    assert np.array_equal(np.concatenate(list(apply(cut(samples, sizes), plan, RATE))), wanted)


def test_closing_closes_the_source() -> None:
    closed: list[bool] = []

    def endless() -> Iterator[Samples]:
        try:
            while True:
                yield speech_like(0.5)
        finally:
            closed.append(True)

    for plan in (MasterPlan(6.0, -3.0), MasterPlan(0.0, None)):
        stream = apply(endless(), plan, RATE)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
    assert closed == [True, True]


def test_what_is_missed_is_said_with_numbers() -> None:
    report = LoudnessReport(-30.0, -31.0, -0.5, 0.2, -40.0, 10.0)
    acx = meets(report, "acx")
    assert len(acx) == 3
    assert "-31.0 dB RMS" in acx[0]
    assert "-23 to -18" in acx[0]
    assert "-0.5 dB" in acx[1]
    assert "-40.0 dB" in acx[2]
    assert len(meets(report, "podcast")) == 2
    assert all(sentence.endswith(".") for sentence in acx + meets(report, "podcast"))


def test_a_report_kept_by_an_older_version_still_makes_a_plan() -> None:
    plan = plan_gain(LoudnessReport(-20.0, -22.0, -3.0, -2.9, SILENCE_DB, 10.0), "podcast")
    assert plan.gain_db == pytest.approx(4.0, abs=0.01)
