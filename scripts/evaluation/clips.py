"""Drawn clips (`drawn_clips.py`) with text whose every line is known: time, place, size, colours, and what it is for.

Backgrounds are photographs (still or under a slow pan) or plain; text pops in, fades, grows word by word, takes turns word by
word, or scrolls; it is outlined, in a box, or neither. Six clips are set as creators do (`drawn_styles.py`): words that light
up, tilted stickers, lines that slide in, heavy capitals, lower thirds, accents and prices, upright and wide, at 24 to 60 frames
a second. Real phrases of speech lie at known times, and captions follow them by a known delay. Clips are written as H.264 and
measured by the whole product. Without the real material grounds are plain and nobody speaks.

Photographs hold text of their own, a stop sign or the name on a bus. Where it can be read was labelled once by looking, by one
person (`scripts/data/photo_text.toml`); a track half of which lies there, and where no line was drawn, counts neither as right
nor as wrong, as "do not care" regions do in ICDAR's Robust Reading. So precision says how often texture passes for text and
lines come twice or in pieces, not how well signs of a scene are read. A tilted sticker is labelled a headline: nothing in a
picture that stands still tells it from a tilted sign.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analyzer import Analyzer
from analyzer.methods.text_tracking import edits, similarity
from analyzer.nouns.evidence import TextTrack
from analyzer.nouns.report import Report
from evaluation.drawn_clips import KINDS, Made, Maker, covered
from evaluation.drawn_styles import FORMATS
from evaluation.figures import Figure, Setup, at_least, at_most, macro_f1, tail_at_most

STANDS_S = 0.5
ALIKE = 0.7
"""Similarity from which a track is taken for a drawn line that stands at an overlapping time."""
EACH = 2
"""Clips of each kind; of those of `drawn_styles.py` there is one each."""


@dataclass
class Tally:
    """What all clips together say."""

    drawn: int = 0
    matched: int = 0
    tracks: int = 0
    right: int = 0
    letters: int = 0
    wrong_letters: float = 0.0
    onset: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)
    contrast: list[float] = field(default_factory=list)
    on_photo: list[float] = field(default_factory=list)
    roles: list[tuple[str, str]] = field(default_factory=list)
    coverage: list[float] = field(default_factory=list)
    speed: list[float] = field(default_factory=list)
    delay: list[float] = field(default_factory=list)
    muted: list[bool] = field(default_factory=list)


def measure(setup: Setup) -> list[Figure]:
    """Tracks, their text, times, size, contrast and roles; captions against speech."""
    tally, analyzer = Tally(), Analyzer(only=["onscreen_text", "captions", "speech"], use_cache=False)
    for kind in KINDS:
        for number in range(1 if kind in FORMATS else EACH):
            maker = Maker(setup, kind, number)
            made = maker.make()
            report = analyzer.analyze(made.path)
            setup.tell(f"{kind} {number}: {made.path}")
            add_tracks(setup, tally, maker, made, report)
            add_captions(setup, tally, made, report)
    return table(tally)


def add_tracks(setup: Setup, tally: Tally, maker: Maker, made: Made, report: Report) -> None:
    tracks: tuple[TextTrack, ...] = report.signal("onscreen_text").evidence["tracks"].items  # type: ignore[union-attr]
    free = [track for track in tracks if track.duration_s >= STANDS_S]
    counters = [track for track in free if maker.kind == "counter" and sum(c.isdigit() for c in track.text) >= 4]
    tally.roles += [("scene_text", track.role) for track in counters]
    free = [track for track in free if track not in counters]
    tally.tracks += len(free)
    for line in made.lines:
        if line.end_s - line.start_s < STANDS_S:
            continue
        tally.drawn += 1
        alike = [
            track for track in tracks
            if similarity(track.text, line.text) >= ALIKE and track.start_s < line.end_s and line.start_s < track.end_s
        ]  # fmt: skip
        if not alike:
            setup.tell(f"  missed {line.role} {line.text!r} {line.start_s:.2f}-{line.end_s:.2f}")
            continue
        best = max(alike, key=lambda track: min(track.end_s, line.end_s) - max(track.start_s, line.start_s))
        tally.matched += 1
        tally.right += best in free
        free = [track for track in free if track != best]
        tally.letters += len(line.text)
        tally.wrong_letters += edits(best.text, line.text)
        tally.onset.append(abs(best.start_s - line.start_s - line.late_s))
        if not line.speed:
            tally.end.append(abs(best.end_s - line.end_s + (line.late_s if line.fade else 0.0)))
        tally.size.append(abs(best.height_px / line.height - 1))
        tally.roles.append((line.role, best.role))
        if best.contrast and line.contrast:
            (tally.on_photo if maker.photo else tally.contrast).append(abs(best.contrast / line.contrast - 1))
        if tally.onset[-1] > 0.2 or best.role != line.role or best.text != line.text or tally.size[-1] > 0.15:
            setup.tell(
                f"  {line.role}/{best.role} {line.text!r}/{best.text!r} "
                f"{line.start_s:.2f}-{line.end_s:.2f}/{best.start_s}-{best.end_s} "
                f"height {line.height}/{best.height_px} contrast {line.contrast}/{best.contrast}"
            )
    own = [track for track in free if maker.is_own_text(track.box, track.start_s, track.end_s, made.lines)]
    tally.tracks -= len(own)
    for track in (track for track in free if track not in own):
        setup.tell(f"  not drawn: {track.role} {track.text!r} {track.start_s}-{track.end_s}")


def add_captions(setup: Setup, tally: Tally, made: Made, report: Report) -> None:
    tally.muted.append(report.metric("captions.muted_understandable") == made.muted)
    if not tally.muted[-1]:
        setup.tell(f"  muted {report.metric('captions.muted_understandable')} for {made.muted}")
    if made.cues:
        cps = float(np.median([len(text.replace("\n", "")) / (end - start) for start, end, text in made.cues]))
        tally.speed.append(abs(float(report.metric("captions.median_cps") or 0.0) / cps - 1))
        if tally.speed[-1] > 0.05:
            setup.tell(f"  reading speed {report.metric('captions.median_cps')} for {cps:.1f}")
    if made.said and (made.cues or report.metric("captions.cues")):
        found, truth = float(report.metric("captions.speech_coverage") or 0.0), covered(made.said, made.cues)
        tally.coverage.append(abs(found - truth))
        if tally.coverage[-1] > 0.05:
            setup.tell(f"  coverage {found} for {truth:.3f}")
        if made.cues:
            near = [
                min((c[0] - start for c in made.cues if c[0] < end and c[1] > start), key=abs, default=None)
                for start, end in made.said
            ]
            delay = float(np.median([value for value in near if value is not None]))
            found_delay = report.metric("captions.delay_s")
            if found_delay is not None:
                tally.delay.append(abs(float(found_delay) - delay))
                if tally.delay[-1] > 0.2:
                    setup.tell(f"  delay {found_delay} for {delay:.2f}")


def table(t: Tally) -> list[Figure]:
    errors = t.wrong_letters / max(1, t.letters)
    clips = f"{EACH * (len(KINDS) - len(FORMATS)) + len(FORMATS)} clips"
    return [
        at_least(
            "text tracks", "recall of lines that stand 0.5 s", t.matched / max(1, t.drawn), 0.98, f"{t.drawn} lines in {clips}"
        ),
        at_least("text tracks", "precision", t.right / max(1, t.tracks), 0.95, f"{t.tracks} tracks"),
        Figure(
            "text tracks", "character error rate", f"{100 * errors:.2f} %", "<= 1 %", errors <= 0.01, f"{t.letters} characters"
        ),
        tail_at_most("text tracks", "onset error, median / p95", t.onset, 0.2),
        tail_at_most("text tracks", "end error, median / p95", t.end, 0.2),
        at_most("text size", "error of the line's height, in clips", t.size, 0.05),
        at_most("text contrast", "worst decile over the line's life, plain ground", t.contrast, 0.10),
        at_most("text contrast", "worst decile over the line's life, photograph", t.on_photo, 0.15),
        at_least("kind of text", "macro-F1, drawn clips", macro_f1(t.roles), 0.95, f"{len(t.roles)} tracks"),
        at_most("captions", "error of the speech that they cover", t.coverage, 0.05, unit=" points"),
        at_most("captions", "error of the reading speed", t.speed, 0.05),
        at_most("captions", "error of the delay", t.delay, 0.2, scale=1, unit=" s"),
        at_least("muted", "agreement with the labels", float(np.mean(t.muted)), 0.9, clips),
    ]
