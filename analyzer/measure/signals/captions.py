"""Captions: which text stands for what is said, how much of the speech it covers, and how fast it has to be read.

Takes burned-in captions from the on-screen text and subtitles from inside and beside the file, and treats them alike. Their
words are compared with what is said where there is a transcript. A muted clip is understandable where cues of any origin cover
at least `COVERED` of its speech; where nobody speaks, where captions or a headline tell something; and it is not decided where
nothing is said and nothing written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from analyzer.methods.languages import UNSPACED, code_of
from analyzer.methods.reading_speed import characters, cps, readable_cps
from analyzer.methods.text_blocks import rows_apart, shared_time
from analyzer.methods.text_roles import APPS
from analyzer.methods.word_agreement import agreement
from analyzer.nouns.evidence import Cue, Cues, Evidence, Span, Spans, TextTrack, Transcript, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

TOLERANCE_S = 0.3
"""Speech this close to a cue counts as covered: voice activity is known to a tenth of a second and cues are held a little."""
UNCOVERED_S = 0.5
"""Shorter holes are not reported."""
SHORT_GAP_S = 0.5
"""Netflix closes gaps shorter than half a second (https://partnerhelp.netflixstudios.com/hc/en-us/articles/360051554394)."""
LEAST_GAP_S = 0.1
"""Cues that follow each other without a visible gap are meant to."""
COVERED = 0.8
"""Share of the speech that cues must cover for a muted clip to be followed: project choice."""
MESSAGE_CHARACTERS = 15
"""Drawn text of this length tells something by itself, where nobody speaks: project choice."""
ROW_GAP = 0.9
"""Rows of one cue are at most this many row heights apart."""
TRANSLATED = 0.3
"""Share of agreeing words below which captions of another language are a translation: names agree even so (project choice)."""

SPEECH_METRICS = ("speech_coverage", "delay_s", "muted_understandable")


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    tracks = _tracks(needed["onscreen_text"])
    burned_in = _cues([track for track in tracks if track.role == "caption"])
    evidence: dict[str, Evidence] = {}
    if burned_in:
        evidence["burned_in"] = Cues(title="Burned-in captions", origin="burned_in", items=burned_in)
    numbers = {"embedded": 0, "sidecar": 0}
    for subtitles in media.subtitles:
        if subtitles.cues:
            origin: Literal["embedded", "sidecar"] = "embedded" if subtitles.origin == "embedded" else "sidecar"
            title = "Subtitles in the file" if origin == "embedded" else "Subtitles beside the file"
            key = f"{origin}_{numbers[origin]}"
            evidence[key] = Cues(title=title, origin=origin, language=subtitles.language, items=subtitles.cues)
            numbers[origin] += 1
    evidence = {key: _paced(block, needed) for key, block in evidence.items() if isinstance(block, Cues)}
    judged = _judged(evidence)
    cues = judged.items if judged else ()
    headline = any(track.role == "headline" for track in tracks)
    metrics = {
        "burned_in": bool(burned_in),
        "subtitle_tracks": sum(numbers.values()),
        "captioned": bool(cues),
        "headline": headline,
        "watermark": next((track.text for track in tracks if track.role == "watermark" and APPS.search(track.text)), None),
        "cues": len(cues),
        "median_cps": round(median(cue.cps or 0.0 for cue in cues), 1) if cues else None,
        "speed_share": round(median(cue.speed_share or 0.0 for cue in cues), 4) if cues else None,
        "readable_cps": _readable_cps(judged, needed) if judged else None,
        "max_cps": round(max(cue.cps or 0.0 for cue in cues), 1) if cues else None,
        "max_lines": max((cue.text.count("\n") + 1 for cue in cues), default=None),
        "max_line_chars": max((round(characters(row)) for cue in cues for row in cue.text.split("\n")), default=None),
        "shortest_cue_s": round(min(cue.end_s - cue.start_s for cue in cues), 2) if cues else None,
        "short_gaps": sum(LEAST_GAP_S < after.start_s - before.end_s < SHORT_GAP_S for before, after in pairwise(cues)),
    }
    unmeasured: dict[str, Reason] = {}
    speech = _speech(needed, media)
    if speech is None:
        reason = Reason(code="needs:speech", sentence=message("Where somebody speaks is not known."))
        unmeasured = dict.fromkeys(SPEECH_METRICS, reason)
    else:
        written = any(track.role == "headline" and len(track.text) >= MESSAGE_CHARACTERS for track in tracks) or bool(cues)
        holes = _holes(speech, _all(evidence))
        said = sum(end - start for start, end in speech)
        missing = sum(end - start for start, end in holes)
        coverage = round(1 - missing / said, 4) if said else None
        metrics["speech_coverage"] = coverage
        delays = _delays(speech, cues)
        metrics["delay_s"] = round(median(delay for _, delay in delays), 2) if delays else None
        for key, block in tuple(evidence.items()):
            if isinstance(block, Cues) and block.items is cues:
                evidence[key] = _timed(block, delays)
        metrics["muted_understandable"] = coverage >= COVERED if coverage is not None else (True if written else None)
        items = tuple(Span(start_s=round(start, 3), end_s=round(end, 3)) for start, end in holes if end - start >= UNCOVERED_S)
        evidence["uncovered_speech"] = Spans(title="Speech without captions", items=items)
    match = _match(needed, media, evidence)
    if isinstance(match, Reason):
        unmeasured["speech_match"] = match
    else:
        metrics["speech_match"], missed = match
        if missed is not None:
            evidence["unwritten"] = missed
    return Reading(metrics, evidence, unmeasured, tuple(track.note for track in media.subtitles if track.note is not None))


def _tracks(result: SignalResult) -> tuple[TextTrack, ...]:
    return result.evidence["tracks"].items  # type: ignore[union-attr,return-value]


def _cues(tracks: Sequence[TextTrack]) -> tuple[Cue, ...]:
    """Rows that stand below each other at the same time become one cue with line breaks."""
    cues: list[list[TextTrack]] = []
    for track in sorted(tracks, key=lambda t: (t.start_s, t.box.y0)):
        block = next((rows for rows in cues if any(_same_cue(track, row) for row in rows)), None)
        cues.append([track]) if block is None else block.append(track)
    return tuple(sorted((_cue(rows) for rows in cues), key=lambda cue: cue.start_s))


def _same_cue(a: TextTrack, b: TextTrack) -> bool:
    return shared_time(a, b) > 0.6 and rows_apart(a.box, b.box) < ROW_GAP


def _cue(rows: Sequence[TextTrack]) -> Cue:
    ordered = sorted(rows, key=lambda row: row.box.y0)
    lines: list[list[TextTrack]] = []
    for row in ordered:
        beside = lines and row.box.y0 < (lines[-1][0].box.y0 + lines[-1][0].box.y1) / 2
        lines[-1].append(row) if beside else lines.append([row])
    text = "\n".join(" ".join(part.text for part in sorted(line, key=lambda p: p.box.x0)) for line in lines)
    start_s, end_s = min(row.start_s for row in rows), max(row.end_s for row in rows)
    return Cue(start_s=start_s, end_s=end_s, text=text, cps=round(cps(text, start_s, max(end_s, start_s + 0.05)), 1))


def _judged(evidence: Mapping[str, Evidence]) -> Cues | None:
    """The cues that a viewer gets: burned in, else the first subtitles of the file, else those beside it."""
    return next((block for block in evidence.values() if isinstance(block, Cues) and block.items), None)


def _readable_cps(block: Cues, needed: Mapping[str, SignalResult]) -> float:
    """Characters a second that the language of cues allows."""
    onscreen = needed["onscreen_text"].metrics.get("language")
    language = str(onscreen or "") if block.origin == "burned_in" else block.language
    return readable_cps(language, " ".join(cue.text for cue in block.items))


def _paced(block: Cues, needed: Mapping[str, SignalResult]) -> Cues:
    """The cues with the share of the reading speed that their language allows."""
    allowed = _readable_cps(block, needed)
    items = tuple(cue.model_copy(update={"speed_share": round((cue.cps or 0.0) / allowed, 4)}) for cue in block.items)
    return block.model_copy(update={"items": items})


def _all(evidence: Mapping[str, Evidence]) -> list[Cue]:
    """Cues of every origin: what covers speech, wherever it is written."""
    return [cue for block in evidence.values() if isinstance(block, Cues) for cue in block.items]


def _speech(needed: Mapping[str, SignalResult], media: Media) -> list[tuple[float, float]] | None:
    """Spans of speech; empty where there is no sound, None where it is not known."""
    if "speech" in needed:
        return [(span.start_s, span.end_s) for span in needed["speech"].evidence["speech"].items]  # type: ignore[union-attr]
    return None if media.asset.has_audio else []


def _holes(speech: Iterable[tuple[float, float]], cues: Sequence[Cue]) -> list[tuple[float, float]]:
    """Parts of the speech that no cue covers, tolerance given."""
    holes = []
    for start, end in speech:
        at = start
        for cue in sorted(cues, key=lambda c: c.start_s):
            if cue.end_s + TOLERANCE_S <= at or cue.start_s - TOLERANCE_S >= end:
                continue
            if cue.start_s - TOLERANCE_S > at:
                holes.append((at, cue.start_s - TOLERANCE_S))
            at = max(at, cue.end_s + TOLERANCE_S)
        if at < end:
            holes.append((at, end))
    return holes


def _match(
    needed: Mapping[str, SignalResult], media: Media, evidence: Mapping[str, Evidence]
) -> tuple[float | None, Spans | None] | Reason:
    """Share of the spoken words that captions show and what they do not show; None where nothing is said or written."""
    cues = _all(evidence)
    if not media.asset.has_audio or not cues:
        return None, None
    if "speech" not in needed:
        return Reason(code="needs:speech", sentence=message("What is said is not known."))
    speech = needed["speech"]
    if "transcript" in speech.unmeasured:
        return speech.unmeasured["transcript"]
    transcript = speech.evidence.get("transcript")
    if not isinstance(transcript, Transcript):
        return None, None
    spoken = transcript.language or ""
    if spoken in UNSPACED:
        sentence = message("Words are not told apart in a language written without spaces ('{language}').", language=spoken)
        return Reason(code="unspaced", sentence=sentence)
    share, missed = agreement(transcript.items, cues)
    written = _languages(needed, evidence)
    if share is not None and share < TRANSLATED and written and spoken not in written:
        other = message(
            "The captions are in another language ({written}) than what is said ({spoken}).",
            written=", ".join(sorted(written)), spoken=spoken,
        )  # fmt: skip
        return Reason(code="translated", sentence=other)
    items = tuple(Span(start_s=start_s, end_s=end_s, label=words) for start_s, end_s, words in missed)
    return None if share is None else round(share, 4), Spans(title="Spoken and not written", items=items)


def _languages(needed: Mapping[str, SignalResult], evidence: Mapping[str, Evidence]) -> set[str]:
    """The languages of all captions as ISO 639-1; empty where one of them is not known."""
    onscreen = needed["onscreen_text"].metrics.get("language")
    stated = [
        str(onscreen or "") if block.origin == "burned_in" else block.language or ""
        for block in evidence.values()
        if isinstance(block, Cues)
    ]
    found = {code_of(language) for language in stated}
    return {code for code in found if code} if None not in found else set()


def _delays(speech: Sequence[tuple[float, float]], cues: Sequence[Cue]) -> list[tuple[Cue, float]]:
    """Of each span of speech with which a cue begins: the cue that starts nearest to it, and by how much later it does."""
    delays = []
    for start, end in speech:
        near = [(cue, cue.start_s - start) for cue in cues if cue.start_s < end and cue.end_s > start]
        if near:
            delays.append(min(near, key=lambda pair: abs(pair[1])))
    return delays


def _timed(block: Cues, delays: Sequence[tuple[Cue, float]]) -> Cues:
    """The cues with their delays; of one that stands for two spans of speech, the smaller."""
    own: dict[int, float] = {}
    for cue, delay in sorted(delays, key=lambda pair: -abs(pair[1])):
        own[id(cue)] = round(delay, 3)
    items = tuple(cue.model_copy(update={"delay_s": own.get(id(cue))}) for cue in block.items)
    return block.model_copy(update={"items": items})


SIGNAL = Signal(
    id="captions",
    title="Captions",
    why="Most people meet a video with the sound off; what is said must also be written, and be readable in its time.",
    measure=measure,
    kinds=("video",),
    needs=("onscreen_text",),
    uses=("speech",),
    metrics={
        "burned_in": Metric("flag", "Captions are part of the picture."),
        "subtitle_tracks": Metric("count", "Subtitle tracks in the file or beside it."),
        "captioned": Metric("flag", "There are captions or subtitles of any kind."),
        "headline": Metric("flag", "A headline stands over the picture."),
        "watermark": Metric("text", "Mark of an app or another platform."),
        "cues": Metric("count", "Captions, one after the other."),
        "speech_coverage": Metric("share", "Share of the speech during which a caption stands."),
        "median_cps": Metric("cps", "Reading speed of the middle caption, in characters a second."),
        "speed_share": Metric("share", "Reading speed of the middle caption, as a share of what can be read in its language."),
        "readable_cps": Metric("cps", "Reading speed that the language of the captions allows."),
        "max_cps": Metric("cps", "Reading speed of the fastest caption, in characters a second."),
        "max_lines": Metric("count", "Most rows of a caption."),
        "max_line_chars": Metric("count", "Characters of the longest row."),
        "shortest_cue_s": Metric("s", "Time of the shortest caption."),
        "short_gaps": Metric("count", "Gaps between captions that are too short to see and too long to miss."),
        "delay_s": Metric("s", "By how much captions start after the speech, in the middle; negative is before."),
        "speech_match": Metric("share", "Share of the spoken words that captions show in their time, small errors forgiven."),
        "muted_understandable": Metric("flag", "What is said or shown can be followed without sound."),
    },
)
