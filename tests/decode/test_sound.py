"""The sound of one stream while it is decoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.decode.sound import SoundMeter
from analyzer.decode.spool import AUDIO, LEVELS, Spool
from tests.clips import RATE, tone


def measured(folder: Path, sound: NDArray[np.float32], *, pieces: int = 1024, start_s: float = 0.0) -> dict[str, object]:
    spool = Spool(folder)
    meter = SoundMeter(spool, 0.0, 3600.0)
    for start in range(0, sound.shape[1], pieces):
        piece = np.ascontiguousarray(sound[:, start : start + pieces])
        frame = av.AudioFrame.from_ndarray(piece, "fltp", layout="stereo" if len(sound) == 2 else "mono")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        frame.pts = start + round(start_s * RATE)
        meter.add(frame)
    figures = meter.close()
    spool.close({})
    assert figures is not None
    return figures


def test_a_clean_tone_is_not_clipped_and_a_square_one_is(tmp_path: Path) -> None:
    assert measured(tmp_path, tone(1.0, level=0.99))["clipped_runs"] == 0
    (tmp_path / "b").mkdir()
    clipped = np.clip(tone(1.0, hertz=100, level=2.0), -1, 1)
    figures = measured(tmp_path / "b", clipped, pieces=777)
    assert figures["clipped_runs"] == pytest.approx(200, abs=2), "each half wave is one run, also across frames"
    assert figures["sample_peak_dbfs"] == pytest.approx(0.0, abs=0.01)


def test_true_peak_lies_between_samples(tmp_path: Path) -> None:
    """A sine at a quarter of the sampling rate, 45 degrees off, peaks 3 dB above its samples (EBU Tech 3341, case 15 ff)."""
    n = np.arange(RATE)
    wave = (0.5 * np.sin(np.pi / 2 * n + np.pi / 4)).astype(np.float32)
    fade = np.minimum(1, np.minimum(n, n[::-1]) / 4800).astype(np.float32)
    figures = measured(tmp_path, np.tile(wave * fade, (2, 1)))
    assert figures["sample_peak_dbfs"] == pytest.approx(-9.03, abs=0.1)
    assert figures["true_peak_dbtp"] == pytest.approx(-6.02, abs=0.3)


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    figures = measured(tmp_path, np.zeros((2, RATE), np.float32))
    assert figures["integrated_lufs"] is None and figures["true_peak_dbtp"] is None
    assert np.fromfile(tmp_path / LEVELS, "<f4").max() == -120


def test_a_hole_in_the_time_stamps_is_silence(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    meter = SoundMeter(spool, 0.0, 3600.0)
    for start in (0, 2 * RATE):
        frame = av.AudioFrame.from_ndarray(tone(0.5), "fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), start
        meter.add(frame)
    meter.close()
    spool.close({})
    samples = np.abs(np.fromfile(tmp_path / AUDIO, "<i2").astype(int))
    assert len(samples) / 16_000 == pytest.approx(2.5, abs=0.02)
    assert samples[16_000 : 2 * 16_000 - 200].max() == 0 and samples[2 * 16_000 + 400 :].max() > 1000
