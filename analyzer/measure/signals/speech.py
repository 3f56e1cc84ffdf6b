"""Signal: when somebody speaks, and what is said where a speech-to-text engine is here.

Subtitles that travel with the clip are no transcript of what is said: captions compares them. Nothing here tells who speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.methods.languages import UNSPACED
from analyzer.methods.speech_text import fillers
from analyzer.nouns.errors import NotApplicable, SignalError
from analyzer.nouns.evidence import (
    Evidence,
    Message,
    Moment,
    Moments,
    Scalar,
    Span,
    Spans,
    Transcript,
    TranscriptSegment,
    message,
)
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Dropped, Engines, Metric, Reading, Signal, Transcribed, reason_of

LEAST_SHARE = 0.02
"""Share of the clip below which detected speech is a false alarm: a solo saxophone gave blips of 5 % before, and of less than
2 % after segments below 0.25 s were dropped (measured, project choice)."""
LEAST_S = 0.4
"""Seconds in total below which it is one too: gusts of wind in a clip of 4 s gave 0.3 s (measured, project choice)."""
HOOK_S = 3.0
"""The hook window, as in the signal hook."""

OF_WORDS = (
    "transcript", "words_per_minute", "words_in_hook", "fillers", "fillers_per_minute", "language", "language_probability",
)  # fmt: skip
"""Metrics that need a transcript."""
REASONS: Mapping[str, Message] = {
    "repetitive": message("It repeats itself, as speech models do where they understand nothing."),
    "no_speech": message("The model itself holds that nobody speaks here."),
    "guessed": message("The model is too unsure of these words."),
    "credit": message("It is a credit of subtitles, which nobody says."),
    "closing": message("It is what speech models write at the end of videos, and it is unsure here."),
    "outside": message("Nobody speaks at that time."),
}
"""Why words are left out of a transcript."""

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
        silent: dict[str, Scalar] = dict.fromkeys(OF_WORDS)
        return Reading(metrics | silent | {"words_in_hook": 0, "fillers": 0}, evidence, notes=notes if found else ())
    try:
        heard: Transcribed = engines["speech-to-text"].transcribe(media.audio, spans, None)
    except SignalError as error:
        return Reading(metrics, evidence, dict.fromkeys(OF_WORDS, reason_of(error)))
    said, unmeasured, shown = _words(heard, speech_s)
    return Reading(metrics | said, evidence | shown, unmeasured, _left_out(heard.dropped))


def _words(heard: Transcribed, speech_s: float) -> tuple[dict[str, Scalar], dict[str, Reason], dict[str, Evidence]]:
    """Metrics, reasons for those that could not be measured, and evidence of what was heard."""
    unmeasured: dict[str, Reason] = {}
    transcript = Transcript(title="Transcript", language=heard.language, items=heard.segments)
    evidence: dict[str, Evidence] = {"transcript": transcript}
    text = " ".join(segment.text for segment in heard.segments)
    metrics: dict[str, Scalar] = {
        "transcript": text or None, "language": heard.language, "language_probability": heard.language_probability,
    }  # fmt: skip
    if heard.language in UNSPACED:
        name = heard.language
        unspaced = message("Words are not told apart in a language written without spaces ('{language}').", language=name)
        unmeasured |= dict.fromkeys(("words_per_minute", "words_in_hook"), Reason(code="unspaced", sentence=unspaced))
    else:
        metrics["words_per_minute"] = round(len(text.split()) / speech_s * 60, 1) if text else None
        early = _words_before(heard.segments, HOOK_S)
        if early is None:
            untimed = message("The speech model gives words no times, and a sentence goes on beyond the first seconds.")
            unmeasured["words_in_hook"] = Reason(code="no_word_times", sentence=untimed)
        else:
            metrics["words_in_hook"] = early
    filling = fillers(heard.segments, heard.language)
    if filling is None:
        unlisted = message("There is no list of filler words in the language '{language}'.", language=heard.language)
        unmeasured |= dict.fromkeys(("fillers", "fillers_per_minute"), Reason(code="language", sentence=unlisted))
    else:
        metrics |= {"fillers": len(filling), "fillers_per_minute": round(len(filling) / speech_s * 60, 1) if text else None}
        moments = tuple(Moment(time_s=time_s, text=message("A filler."), quote=words) for time_s, words in filling)
        evidence["fillers"] = Moments(title="Filler words", items=moments)
    if heard.dropped:
        moments = tuple(Moment(time_s=one.start_s, text=REASONS[one.reason], quote=one.text) for one in heard.dropped)
        evidence["left_out"] = Moments(title="Left out of the transcript", items=moments)
    return metrics, unmeasured, evidence


def _words_before(segments: Segments, time_s: float) -> int | None:
    """Words that begin before a time; None where that cannot be told."""
    begun = [segment for segment in segments if segment.start_s < time_s]
    if any(not segment.words and segment.end_s > time_s for segment in begun):
        return None
    timed = sum(word.start_s < time_s for segment in begun for word in segment.words)
    return timed + sum(len(segment.text.split()) for segment in begun if not segment.words)


def _left_out(dropped: Sequence[Dropped]) -> tuple[Message, ...]:
    """A note that says that words were left out, where any were."""
    first = min((one.start_s for one in dropped), default=0.0)
    text = message(
        "{count} passages, the first at {time_s:.1f} s, were left out of the transcript: most likely nobody said them.",
        count=len(dropped), time_s=first,
    )  # fmt: skip
    return (text,) if dropped else ()


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
        "words_in_hook": Metric("count", "Words that begin within the first 3 s."),
        "fillers": Metric("count", "Filler words in the transcript, at least: speech models leave many out."),
        "fillers_per_minute": Metric("per minute", "Filler words a minute while somebody speaks, at least."),
        "language": Metric("text", "Language of what is said."),
        "language_probability": Metric("share", "How sure the speech model is of the language."),
    },
    kinds=("video",),
    tasks=("voice-activity", "speech-to-text"),
)
