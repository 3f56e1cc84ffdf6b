"""Signal: things that the person who asked named in words: whether they are in the picture, where and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analyzer.methods.looks import cuts_in, looks_of
from analyzer.methods.screen_time import COLUMNS, detections_of, screen_times
from analyzer.methods.tracking import followed, track_of
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Detections, Table, Tracks, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

MOST_LOOKS = 120
"""Looks at a clip, spread over it (project choice: a look costs some seconds of CPU, ten times that of the object detector)."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure where and when the things that were named are seen."""
    queries = _different(media.find)
    if not queries:
        raise NotApplicable("nothing_named", message("Nothing was named that should be looked for."))
    if not media.frames:
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    engine = engines["open-vocabulary-detection"]
    looks = looks_of(media, MOST_LOOKS)
    found = list(engine.find((frame.load() for frame in looks), queries))
    sure = 0.0 if media.asset.kind == "image" else engine.sure
    cuts = cuts_in(media, looks)
    things = [
        thing
        for query in queries
        for thing in followed([[seen for seen in one if seen[0] == query] for one in found], sure, cuts)
    ]
    tracks = [track_of(media, looks, thing) for thing in things]
    times = {time.label: time for time in screen_times(media, things, tracks)}
    unseen = 0.0 if media.asset.kind == "video" else None
    rows = tuple(
        (query, time.seconds, time.share, time.first_s, time.most, time.largest_share, time.confidence)
        if (time := times.get(query))
        else (query, unseen, unseen, None, 0, None, None)
        for query in queries
    )
    notes = [engine.note]
    if len(looks) == MOST_LOOKS:
        notes.append(message("The things were looked for in {count} frames, spread over the clip.", count=MOST_LOOKS))
    return Reading(
        {
            "wanted": len(queries),
            "found": len(times),
            "missing": ", ".join(query for query in queries if query not in times) or None,
            "first_found_s": min((time.first_s for time in times.values() if time.first_s is not None), default=None),
            "largest_share": max((time.largest_share for time in times.values()), default=None),
        },
        {
            "looked_for": Table(title="Looked for", columns=COLUMNS, rows=rows),
            "tracks": Tracks(title="Things that were named", items=tuple(tracks)),
            "detections": Detections(title="Where they were found", items=detections_of(looks, things)),
        },
        notes=tuple(notes),
    )


def _different(queries: Iterable[str]) -> list[str]:
    """The queries without those that say the same, in their order, each as it was first written."""
    tidy = [" ".join(query.split()) for query in queries]
    return list({query.casefold(): query for query in reversed(tidy) if query}.values())[::-1]


SIGNAL = Signal(
    id="find",
    title="Things looked for",
    why="Whether what must be seen, such as a product or a logo, is in the picture, how soon and how large.",
    measure=measure,
    metrics={
        "wanted": Metric("count", "Things that were looked for."),
        "found": Metric("count", "Things of these that are seen."),
        "missing": Metric("text", "Things that were looked for and are not seen."),
        "first_found_s": Metric("s", "Time at which the first of them is seen."),
        "largest_share": Metric("share", "Share of the frame that the largest of them takes."),
    },
    tasks=("open-vocabulary-detection",),
    given=("find",),
)
