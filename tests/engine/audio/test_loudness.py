"""Levels, against arithmetic, the EBU's own test signals and two other meters."""

import json
import re
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.files.encode import write_file
from engine.audio.files.ffmpeg import ffmpeg_path
from engine.audio.loudness import SILENCE_DB, LoudnessMeter, measure
from engine.errors import AudioFormatError
from engine.types import Samples
from tests.engine.audio.sounds import blocks_of, sine, speech_like


def tone(db: float, seconds: float, rate: int = 48000) -> Samples:
    return sine(1000, seconds, rate, 10 ** (db / 20))


# EBU Tech 3341, minimum requirements for an "EBU Mode" meter. Its signals are stereo: one channel is 3.01 LU quieter.
ONE_CHANNEL_LU = 10 * np.log10(2)


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
@pytest.mark.parametrize("rate", [48000, 22050])
def test_the_ebu_signals_read_as_the_ebu_says(parts: list[tuple[float, float]], wanted: float, rate: int) -> None:
    signal = np.concatenate([tone(db, seconds, rate) for db, seconds in parts])
    assert measure(blocks_of(signal, rate), rate).integrated_lufs == pytest.approx(wanted - ONE_CHANNEL_LU, abs=0.1)


@pytest.mark.parametrize("rate", [44100, 48000])
def test_pyloudnorm_agrees(rate: int) -> None:
    # At other rates pyloudnorm's own filters drift from the standard's by up to 0.1.
    samples = speech_like(20.0, rate)
    theirs = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(samples)
    assert measure([samples], rate).integrated_lufs == pytest.approx(theirs, abs=0.1)


@pytest.mark.parametrize("rate", [16000, 22050, 24000, 48000])
def test_ffmpeg_agrees(rate: int, tmp_path: Path) -> None:
    samples = speech_like(20.0, rate)
    write_file(tmp_path / "s.wav", [samples], "wav", rate)
    run = subprocess.run(
        [ffmpeg_path(), "-nostats", "-i", str(tmp_path / "s.wav"), "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    summary = run.stderr[run.stderr.rindex("Summary:") :]
    lufs, true_peak = (float(value) for value in re.findall(r"(?:I|Peak): +(-?[\d.]+) ", summary))
    report = measure([samples], rate)
    assert report.integrated_lufs == pytest.approx(lufs, abs=0.1)
    assert report.true_peak_db == pytest.approx(true_peak, abs=0.15)


def test_levels_of_a_sine_are_what_they_are() -> None:
    report = measure([sine(997, 3.0, 48000, 0.5)], 48000)
    assert report.rms_db == pytest.approx(20 * np.log10(0.5) - 3.01, abs=0.01)
    assert report.peak_db == pytest.approx(-6.02, abs=0.01)
    assert report.true_peak_db == pytest.approx(-6.02, abs=0.02)
    assert report.noise_floor_db == pytest.approx(report.rms_db, abs=0.01)
    assert report.duration_s == 3.0
    assert sum(report.power_by_peak) == pytest.approx(1.0)
    assert report.power_by_peak[6] == pytest.approx(1.0)


def test_the_peak_between_the_samples_is_found() -> None:
    """A quarter of the rate, sampled beside its tops: the samples say -3 dB less than a loudspeaker plays."""
    rate = 48000
    phase = np.arange(rate) * np.pi / 2 + np.pi / 4
    report = measure([(0.5 * np.sin(phase)).astype(np.float32)], rate)
    assert report.peak_db == pytest.approx(-9.03, abs=0.01)
    assert report.true_peak_db == pytest.approx(-6.02, abs=0.2)


def test_the_noise_floor_is_that_of_the_quietest_half_second() -> None:
    rate, noise = 24000, np.random.default_rng(1)
    hiss = (noise.standard_normal(10 * rate) * 10 ** (-65 / 20)).astype(np.float32)
    speech = hiss.copy()
    speech[: 4 * rate] += tone(-20, 4, rate)
    speech[round(4.7 * rate) :] += tone(-20, 5.3, rate)
    assert measure([speech], rate).noise_floor_db == pytest.approx(-65, abs=0.5)
    without_pause = hiss + tone(-20, 10, rate)
    assert measure([without_pause], rate).noise_floor_db == pytest.approx(-23, abs=0.2)


@pytest.mark.parametrize("seconds", [0.0, 0.0001, 0.05, 0.3, 3.0])
def test_silence_and_short_sounds_have_numbers(seconds: float) -> None:
    silent = measure([np.zeros(round(seconds * 22050), dtype=np.float32)], 22050)
    levels = (silent.integrated_lufs, silent.rms_db, silent.peak_db, silent.true_peak_db, silent.noise_floor_db)
    assert set(levels) == {SILENCE_DB}
    json.dumps(asdict(silent), allow_nan=False)
    if seconds >= 0.05:
        loud = measure([sine(1000, seconds, 22050, 0.5)], 22050)
        assert loud.rms_db == pytest.approx(-9.03, abs=0.1)
        assert loud.integrated_lufs == pytest.approx(-9.03, abs=1.0)
        json.dumps(asdict(loud), allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 60_000), max_size=12), st.sampled_from([8000, 11025, 22050]))
def test_blocks_of_any_size_give_the_same_report(sizes: list[int], rate: int) -> None:
    samples = speech_like(9.7, rate)
    wanted = measure([samples], rate)
    meter, start = LoudnessMeter(rate), 0
    for size in [*sizes, len(samples)]:
        meter.add(samples[start : start + size])
        start += size
    assert meter.report() == wanted


def test_a_report_in_the_middle_changes_nothing() -> None:
    samples = speech_like(8.0)
    asked, unasked = LoudnessMeter(22050), LoudnessMeter(22050)
    for block in blocks_of(samples, 10_000):
        asked.add(block)
        unasked.add(block)
        middle = asked.report()
        assert middle.duration_s > 0
    assert asked.report() == unasked.report()


def test_noise_that_is_no_sound_is_refused() -> None:
    with pytest.raises(AudioFormatError):
        measure([np.array([np.nan], dtype=np.float32)], 22050)
    with pytest.raises(AudioFormatError):
        LoudnessMeter(0)
