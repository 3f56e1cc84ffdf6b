"""Why a finding was made, for the eye: lines of text with the colours compared, captions against the speech they go with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.nouns.evidence import (
    BoundingBox,
    ColourPair,
    Cue,
    Cues,
    Span,
    Spans,
    TextTrack,
    TextTracks,
    Transcript,
    TranscriptSegment,
    Word,
)
from analyzer.nouns.report import Instance, Report, Verdict
from analyzer.show.i18n import Locale
from analyzer.show.pictures import Picture, Stills

ROOM_S = 0.4
"""Seconds that a little time axis shows before and after what it is about."""
MOST_TIMED = 600
"""Cues, spans of speech and segments that are held against one another; the page shows the first 150."""
STATES = ("fail", "warn", "pass")


@dataclass(frozen=True)
class Finding:
    """What one check says of one line."""

    verdict: Verdict
    instance: Instance


@dataclass(frozen=True)
class Line:
    """A line of text that a check points at, with its pictures and everything that is said of it."""

    track: TextTrack
    picture: Picture | None
    close_up: int | None
    findings: tuple[Finding, ...]

    @property
    def colours(self) -> ColourPair | None:
        return self.track.colours

    @property
    def status(self) -> str:
        """The worst that is said of it."""
        return min((finding.verdict.status for finding in self.findings), key=STATES.index)


def track_of(report: Report, instance: Instance) -> TextTrack | None:
    """The line that an instance of a verdict is about."""
    return next(
        (
            track
            for track in _tracks(report)
            if (track.start_s, track.end_s, track.text, track.box)
            == (instance.start_s, instance.end_s, instance.text, instance.box)
        ),
        None,
    )


def _tracks(report: Report) -> Iterator[TextTrack]:
    for signal in report.signals:
        for block in signal.evidence.values():
            if isinstance(block, TextTracks):
                yield from block.items


def lines_of(report: Report, stills: Stills) -> tuple[Line, ...]:
    """Every line that a failed, warned or borderline verdict points at, the worst first."""
    judged = report.judgement
    found: dict[int, tuple[TextTrack, list[Finding]]] = {}
    for verdict in (*judged.to_fix(), *judged.narrow()) if judged else ():
        for instance in verdict.instances:
            track = track_of(report, instance)
            if track is not None:
                found.setdefault(id(track), (track, []))[1].append(Finding(verdict, instance))
    lines = [_line(track, tuple(findings), stills) for track, findings in found.values()]
    return tuple(sorted(lines, key=lambda line: (STATES.index(line.status), line.track.start_s)))


def _line(track: TextTrack, findings: tuple[Finding, ...], stills: Stills) -> Line:
    safe: BoundingBox | None = next((f.verdict.safe_area for f in findings if f.verdict.safe_area), None)
    return Line(track, stills.picture(track, track.text, safe), stills.close_up_of(track), findings)


@dataclass(frozen=True)
class Timing:
    """A cue and the speech around it on an axis of their own, in percent; `cue` is none for speech without one."""

    start_s: float
    end_s: float
    cue: Cue | None
    bar: tuple[float, float]
    """Left edge and width of the cue; no width where there is none."""
    speech: tuple[tuple[float, float], ...]
    label: str
    """What the axis shows, in words."""
    facts: tuple[str, ...] = ()
    """Its delay against the speech and its reading speed."""
    spoken: str = ""
    """The words of the transcript in its time."""


def timings_of(report: Report, locale: Locale) -> tuple[Timing, ...]:
    """The captions that a viewer gets against the speech, in order of time; empty where one of the two is not known."""
    blocks = [block for signal in report.signals for block in signal.evidence.values()]
    cues = next((block.items for block in blocks if isinstance(block, Cues) and block.items), ())[:MOST_TIMED]
    spoken = next((block.items for block in blocks if isinstance(block, Spans) and _is_speech(block)), ())[:MOST_TIMED]
    if not cues or not spoken:
        return ()
    heard = [segment for block in blocks if isinstance(block, Transcript) for segment in block.items[:MOST_TIMED]]
    alone = [span for span in spoken if not any(_meet(span, cue) for cue in cues)]
    timings = [_timing(cue, [span for span in spoken if _meet(span, cue)], heard, locale) for cue in cues]
    timings += [_timing(None, [span], heard, locale) for span in alone]
    return tuple(sorted(timings, key=lambda timing: timing.start_s))


def _is_speech(block: Spans) -> bool:
    return bool(block.items) and all(span.label == "speech" for span in block.items)


def _meet(span: Span, cue: Cue) -> bool:
    return cue.start_s < span.end_s and cue.end_s > span.start_s


def _timing(cue: Cue | None, spoken: Sequence[Span], heard: Sequence[TranscriptSegment], locale: Locale) -> Timing:
    around: list[Span | Cue] = [*spoken, *([cue] if cue else [])]
    first = max(0.0, min(item.start_s for item in around) - ROOM_S)
    last = max(item.end_s for item in around) + ROOM_S
    if cue is not None:
        reach = cue.end_s - cue.start_s
        first, last = max(first, cue.start_s - reach - ROOM_S), min(last, cue.end_s + reach + ROOM_S)

    def place(start_s: float, end_s: float) -> tuple[float, float]:
        start_s, end_s = max(first, start_s), min(last, end_s)
        return round(100 * (start_s - first) / (last - first), 2), round(100 * max(0.0, end_s - start_s) / (last - first), 2)

    said = [
        locale.label(locale.t("Caption"), locale.span(cue.start_s, cue.end_s)) if cue else locale.t("No caption"),
        *(locale.label(locale.t("Speech"), locale.span(span.start_s, span.end_s)) for span in spoken),
        *([] if spoken else [locale.t("No speech")]),
    ]
    bar = place(cue.start_s, cue.end_s) if cue else (0.0, 0.0)
    item = cue or spoken[0]
    spans = tuple(place(span.start_s, span.end_s) for span in spoken)
    within = [part for part in _words(heard) if item.start_s <= (part.start_s + part.end_s) / 2 <= item.end_s]
    words = " ".join(part.text.strip() for part in within)
    return Timing(item.start_s, item.end_s, cue, bar, spans, "; ".join(said), _facts(cue, locale), words)


def _words(heard: Sequence[TranscriptSegment]) -> Iterator[Word | TranscriptSegment]:
    """Words where they have times, else whole segments."""
    for segment in heard:
        yield from segment.words or (segment,)


def _facts(cue: Cue | None, locale: Locale) -> tuple[str, ...]:
    if cue is None:
        return ()
    facts = []
    if cue.delay_s is not None:
        value = locale.value(round(abs(cue.delay_s), 2), "s")
        early = cue.delay_s < 0
        facts.append(locale.t("{value} before the speech" if early else "{value} after the speech", value=value))
    if cue.cps is not None:
        facts.append(locale.value(cue.cps, "cps"))
    return tuple(facts)
