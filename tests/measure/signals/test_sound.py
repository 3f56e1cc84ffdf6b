"""Sound: silence, its onset and its end, and figures that are passed on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analyzer.measure.signals.sound import measure
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.media import Loudness
from tests.make import Engines, media, noise, tone


def loudness(levels: list[float], **fields: Any) -> Loudness:
    """A curve of levels in dBFS, one each 0.1 s."""
    curve = np.array(levels, np.float32)
    base = {
        "integrated_lufs": -14.031, "range_lu": 6.0, "true_peak_dbtp": -1.0, "sample_peak_dbfs": -1.2, "clipped_runs": 3,
        "step_s": 0.1, "momentary_lufs": curve, "rms_dbfs": curve,
    }  # fmt: skip
    return Loudness(**(base | fields))


def measured(levels: list[float], seconds: float | None = None, **fields: Any) -> Any:
    seconds = seconds or len(levels) / 10
    clip = media(noise(round(seconds * 30)), sound=tone(len(levels) / 10), loudness=loudness(levels, **fields))
    return measure(clip, Engines(), {})


def test_silences_are_found_where_they_are() -> None:
    reading = measured([-120.0] * 12 + [-20.0] * 30 + [-70.0] * 3 + [-20.0] * 5 + [-65.0] * 10)
    assert [(s.start_s, s.end_s) for s in reading.evidence["silences"].items] == [(0.0, 1.2), (5.0, 6.0)]
    assert reading.metrics["silence_s"] == 2.2 and reading.metrics["longest_silence_s"] == 1.2
    assert reading.metrics["silence_share"] == pytest.approx(2.2 / 6, abs=1e-4)
    assert reading.metrics["first_sound_s"] == 1.2 and reading.metrics["silent"] is False


def test_quiet_sound_is_no_silence() -> None:
    reading = measured([-55.0] * 20)
    assert reading.metrics["silence_s"] == 0.0 and reading.metrics["first_sound_s"] == 0.0


def test_a_silent_track() -> None:
    reading = measured([-120.0] * 30, integrated_lufs=None, range_lu=None, true_peak_dbtp=None)
    assert reading.metrics["silent"] is True and reading.metrics["first_sound_s"] is None
    assert reading.metrics["silence_share"] == 1.0 and reading.metrics["integrated_lufs"] is None


def test_after_the_sound_has_ended_it_is_silent() -> None:
    reading = measured([-20.0] * 20, seconds=5.0)
    assert [(s.start_s, s.end_s) for s in reading.evidence["silences"].items] == [(2.0, 5.0)]
    assert reading.metrics["silence_share"] == 0.6


def test_sound_that_outlasts_the_picture_is_not_counted() -> None:
    reading = measured([-20.0] * 10 + [-120.0] * 15, seconds=2.0)
    assert [(s.start_s, s.end_s) for s in reading.evidence["silences"].items] == [(1.0, 2.0)]
    assert reading.metrics["silence_s"] == 1.0 and reading.metrics["silence_share"] == 0.5


def test_figures_and_curve() -> None:
    reading = measured([-120.0, -20.0, -14.0])
    assert (reading.metrics["integrated_lufs"], reading.metrics["clipped_runs"]) == (-14.03, 3)
    curve = reading.evidence["loudness"]
    assert curve.values == (-70.0, -20.0, -14.0) and curve.times_s == (0.0, 0.1, 0.2)


def test_the_curve_of_a_long_clip_keeps_its_peaks() -> None:
    levels = [-30.0] * 4000
    levels[1234] = -3.0
    curve = measured(levels).evidence["loudness"]
    assert len(curve.values) <= 1000 and max(curve.values) == -3.0
    assert curve.times_s[curve.values.index(-3.0)] == pytest.approx(123.4, abs=0.4)


def test_no_audio_track() -> None:
    with pytest.raises(NotApplicable, match="no audio"):
        measure(media(noise(30)), Engines(), {})
