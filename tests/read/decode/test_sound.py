"""The sound of one stream while it is decoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.read.decode.sound import SoundMeter
from analyzer.read.decode.spool import AUDIO, LEVELS, Spool
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


def frame_of(sound: NDArray[np.float32], start_s: float, rate: int = RATE) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), "fltp", layout="stereo" if len(sound) == 2 else "mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), round(start_s * rate)
    return frame


def met(folder: Path, *frames: av.AudioFrame, end_s: float = 3600.0) -> tuple[SoundMeter, dict[str, object], NDArray[np.int16]]:
    """A meter that took frames, its figures and the samples that it left."""
    spool = Spool(folder)
    meter = SoundMeter(spool, 0.0, end_s)
    for frame in frames:
        meter.add(frame)
    figures = meter.close()
    spool.close({})
    assert figures is not None
    return meter, figures, np.fromfile(folder / AUDIO, "<i2")


def test_a_format_that_changes_is_converted_to_the_first(tmp_path: Path) -> None:
    pieces = [frame_of(tone(1.0), 0.0), frame_of(tone(1.0, channels=1), 1.0), frame_of(tone(1.0)[:, :22_050], 2.0, 22_050)]
    meter, figures, samples = met(tmp_path, *pieces)
    assert len(samples) / 16_000 == pytest.approx(3.0, abs=0.02) and figures["integrated_lufs"] is not None
    assert np.abs(samples[20_000:30_000]).max() > 1000 and np.abs(samples[36_000:46_000]).max() > 1000
    assert len(np.fromfile(tmp_path / LEVELS, "<f4")) == pytest.approx(30, abs=1)
    assert [note["params"]["seconds"] for note in meter.notes] == [pytest.approx(1.0)], "said once"


def test_samples_that_are_no_numbers_leave_numbers(tmp_path: Path) -> None:
    wild = tone(1.0)
    wild[:, 100:200], wild[:, 300], wild[:, 400] = np.nan, np.inf, -1e38
    _, figures, samples = met(tmp_path, frame_of(wild, 0.0))
    assert np.isfinite([value for value in figures.values() if isinstance(value, float)]).all()
    assert np.isfinite(np.fromfile(tmp_path / LEVELS, "<f4")).all() and len(samples) == pytest.approx(16_000, abs=50)


def test_holes_and_pieces_end_with_the_bound(tmp_path: Path) -> None:
    pieces = [frame_of(tone(0.5), start_s) for start_s in (0.0, 8.0, 86_400.0, 3.0e8)] + [frame_of(tone(0.5), 0.0)] * 30
    _, _, samples = met(tmp_path, *pieces, end_s=10.0)
    assert 8 <= len(samples) / 16_000 <= 10.6


def test_sound_from_nowhere_starts_at_zero(tmp_path: Path) -> None:
    meter, _, samples = met(tmp_path, frame_of(tone(0.5), 40_000.0), frame_of(tone(0.5), 40_000.5))
    assert len(samples) / 16_000 == pytest.approx(1.0, abs=0.05) and "time stamps" in meter.notes[0]["text"]
