"""Chooses and shrinks the frames that a report shows beside its evidence."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from analyzer.evidence import items_of
from analyzer.media import Frame, Media
from analyzer.report import SignalResult, Still

MAX_STILLS = 44
SIDE = 336
"""Long side in pixels; 44 of them in Base64 stay below 1 MB."""
IMAGE_SIDE = 960
JPEG_QUALITY = 72
SHOWN = ("text_tracks", "spans", "captions", "shots", "tracks")
"""Shapes of evidence whose moments are shown, the most telling first."""
NOTHING_TO_SEE = ("speech", "sound", "content")
"""Signals whose spans have nothing to see, or nothing that the shots do not show."""


def stills_of(media: Media, results: Iterable[SignalResult]) -> tuple[Still, ...]:
    """At most `MAX_STILLS` small frames: one for each moment that evidence points at, and for each shot that has none yet."""
    if not media.frames:
        return ()
    if media.asset.kind == "image":
        return (_still(media.frames[0], IMAGE_SIDE),)
    blocks = [block for result in results if result.id not in NOTHING_TO_SEE for block in result.evidence.values()]
    seen = [caption.time_s for block in blocks if block.kind == "captions" for caption in items_of(block)]
    wanted: dict[int, Frame] = {media.frames[0].index: media.frames[0]}
    for kind in SHOWN:
        for item in (item for block in blocks if block.kind == kind for item in items_of(block)):
            if kind == "shots" and any(item.start_s <= time_s < item.end_s for time_s in seen):
                continue
            moment_s = getattr(item, "time_s", (item.start_s + item.end_s) / 2)
            frame = min(media.frames, key=lambda frame: abs(frame.time_s - moment_s))
            if len(wanted) < MAX_STILLS:
                wanted.setdefault(frame.index, frame)
    return tuple(_still(wanted[index], SIDE) for index in sorted(wanted))


def _still(frame: Frame, side: int) -> Still:
    import cv2

    picture = frame.load()
    scale = min(1.0, side / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return Still(time_s=round(frame.time_s, 3), width=size[0], height=size[1], jpeg=base64.b64encode(data.tobytes()).decode())
