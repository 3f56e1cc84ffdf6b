"""What a set needs to know of an asset's pixels and its report does not hold: fingerprints, and the colours of its overlays.

One cheap pass over the media, kept in the cache beside the reports. Judges nothing.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.collection.prints import Grey, View, hashes, squares, view_of
from analyzer.disk.files import seal, unsealed
from analyzer.disk.fingerprints import code, digest, source
from analyzer.measure import cache
from analyzer.nouns.evidence import TextTrack
from analyzer.nouns.media import Frame, Media
from analyzer.nouns.report import Report, Still

HASHED_PER_S = 6.0
"""Frames of a clip that are hashed in a second: in fast motion a picture half a second later is another one (measured)."""
MOST_HASHED = 720
"""Frames of a clip that are hashed; a longer clip is looked at less often."""
SAME_BITS = 3
"""A frame whose hash differs in no more bits from that of the last hashed frame is the same picture (project choice)."""
MOST_VIEWS = 8
"""Frames of a clip whose features are kept, evenly spread over what differs."""
MOST_STYLED = 8
"""Overlays whose colours are measured, those with the largest boxes."""
OVERLAYS = ("caption", "headline")
"""Roles of text that somebody laid over the picture."""
EVEN = 12.0
"""Spread (90th percentile of the CIE76 difference from the median) up to which what letters stand on is one colour: a plate."""
OFF_PLATE = 10.0
"""CIE76 difference to what lies around it from which it is a plate and not just an even picture (project choice)."""


@dataclass(frozen=True)
class Overlay:
    """How one line of text was set."""

    track: int
    """Id of its track in the report."""
    colour: str
    """Of the letters, `#rrggbb`."""
    box: bool
    """The letters stand on a plate of one colour."""


@dataclass(frozen=True)
class Survey:
    """Fingerprints of an asset, and the styles of its overlays."""

    times_s: NDArray[np.float64]
    """Of the hashed frames (n,)."""
    small: Grey
    """The hashed frames (n, 32, 32)."""
    views: tuple[View, ...]
    overlays: tuple[Overlay, ...]
    post_text: str = ""
    """The words published beside it; not part of what is kept in a file."""

    def hashes(self) -> NDArray[np.uint64]:
        return hashes(self.small)


def survey_of(path: Path, report: Report) -> Survey:
    """Survey an asset whose report is there, from the cache where it was done before; raises `MediaError`."""
    from analyzer.read.open_media import read_media

    name = digest(code(), source(Path(__file__)), report.asset.id, _styled(report))
    file = cache.folder() / "surveys" / f"{name}.npz"
    if (found := load(file)) is not None:
        return found
    if report.asset.kind == "image" and report.stills:
        made = survey_image(_picture(report.stills[0]), report)
    else:
        with read_media(path, asset_id=report.asset.id) as media:
            made = survey_clip(media, report)
    save(made, file)
    return made


def _picture(still: Still) -> NDArray[np.uint8]:
    """The RGB picture of a still: of an image it is large enough, so that the file need not be decoded again."""
    data = np.frombuffer(base64.b64decode(still.jpeg), np.uint8)
    return np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def survey_image(picture: NDArray[np.uint8], report: Report) -> Survey:
    """Survey the RGB picture (height, width, 3) of an image."""
    frame = Frame(0, 0.0, lambda: picture)
    return Survey(np.zeros(1), squares(picture[None]), (view_of(picture),), _overlays([frame], report))


def survey_clip(media: Media, report: Report) -> Survey:
    """Survey a clip that is open: what differs among its thumbnails, and the kept frames nearest to that."""
    frames = media.frames
    step_s = max(1 / HASHED_PER_S, media.duration_s / MOST_HASHED)
    indices = sorted({media.thumbnails.index_at(time_s) for time_s in np.arange(0, media.duration_s, step_s)})
    small = squares(media.thumbnails.read(i, i + 1)[0] for i in indices)
    differ = _changes(hashes(small))
    seen = [frames[i] for i in sorted({_nearest(frames, float(media.thumbnails.times_s[indices[n]])) for n in differ})]
    chosen = [seen[i] for i in sorted(set(np.linspace(0, len(seen) - 1, MOST_VIEWS).astype(int)))] if seen else []
    times_s = media.thumbnails.times_s[[indices[n] for n in differ]]
    return Survey(times_s, small[differ], tuple(view_of(f.load()) for f in chosen), _overlays(frames, report))


def _changes(found: NDArray[np.uint64]) -> list[int]:
    """Frames that differ from the last one that did."""
    kept: list[int] = []
    for number, bits in enumerate(found):
        if not kept or int(np.bitwise_count(bits ^ found[kept[-1]])) > SAME_BITS:
            kept.append(number)
    return kept


def _nearest(frames: Sequence[Frame], time_s: float) -> int:
    return min(range(len(frames)), key=lambda i: abs(frames[i].time_s - time_s), default=0)


def overlays_of(report: Report) -> list[TextTrack]:
    """The lines of text that somebody laid over the picture."""
    signal = report.signal("onscreen_text")
    block = signal.evidence.get("tracks") if signal else None
    return [track for track in getattr(block, "items", ()) if track.role in OVERLAYS]


def _styled(report: Report) -> list[Any]:
    """What decides which overlays are looked at, for the key of the cache."""
    largest = sorted(overlays_of(report), key=lambda track: -track.box.area)[:MOST_STYLED]
    return [[track.id, track.start_s, track.end_s, *track.box.model_dump().values()] for track in largest]


def _overlays(frames: Sequence[Frame], report: Report) -> tuple[Overlay, ...]:
    largest = sorted(overlays_of(report), key=lambda track: -track.box.area)[:MOST_STYLED]
    found = []
    for track in largest if frames else ():
        frame = frames[_nearest(frames, (track.start_s + track.end_s) / 2)]
        style = _style(frame.load(), track)
        found.extend([style] if style else [])
    return tuple(found)


def _style(picture: NDArray[np.uint8], track: TextTrack) -> Overlay | None:
    """How a line is set; None where its letters cannot be told from their ground."""
    from analyzer.methods.text_letters import separate

    height, width = picture.shape[:2]
    box = track.box
    left, top, right, bottom = box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height
    quad = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    letters = separate(picture, quad, sum(not character.isspace() for character in track.text))
    if letters is None:
        return None
    depth = cv2.distanceTransform(letters.mask.astype(np.uint8), cv2.DIST_L2, 3)
    ink = np.median(letters.picture[depth >= np.percentile(depth[letters.mask], 60)], axis=0)
    away = cv2.distanceTransform((~letters.mask).astype(np.uint8), cv2.DIST_L2, 3) > 2 + letters.scale
    ground = _lab(letters.picture[away]) if away.any() else np.zeros((0, 3), np.float32)
    red, green, blue = np.round(ink).astype(int)
    return Overlay(track.id, f"#{red:02x}{green:02x}{blue:02x}", _on_plate(picture, ground, (left, top, right, bottom)))


def _on_plate(picture: NDArray[np.uint8], ground: NDArray[np.float32], place: tuple[float, float, float, float]) -> bool:
    """Whether what the letters stand on is even, and another colour than what lies a line height around it."""
    if len(ground) < 12:
        return False
    colour = np.median(ground, axis=0)
    if float(np.percentile(np.linalg.norm(ground - colour, axis=1), 90)) > EVEN:
        return False
    left, top, right, bottom = (round(value) for value in place)
    reach = bottom - top
    far = np.ones(picture.shape[:2], bool)
    far[max(0, top - reach) : bottom + reach, max(0, left - reach) : right + reach] = False
    near = np.zeros(picture.shape[:2], bool)
    near[max(0, top - 3 * reach) : bottom + 3 * reach, max(0, left - 3 * reach) : right + 3 * reach] = True
    around = _lab(picture[near & far])
    return len(around) > 0 and float(np.median(np.linalg.norm(around - colour, axis=1))) > OFF_PLATE


def _lab(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """CIELAB of RGB pixels (n, 3)."""
    if not len(pixels):
        return np.zeros((0, 3), np.float32)
    return np.asarray(cv2.cvtColor(pixels[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0], np.float32)


def save(made: Survey, file: Path) -> None:
    """Write a survey; a cache that cannot be written is none."""
    arrays: dict[str, Any] = {"times_s": made.times_s, "small": made.small}
    for number, view in enumerate(made.views):
        arrays |= {f"grey{number}": view.grey, f"points{number}": view.points, f"descriptors{number}": view.descriptors}
    arrays["overlays"] = np.frombuffer(json.dumps([asdict(overlay) for overlay in made.overlays]).encode(), np.uint8)
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    seal(file, stream.getvalue())


def load(file: Path) -> Survey | None:
    """Read a survey; None where there is none that can be read."""
    if (data := unsealed(file)) is None:
        return None
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            views = [
                View(arrays[f"grey{number}"], arrays[f"points{number}"], arrays[f"descriptors{number}"])
                for number in range(sum(name.startswith("grey") for name in arrays.files))
            ]
            overlays = tuple(Overlay(**fields) for fields in json.loads(arrays["overlays"].tobytes()))
            return Survey(arrays["times_s"], arrays["small"], tuple(views), overlays)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None
