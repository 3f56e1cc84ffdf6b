"""Signal: faces, where and for how long. Nobody is told apart or described; which faces are missed, the engine says.

A frame is looked at when the picture differs from the one looked at before; what was seen there holds until it changes.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.methods.looks import HOOK_S, MOST_LOOKS, cuts_in, looks_of
from analyzer.methods.screen_time import detections_of, most_at_once, screen_times
from analyzer.methods.tracking import followed, track_of
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Detections, Tracks, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

CLOSE_UP_SHARE = 0.1
"""Share of the frame that the face's box takes in a close-up: 45 % of the width of a 9:16 frame (project choice)."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure where and when faces are seen."""
    if not media.frames:
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    engine = engines["face-detection"]
    looks = looks_of(media)
    found = [[("face", box, confidence) for box, confidence in engine.detect(frame.load())] for frame in looks]
    faces = followed(found, 0.0 if media.asset.kind == "image" else engine.sure, cuts_in(media, looks))
    tracks = [track_of(media, looks, face) for face in faces]
    notes = [engine.note]
    if len(looks) == MOST_LOOKS:
        notes.append(message("Faces were looked for in {count} frames, spread over the clip.", count=MOST_LOOKS))
    times = screen_times(media, faces, tracks)
    largest = max((track.box.area for track in tracks), default=None)
    moving, first_s = media.asset.kind == "video", times[0].first_s if times else None
    return Reading(
        {
            "faces_max": most_at_once(faces),
            "first_face_s": first_s,
            "face_time_share": times[0].share if times else 0.0 if moving else None,
            "largest_face_share": None if largest is None else round(largest, 4),
            "close_up": largest is not None and largest >= CLOSE_UP_SHARE,
            "face_in_hook": first_s is not None and first_s < HOOK_S if moving else None,
        },
        {
            "faces": Tracks(title="Faces", items=tuple(tracks)),
            "detections": Detections(title="Faces found", items=detections_of(looks, faces)),
        },
        notes=tuple(notes),
    )


SIGNAL = Signal(
    id="faces",
    title="Faces",
    why="Whether a face looks at the viewer, how soon, and how large.",
    measure=measure,
    metrics={
        "faces_max": Metric("count", "Most faces seen at the same time."),
        "first_face_s": Metric("s", "Time at which the first face is seen."),
        "face_time_share": Metric("share", "Share of the clip in which a face is seen."),
        "largest_face_share": Metric("share", "Share of the frame that the largest face takes."),
        "close_up": Metric("flag", "A face takes at least a tenth of the frame."),
        "face_in_hook": Metric("flag", "A face is seen in the first 3 s."),
    },
    tasks=("face-detection",),
)
