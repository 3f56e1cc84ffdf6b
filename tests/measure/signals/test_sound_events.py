"""Sounds besides words: shares, first music, and honesty where nothing can hear."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer.measure.signals.sound_events import measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from tests.make import Engines, media, noise


def heard(*windows: tuple[float, float, dict[str, float]], seconds: float = 20.0) -> Any:
    clip = media(noise(int(seconds * 30)), sound=np.zeros(int(seconds * 16_000), np.float32))
    return measure(clip, Engines({"sound-events": SimpleNamespace(classify=lambda audio: list(windows))}), {})


def test_music_and_the_longest_sounds() -> None:
    reading = heard((0.0, 10.0, {"Speech": 0.9}), (10.0, 20.0, {"Speech": 0.9, "Music": 0.8}))
    assert reading.metrics == {"music_share": 0.5, "first_music_s": 10.0, "top_events": "speech,music"}
    spans = [(span.label, span.start_s, span.end_s, span.value) for span in reading.evidence["events"].items]
    assert spans == [("speech", 0.0, 20.0, 0.9), ("music", 10.0, 20.0, 0.8)]


def test_no_sound_that_has_a_name_is_a_finding() -> None:
    reading = heard((0.0, 10.0, {}), (10.0, 20.0, {"Silence": 0.9}))
    assert reading.metrics == {"music_share": 0.0, "first_music_s": None, "top_events": None}
    assert reading.evidence["events"].items == () and not reading.unmeasured


def test_a_clip_without_sound_and_a_machine_without_a_model() -> None:
    with pytest.raises(NotApplicable, match="no audio"):
        measure(media(noise(30)), Engines(), {})
    with pytest.raises(Unavailable):
        measure(media(noise(30), sound=np.zeros(16_000, np.float32)), Engines(), {})
