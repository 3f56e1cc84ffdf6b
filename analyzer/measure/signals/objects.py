"""Signal: the objects and people in the picture: which kinds, when, for how long and how large. Nobody is identified.

A frame is looked at when the picture differs from the one looked at before; what was seen there holds until it changes.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.methods.looks import MOST_LOOKS, cuts_in, looks_of
from analyzer.methods.screen_time import detections_of, most_at_once, screen_times, table_of
from analyzer.methods.tracking import followed, track_of
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Detections, Tracks, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

PERSON = "person"
"""The label of people in COCO, whose kinds of objects the detectors know."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure which objects are seen, where and when."""
    if not media.frames:
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    engine = engines["object-detection"]
    looks = looks_of(media)
    found = list(engine.detect(frame.load() for frame in looks))
    things = followed(found, 0.0 if media.asset.kind == "image" else engine.sure, cuts_in(media, looks))
    tracks = [track_of(media, looks, thing) for thing in things]
    times = screen_times(media, things, tracks)
    people = next((time for time in times if time.label == PERSON), None)
    nobody = 0.0 if media.asset.kind == "video" else None
    notes = [engine.note]
    if len(looks) == MOST_LOOKS:
        notes.append(message("Objects were looked for in {count} frames, spread over the clip.", count=MOST_LOOKS))
    return Reading(
        {
            "labels": ", ".join(time.label for time in times),
            "objects_max": most_at_once(things),
            "people_max": people.most if people else 0,
            "first_person_s": people.first_s if people else None,
            "person_time_share": people.share if people else nobody,
            "largest_object_share": max((time.largest_share for time in times), default=None),
        },
        {
            "screen_time": table_of(times),
            "objects": Tracks(title="Objects", items=tuple(tracks)),
            "detections": Detections(title="Objects found", items=detections_of(looks, things)),
        },
        notes=tuple(notes),
    )


SIGNAL = Signal(
    id="objects",
    title="Objects and people",
    why="What the picture shows, for how long, and whether people are in it.",
    measure=measure,
    metrics={
        "labels": Metric("text", "Kinds of objects that are seen, the longest seen first."),
        "objects_max": Metric("count", "Most objects seen at the same time."),
        "people_max": Metric("count", "Most people seen at the same time."),
        "first_person_s": Metric("s", "Time at which the first person is seen."),
        "person_time_share": Metric("share", "Share of the clip in which a person is seen."),
        "largest_object_share": Metric("share", "Share of the frame that the largest object takes."),
    },
    tasks=("object-detection",),
)
