"""Chooses and shrinks the frames that a report shows beside its evidence."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from analyzer.methods.text_roles import DRAWN
from analyzer.nouns.evidence import BoundingBox, ColourPair, TextTrack, TextTracks, items_of
from analyzer.nouns.media import Frame, Media
from analyzer.nouns.report import SignalResult, Still
from analyzer.read.sampling import HOOK_S

MAX_STILLS = 44
SIDE = 336
"""Long side in pixels; 44 of them in Base64 stay below 1 MB."""
IMAGE_SIDE = 960
JPEG_QUALITY = 72
SHOWN = ("text_tracks", "spans", "captions", "shots", "tracks")
"""Shapes of evidence whose moments are shown, the most telling first."""
NOTHING_TO_SEE = ("speech", "sound", "content")
"""Signals whose spans have nothing to see, or nothing that the shots do not show."""
OPENING_STEP_S = 0.5
"""Of the film strip of the first seconds (`render.film`); a picture that stands still is kept once."""
MAX_CLOSE_UPS = 12
CLOSE_UP_SIDE = 400
"""Long side in pixels of the close-up of a line of text, at most that of the frame."""
CLOSE_UP_QUALITY = 80


def stills_of(media: Media, results: Iterable[SignalResult]) -> tuple[Still, ...]:
    """At most `MAX_STILLS` small frames: of the opening, of each moment that evidence points at, of each shot without one."""
    if not media.frames:
        return ()
    if media.asset.kind == "image":
        return (_still(media.frames[0], IMAGE_SIDE),)
    blocks = [block for result in results if result.id not in NOTHING_TO_SEE for block in result.evidence.values()]
    seen = [caption.time_s for block in blocks if block.kind == "captions" for caption in items_of(block)]
    steps = range(int(min(HOOK_S, media.duration_s) / OPENING_STEP_S) + 1)
    opening = [_standing(media, n * OPENING_STEP_S) for n in steps]
    wanted: dict[int, Frame] = {frame.index: frame for frame in (media.frames[0], *opening)}
    for kind in SHOWN:
        for item in (item for block in blocks if block.kind == kind for item in items_of(block)):
            if kind == "shots" and any(item.start_s <= time_s < item.end_s for time_s in seen):
                continue
            pair = getattr(item, "colours", None)
            frame = _nearest(media, pair.time_s if pair else getattr(item, "time_s", (item.start_s + item.end_s) / 2))
            if len(wanted) < MAX_STILLS:
                wanted.setdefault(frame.index, frame)
    return tuple(_still(wanted[index], SIDE) for index in sorted(wanted))


def close_ups_of(media: Media, results: Iterable[SignalResult]) -> tuple[Still, ...]:
    """At most `MAX_CLOSE_UPS` parts of frames with a line of text: the palest, the smallest, the shortest shown."""
    if not media.frames:
        return ()
    blocks = [block for result in results for block in result.evidence.values()]
    lines = [item for block in blocks if isinstance(block, TextTracks) for item in block.items]
    return tuple(_close_up(media, pair) for pair in _weakest(lines))


def _nearest(media: Media, time_s: float) -> Frame:
    return min(media.frames, key=lambda frame: abs(frame.time_s - time_s))


def _standing(media: Media, time_s: float) -> Frame:
    """The kept frame that a viewer sees at a time: the last one before it."""
    return max((frame for frame in media.frames if frame.time_s <= time_s), key=lambda f: f.time_s, default=media.frames[0])


def _weakest(tracks: Iterable[TextTrack]) -> list[ColourPair]:
    """Where those lines stand that a finding is likeliest to be about."""
    lines = [track for track in tracks if track.role in DRAWN and track.colours is not None]
    orders = (
        sorted(lines, key=lambda line: line.contrast or 0.0),
        sorted(lines, key=lambda line: line.box.height),
        sorted(lines, key=lambda line: line.duration_s / (line.needed_s or 1.0)),
    )
    chosen = {line.id: line.colours for row in zip(*orders, strict=True) for line in row if line.colours is not None}
    return list(chosen.values())[:MAX_CLOSE_UPS]


def _close_up(media: Media, pair: ColourPair) -> Still:
    """A line of text with as much around it as its contrast was compared with, and some more."""
    width, height = media.asset.width, media.asset.height
    aside, above = 0.6 * pair.box.height * height / width, 0.6 * pair.box.height
    part = BoundingBox(
        x0=max(0.0, pair.box.x0 - aside), y0=max(0.0, pair.box.y0 - above),
        x1=min(1.0, pair.box.x1 + aside), y1=min(1.0, pair.box.y1 + above),
    )  # fmt: skip
    return _still(_nearest(media, pair.time_s), CLOSE_UP_SIDE, CLOSE_UP_QUALITY, part)


def _still(frame: Frame, side: int, quality: int = JPEG_QUALITY, part: BoundingBox | None = None) -> Still:
    import cv2

    picture = frame.load()
    if part is not None:
        rows, columns = picture.shape[:2]
        top, left = int(part.y0 * rows), int(part.x0 * columns)
        picture = picture[top : max(top + 1, round(part.y1 * rows)), left : max(left + 1, round(part.x1 * columns))]
    scale = min(1.0, side / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    jpeg = base64.b64encode(data.tobytes()).decode()
    return Still(time_s=round(frame.time_s, 3), box=part, width=size[0], height=size[1], jpeg=jpeg)
