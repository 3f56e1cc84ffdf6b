"""On-screen text: the lines that can be read, followed over time, with their size, contrast and time on screen.

Reads the kept frames through the OCR engine, joins the lines into tracks, finds the frame in which each came and went on the
thumbnails, and says what each is for. It does not judge: how much of a line a platform covers depends on the platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.methods.text_blocks import rows_apart, shared_time
from analyzer.methods.text_reading import Reader
from analyzer.methods.text_roles import DRAWN, Line, on_its_side, roles
from analyzer.methods.text_tracking import LineTrack, join
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import BoundingBox, ColourPair, Spans, TextTrack, TextTracks, message
from analyzer.nouns.media import Media, Thumbnails
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal, reason_of

READING_CPS = 20.0
"""Characters a second that an adult reads: the fastest that Netflix allows for subtitles
(https://partnerhelp.netflixstudios.com/hc/en-us/articles/217350977)."""
LEAST_S = 0.3
"""Nobody reads a word in less: project choice."""
STEP = 3.0
"""Grey levels by which the mean of a box must change for a line to have come or gone."""
FAINT_STEP = 0.6
"""The same where the picture stands still on both sides of the change: a pale line is little in a thumbnail (measured)."""
LEAST_JUMP = 0.3
"""Share of the change from one line to the next that a line brings which comes after a pause (project choice)."""
LOOK_S = 0.45
"""Frames are looked at this often and kept when they differ (`analyzer.read.sampling`): where no step is seen, a line came or
went in the middle of the last look before the frame that shows it."""
READABLE = 1.15
"""Lowest contrast at which the OCR engine was seen to read; a lower figure means that letters were not told from ground."""
STROKES = frozenset("十一二三口日田工丨丁卜人入lI1iOo0XxHTLVvUuEF")
"""Letters that are hardly more than a bar, a cross, a ring or a grid: a row of one of them is a pattern of the picture."""
SURE, SURE_OF_FEW, FEW = 0.9, 0.98, 3
"""Confidence from which one frame is believed, and of so few letters: an edge passes for two letters at 0.91 (measured)."""
LETTERS_FOR_LANGUAGE = 12
AT_ONCE_S = 0.2
"""Rows of one block that come within this time come at once: one that pops in is seen a frame or two late."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    reader = Reader(engines["ocr"])
    times_s = [frame.time_s for frame in media.frames]
    seen = [
        reader.read(index, frame.time_s, frame.load(), frame.load_soon() if frame.load_soon else None)
        for index, frame in enumerate(media.frames)
    ]
    lines = [track for track in join(seen, times_s) if _is_text(track, media)]
    tracks = _tracks(lines, media, needed.get("speech"))
    text = "\n".join(dict.fromkeys(track.text for track in tracks))
    judged = drawn_for_viewers(tracks)
    moving = media.asset.kind == "video"
    unmeasured: dict[str, Reason] = {}
    metrics = {
        "tracks": len(tracks),
        "first_text_s": min((track.start_s for track in judged), default=None) if moving else None,
        "text_time_share": _time_share(judged, media.duration_s) if moving else None,
        "text_area_max": round(max((_area(tracks, track.start_s) for track in tracks), default=0.0), 4),
        "lowest_contrast": min((track.contrast for track in judged if track.contrast is not None), default=None),
        "smallest_height_share": min((round(track.height_px / media.asset.height, 4) for track in judged), default=None),
        "unreadable_tracks": sum(track.duration_s < track.needed_s for track in judged) if moving else None,
        "characters": len(text.replace("\n", "")),
        "text": text,
    }
    try:
        enough = sum(character.isalpha() for character in text) >= LETTERS_FOR_LANGUAGE
        metrics["language"] = engines["language-identification"].identify(text.replace("\n", " "))[0] if enough else None
    except Unavailable as error:
        unmeasured["language"] = reason_of(error)
    return Reading(
        metrics,
        {"tracks": TextTracks(title="On-screen text", items=tuple(tracks))},
        unmeasured,
        (
            message(
                "Cyrillic, Korean, Arabic, Hebrew, Hindi and Thai letters cannot be read and come out as Latin look-alikes."
            ),
        ),
    )


def drawn_for_viewers(tracks: Sequence[TextTrack]) -> list[TextTrack]:
    """Captions and headlines: what the maker drew for viewers to read, and answers for."""
    return [track for track in tracks if track.role in DRAWN]


def _area(tracks: Sequence[TextTrack], time_s: float) -> float:
    """Share of the frame that the lines take which stand at a moment; it is largest when one comes."""
    return sum(track.box.area for track in tracks if track.start_s <= time_s < track.end_s or track.start_s == time_s)


def _is_text(track: LineTrack, media: Media) -> bool:
    """Whether a line is text, and not noise of the reader: an edge, a pattern, or what one frame alone saw for an instant."""
    letters = [sign for sign in track.text if sign.isalnum()]
    if len(letters) < 2 or (len(letters) <= FEW and len(set(letters)) == 1 and letters[0] in STROKES):
        return False
    if media.asset.kind == "image" or len(track.sightings) > 1:
        return True
    return track.confidence >= (SURE_OF_FEW if len(letters) <= FEW else SURE)


def _tracks(lines: Sequence[LineTrack], media: Media, speech: SignalResult | None) -> list[TextTrack]:
    gone = [(line, _end(line, media)) for line in lines]
    times = [(_onset(line, media, gone), end_s) for line, end_s in gone]
    said = speech.evidence.get("speech") if speech else None
    spans = [(span.start_s, span.end_s) for span in said.items] if isinstance(said, Spans) else None
    described = [
        Line(line.text, line.box, start, end, _angle(line, media), line.moved, line.confidence, line.counts, line.crawls)
        for line, (start, end) in zip(lines, times, strict=True)
    ]
    kinds = roles(described, media.duration_s if media.asset.kind == "video" else 0.0, spans)
    tracks = []
    for line, (start_s, end_s), role in zip(lines, times, kinds, strict=True):
        pairs = _colours(line)
        ratios = [pair.ratio for pair in pairs]
        contrast = round(float(np.percentile(ratios, 10)), 2) if ratios else None
        tracks.append(
            TextTrack(
                id=0,
                text=line.text,
                box=line.box,
                start_s=round(start_s, 3),
                end_s=round(end_s, 3),
                role=role,
                confidence=line.confidence,
                height_px=round(line.height_px, 1),
                contrast=contrast,
                contrast_median=round(float(np.median(ratios)), 2) if ratios else None,
                colours=min(pairs, key=lambda pair: abs(pair.ratio - (contrast or 0.0)), default=None),
                needed_s=0.0,
            )
        )
    told = sorted(tracks, key=lambda track: (_block_start_s(track, tracks), track.box.y0, track.box.x0))
    return [track.model_copy(update={"id": index, "needed_s": _needed(track, told)}) for index, track in enumerate(told)]


def _block_start_s(track: TextTrack, tracks: Sequence[TextTrack]) -> float:
    """When the first of the rows came that a line stands among: rows that come at once are told from the top."""
    rows = (other for other in tracks if abs(other.start_s - track.start_s) <= AT_ONCE_S)
    return min(other.start_s for other in rows if other is track or _one_block(other.box, track.box))


def _colours(line: LineTrack) -> list[ColourPair]:
    """What was compared in each frame in which the letters could be told from their ground."""
    return [
        ColourPair(
            time_s=round(sighting.line.time_s, 3), box=sighting.line.box, letters=sighting.contrast.letters,
            ground=sighting.contrast.ground, ratio=sighting.contrast.ratio,
        )
        for sighting in line.sightings
        if sighting.contrast is not None and sighting.contrast.ratio >= READABLE
    ]  # fmt: skip


def _angle(line: LineTrack, media: Media) -> float:
    """Degrees by which the line is turned, in the middle of its sightings."""
    if on_its_side(line.text, line.box.width * media.asset.width, line.box.height * media.asset.height):
        return 90.0
    return float(np.median([sighting.angle for sighting in line.sightings]))


def _needed(track: TextTrack, tracks: Sequence[TextTrack]) -> float:
    """Seconds to read the block that a line belongs to: lines below each other that stand at the same time."""
    block = [other for other in tracks if _one_block(track.box, other.box) and shared_time(track, other) > 0.6]
    return round(max(LEAST_S, sum(len(other.text) for other in block) / READING_CPS), 2)


def _one_block(a: BoundingBox, b: BoundingBox) -> bool:
    beside = min(a.x1, b.x1) <= max(a.x0, b.x0)
    return rows_apart(a, b) < 0.8 and not beside and 0.5 < a.height / max(1e-6, b.height) < 2


def _onset(line: LineTrack, media: Media, gone: Sequence[tuple[LineTrack, float]]) -> float:
    """The time of the frame in which the line came; `gone` are lines and when they went."""
    if line.first.frame == 0:
        return 0.0
    before, after = media.frames[line.first.frame - 1], media.frames[line.first.frame]
    box = line.first.line.box
    found = _step(media.thumbnails, before.index, after.index, box, settled_at=after.index)
    for other, end_s in gone:
        if other.last.frame == line.first.frame - 1 and other.last.line.box.intersection(box) > 0:
            bare = int(np.searchsorted(media.thumbnails.times_s, end_s - 1e-6))
            found = max(found or 0, _jump(media.thumbnails, bare, before.index, after.index, box) or 0) or None
    return float(media.thumbnails.times_s[found]) if found is not None else _between(before.time_s, after.time_s)


def _end(line: LineTrack, media: Media) -> float:
    """The time of the first frame without the line."""
    if line.last.frame + 1 >= len(media.frames):
        return media.duration_s
    last, after = media.frames[line.last.frame], media.frames[line.last.frame + 1]
    found = _step(media.thumbnails, last.index, after.index, line.last.line.box, settled_at=last.index)
    return float(media.thumbnails.times_s[found]) if found is not None else _between(last.time_s, after.time_s)


def _between(before_s: float, after_s: float) -> float:
    """When something changed of which only is known that the frame at `after_s` was the first that was seen to differ."""
    return after_s - min(LOOK_S, after_s - before_s) / 2


def _step(thumbnails: Thumbnails, first: int, last: int, box: BoundingBox, settled_at: int) -> int | None:
    """The frame after `first` up to `last` at which the picture inside a box changed for good; None where it hardly did.

    `settled_at` is the one of the two at which the line is known to stand.
    """
    inside = _inside(thumbnails, first, last, box)
    came = settled_at == last
    distance = np.abs(inside - inside[settled_at - first]).mean(axis=1)
    far = distance[0] if came else distance[-1]
    near = distance < np.abs(inside - inside[0 if came else -1]).mean(axis=1)
    changed = np.flatnonzero(~near if came else near)
    if far < FAINT_STEP or not len(changed):
        return None
    step = int(changed[-1]) + 1
    if far < STEP and not _clean(distance, step):
        return None
    return first + step


def _jump(thumbnails: Thumbnails, bare: int, before: int, after: int, box: BoundingBox) -> int | None:
    """The frame after `bare` up to `after` in which the picture inside a box changed at once, as no fade does, and most.

    It is no change where it is small beside that from `before` to `after`: a word that lights up in a line that stands.
    """
    inside = _inside(thumbnails, before, after, box)
    change = np.abs(np.diff(inside[max(0, bare - before) :], axis=0)).mean(axis=1)
    beside = np.pad(change, 1)
    change = np.where(change > 2 * np.maximum(beside[:-2], beside[2:]), change, 0.0)
    least = max(STEP, LEAST_JUMP * float(np.abs(inside[-1] - inside[0]).mean()))
    return max(bare, before) + 1 + int(change.argmax()) if change.max(initial=0.0) >= least else None


def _inside(thumbnails: Thumbnails, first: int, last: int, box: BoundingBox) -> NDArray[np.float32]:
    """Grey values inside a box, one row a frame from `first` to `last`."""
    pixels = thumbnails.read(first, last + 1).astype(np.float32).mean(axis=3)
    rows, columns = _cells(box, pixels.shape[1:])
    return pixels[:, rows, columns].reshape(len(pixels), -1)


def _clean(distance: NDArray[np.float32], step: int) -> bool:
    """Whether distances lie on two levels, one before the frame `step` and one from it on, and hardly stray from either."""
    before, after = distance[:step], distance[step:]
    stray = max(float(np.ptp(before)), float(np.ptp(after)))
    return stray < abs(float(np.median(before)) - float(np.median(after))) / 2


def _cells(box: BoundingBox, shape: tuple[int, ...]) -> tuple[slice, slice]:
    height, width = shape
    top, left = int(box.y0 * height), int(box.x0 * width)
    return slice(top, max(top + 1, round(box.y1 * height))), slice(left, max(left + 1, round(box.x1 * width)))


def _time_share(tracks: Sequence[TextTrack], duration_s: float) -> float:
    """Share of the time during which any text stands."""
    covered, reached = 0.0, 0.0
    for track in sorted(tracks, key=lambda track: track.start_s):
        covered += max(0.0, track.end_s - max(reached, track.start_s))
        reached = max(reached, track.end_s)
    return round(min(1.0, covered / duration_s), 4) if duration_s else 0.0


SIGNAL = Signal(
    id="onscreen_text",
    title="On-screen text",
    why="Text that is too small, too pale or gone too soon is not read.",
    measure=measure,
    tasks=("ocr", "language-identification"),
    uses=("speech",),
    metrics={
        "tracks": Metric("count", "Lines of text, each followed over time."),
        "first_text_s": Metric("s", "When the first caption or headline appears."),
        "text_time_share": Metric("share", "Share of the time during which a caption or headline stands."),
        "text_area_max": Metric("share", "Largest share of the frame that boxes of text cover."),
        "lowest_contrast": Metric("ratio", "Lowest contrast of a caption or headline against what surrounds its letters."),
        "smallest_height_share": Metric(
            "share", "Height of the smallest caption or headline as a share of the frame's height."
        ),
        "unreadable_tracks": Metric("count", "Captions and headlines that stand for less time than reading them takes."),
        "characters": Metric("count", "Characters of all different lines."),
        "text": Metric("text", "All different lines, in order of appearance."),
        "language": Metric("text", "Language of the text."),
    },
)
