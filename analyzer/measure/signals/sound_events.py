"""Signal: what is heard besides words: music, applause, laughter. It names no piece of music and no person.

A model hears windows of about ten seconds that overlap, so beginnings and ends are known to about half a window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.methods.sounds import stretches
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Scalar, Span, Spans, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

MOST_NAMED = 5
"""Sounds that are named in one line."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure which sounds are heard, when and for how long."""
    if media.audio is None:
        raise NotApplicable("no_audio", message("The clip has no audio track."))
    duration_s = max(media.duration_s, media.audio.duration_s)
    found = stretches(engines["sound-events"].classify(media.audio))
    seconds = {label: _seconds(found, label) for label in dict.fromkeys(span.label for span in found)}
    longest = sorted(seconds, key=lambda label: -seconds[label])[:MOST_NAMED]
    music = [span for span in found if span.label == "music"]
    metrics: dict[str, Scalar] = {
        "music_share": round(seconds.get("music", 0.0) / duration_s, 4),
        "first_music_s": min((span.start_s for span in music), default=None),
        "top_events": ",".join(longest) or None,
    }
    items = tuple(sorted(found, key=lambda span: (span.start_s, span.label)))
    return Reading(metrics, {"events": Spans(title="Sounds", unit="share", items=items)})


def _seconds(spans: Sequence[Span], label: str) -> float:
    return sum((span.duration_s for span in spans if span.label == label), 0.0)


SIGNAL = Signal(
    id="sound_events",
    title="Sounds",
    why="Whether there is music, applause or laughter, and where: sound carries the mood, and music needs its licence.",
    measure=measure,
    metrics={
        "music_share": Metric("share", "Share of the clip in which there is music."),
        "first_music_s": Metric("s", "When music begins, to about half a window of the model."),
        "top_events": Metric("text", "The sounds that are heard longest."),
    },
    kinds=("video",),
    tasks=("sound-events",),
)
