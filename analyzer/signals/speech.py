"""Signal: when somebody speaks, and what is said where a speech-to-text engine is here.

Subtitles that travel with the clip are no transcript of what is said: captions compares them. Nothing here tells who speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.contract import Engines, Metric, Reading, Signal, reason_of
from analyzer.errors import NotApplicable, SignalError
from analyzer.evidence import Evidence, Scalar, Span, Spans, Transcript, TranscriptSegment, message
from analyzer.media import Media
from analyzer.report import SignalResult

LEAST_SHARE = 0.02
"""Share of the clip below which detected speech is a false alarm: a solo saxophone gave blips of 5 % before, and of less than
2 % after segments below 0.25 s were dropped (measured, project choice)."""
LEAST_S = 0.4
"""Seconds in total below which it is one too: gusts of wind in a clip of 4 s gave 0.3 s (measured, project choice)."""

Segments = Sequence[TranscriptSegment]


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure when somebody speaks, and write down what is said where that can be done."""
    if media.audio is None:
        raise NotApplicable("no_audio", message("The clip has no audio track."))
    duration_s = max(media.duration_s, media.audio.duration_s)
    found = engines["voice-activity"].speech_spans(media.audio)
    speech_s = sum((end - start for start, end in found), 0.0)
    spans = found if speech_s >= max(LEAST_S, LEAST_SHARE * duration_s) else []
    notes = (message("A sound of {seconds:.1f} s that may be a voice is too short to count as speech.", seconds=speech_s),)
    metrics: dict[str, Scalar] = {
        "has_speech": bool(spans),
        "first_speech_s": round(spans[0][0], 3) if spans else None,
        "speech_s": round(speech_s, 3) if spans else 0.0,
        "speech_share": round(speech_s / duration_s, 4) if spans else 0.0,
        "longest_pause_s": round(max((b[0] - a[1] for a, b in zip(spans, spans[1:], strict=False)), default=0.0), 3) or None,
    }
    items = tuple(Span(start_s=start, end_s=end, label="speech") for start, end in spans)
    evidence: dict[str, Evidence] = {"speech": Spans(title="Speech", unit="s", items=items)}
    if not spans:
        silent: dict[str, Scalar] = {"transcript": None, "words_per_minute": None, "language": None}
        return Reading(metrics | silent, evidence, notes=notes if found else ())
    try:
        segments: Segments = engines["speech-to-text"].transcribe(media.audio, spans, None)
    except SignalError as error:
        return Reading(metrics, evidence, dict.fromkeys(("transcript", "words_per_minute", "language"), reason_of(error)))
    text = " ".join(segment.text.strip() for segment in segments)
    metrics["transcript"] = text or None
    metrics["words_per_minute"] = round(len(text.split()) / speech_s * 60, 1) if text else None
    unmeasured = {}
    try:
        language = engines["language-identification"].identify(text)[0] if text else None
        metrics["language"] = language
    except SignalError as error:
        language, unmeasured = None, {"language": reason_of(error)}
    evidence["transcript"] = Transcript(title="Transcript", language=language, items=tuple(segments))
    return Reading(metrics, evidence, unmeasured)


SIGNAL = Signal(
    id="speech",
    title="Speech",
    why="When somebody first speaks, for how much of the clip, and what is said.",
    measure=measure,
    metrics={
        "has_speech": Metric("flag", "Somebody speaks."),
        "first_speech_s": Metric("s", "Time at which somebody first speaks."),
        "speech_s": Metric("s", "Time in which somebody speaks, pauses below 0.3 s included."),
        "speech_share": Metric("share", "Share of the clip in which somebody speaks."),
        "longest_pause_s": Metric("s", "Longest pause between two stretches of speech."),
        "transcript": Metric("text", "What is said, as a speech-to-text engine heard it."),
        "words_per_minute": Metric("wpm", "Words a minute while somebody speaks."),
        "language": Metric("text", "Language of what is said."),
    },
    kinds=("video",),
    tasks=("voice-activity", "speech-to-text", "language-identification"),
)
