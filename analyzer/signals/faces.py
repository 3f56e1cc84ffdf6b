"""Signal: faces that look into the camera, where and for how long. Frontal faces only; nobody is told apart or described.

A frame is looked at when the picture differs from the one looked at before; what was seen there holds until it changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.contract import Engines, Metric, Reading, Signal
from analyzer.errors import NotApplicable
from analyzer.evidence import BoundingBox, Detection, Detections, Track, Tracks, message
from analyzer.measures.looks import HOOK_S, MOST_LOOKS, border_s, covered_s, looks_of
from analyzer.media import Frame, Media
from analyzer.report import SignalResult

SURE = 0.65
"""Confidence below which a face that was seen in one look only is taken for a false alarm: the three false ones in 228 pictures
had 0.55 to 0.64 (measured)."""
NEAR = 1.2
"""Widths by which the middle of a face may move from look to look and still be the same track (project choice)."""
MISSED = 1
"""Looks in a row in which a face may be missed without its track ending (project choice)."""
CLOSE_UP_SHARE = 0.1
"""Share of the frame that the face's box takes in a close-up: 45 % of the width of a 9:16 frame (project choice)."""


@dataclass
class _Face:
    """A face followed over looks: the number of each look that shows it, and its box there."""

    boxes: dict[int, BoundingBox]
    confidence: float

    @property
    def last(self) -> int:
        return max(self.boxes)


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure where and when faces are seen."""
    if not media.frames:
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    engine = engines["face-detection"]
    looks = looks_of(media)
    found = [engine.detect(frame.load()) for frame in looks]
    notes = [message("Only upright faces seen from the front are found; profiles and covered faces are not.")]
    if len(looks) == MOST_LOOKS:
        notes.append(message("Faces were looked for in {count} frames, spread over the clip.", count=MOST_LOOKS))
    if media.asset.kind == "image":
        tracks = [Track(start_s=0.0, end_s=0.0, label="face", box=box, confidence=score) for box, score in found[0]]
        share, per_look = float(bool(tracks)), [len(tracks)]
    else:
        kept = [face for face in _followed(found) if len(face.boxes) > 1 or face.confidence >= SURE]
        tracks = [_track(media, looks, face) for face in kept]
        share = covered_s((track.start_s, track.end_s) for track in tracks) / media.duration_s if media.duration_s else 0.0
        per_look = [sum(look in face.boxes for face in kept) for look in range(len(looks))]
        found = [[(box, c) for box, c in faces if any(f.boxes.get(n) == box for f in kept)] for n, faces in enumerate(found)]
    largest = max((track.box.area for track in tracks), default=None)
    first_s = min((track.start_s for track in tracks), default=None)
    detections = tuple(
        Detection(time_s=frame.time_s, label="face", box=box, confidence=score)
        for frame, faces in zip(looks, found, strict=True)
        for box, score in faces
    )
    return Reading(
        {
            "faces_max": max(per_look),
            "first_face_s": first_s,
            "face_time_share": round(min(1.0, share), 4),
            "largest_face_share": None if largest is None else round(largest, 4),
            "close_up": largest is not None and largest >= CLOSE_UP_SHARE,
            "face_in_hook": first_s is not None and first_s < HOOK_S,
        },
        {"faces": Tracks(title="Faces", items=tuple(tracks)), "detections": Detections(title="Faces found", items=detections)},
        notes=tuple(notes),
    )


def _followed(found: Sequence[Sequence[tuple[BoundingBox, float]]]) -> list[_Face]:
    """Join the faces of all looks, in order of their beginning; a face may be missed in `MISSED` looks in a row."""
    faces: list[_Face] = []
    for look, detections in enumerate(found):
        for box, confidence in sorted(detections, key=lambda detection: -detection[1]):
            free = [face for face in faces if look - MISSED - 1 <= face.last < look]
            same = min(free, key=lambda face: _apart(box, face.boxes[face.last]), default=None)
            if same is not None and _apart(box, same.boxes[same.last]) > NEAR:
                same = None
            if same is None:
                faces.append(_Face({look: box}, confidence))
            else:
                same.boxes[look] = box
                same.confidence = max(same.confidence, confidence)
    return faces


def _apart(box: BoundingBox, other: BoundingBox) -> float:
    """How far two faces lie apart, in widths of the face; infinite where one is more than twice as large."""
    across = abs(box.x0 + box.x1 - other.x0 - other.x1) / 2 / box.width
    down = abs(box.y0 + box.y1 - other.y0 - other.y1) / 2 / box.height
    return max(across, down) if 0.5 <= box.width / other.width <= 2.0 else float("inf")


def _track(media: Media, looks: Sequence[Frame], face: _Face) -> Track:
    """When a face is there: from the change that brought it to the change that took it away."""
    first, last = min(face.boxes), face.last
    start_s = border_s(media, looks[first - 1], looks[first]) if first else looks[0].time_s
    end_s = border_s(media, looks[last], looks[last + 1]) if last + 1 < len(looks) else media.duration_s
    largest = max(face.boxes.values(), key=lambda box: box.area)
    return Track(start_s=round(start_s, 3), end_s=round(end_s, 3), label="face", box=largest, confidence=face.confidence)


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
