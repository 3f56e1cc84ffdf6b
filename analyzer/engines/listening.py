"""What speech-to-text engines share: what they are given to hear, in which language, and what of it is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.methods.speech_text import Heard, believed
from analyzer.methods.speech_windows import Window, packed
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import message
from analyzer.nouns.media import Audio
from analyzer.nouns.signal import Transcribed

Sound = NDArray[np.float32]
"""One channel at 16 kHz."""
Detect = Callable[[Sound], tuple[str, float]]
"""The language of a sound and its probability."""
Hear = Callable[[Sequence[Window], str], Iterable[Heard]]
"""What is said in windows, in a language."""


def listen(
    audio: Audio,
    spans: Sequence[tuple[float, float]],
    language: str | None,
    *,
    window_s: float,
    settings: Mapping[str, Any],
    detect: Detect,
    hear: Hear,
) -> Transcribed:
    """What is said within the spans; raises `Unavailable` where the language is not clear enough to be written down."""
    windows = packed(audio, spans, window_s)
    least = settings["least_language_probability"]
    probability = 1.0
    if language is None:
        language, probability = _clearest(audio, windows[: settings["language_windows"]], detect, least)
    if probability < least:
        unclear = message("The language of what is said is not clear: {name} at {share:.0%}.", name=language, share=probability)
        raise Unavailable("unclear_language", unclear)
    segments, dropped = believed(hear(windows, language), spans)
    return Transcribed(tuple(segments), language, round(probability, 4), tuple(dropped))


def _clearest(audio: Audio, windows: Sequence[Window], detect: Detect, least: float) -> tuple[str, float]:
    """The language of the first window in which it is clear, else the likeliest of all."""
    best = ("", 0.0)
    for window in windows:
        best = max(best, detect(window.read(audio)), key=lambda found: found[1])
        if best[1] >= least:
            break
    return best
