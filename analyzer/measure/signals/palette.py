"""Signal: the colours of the asset and of each shot, and how bright, rich and warm they are.

A clip is looked at through its thumbnails, evenly spread over its time; an image through a small copy of its picture.
Black bars and black stretches are no colour of the picture and are left out. What a palette means is not judged here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Palette, PaletteSpan, Scalar, Shot, Swatch, items_of, message
from analyzer.nouns.media import Media, Thumbnails
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

ASSET_PIXELS = 20_000
"""Pixels that make the palette of the asset: k-means then takes about 20 ms (measured)."""
SHOT_PIXELS = 2_400
"""Pixels that make the palette of a shot (project choice: 24 shots then cost less than 0.2 CPU-s)."""
ASSET_FRAMES = 48
"""Moments of the clip that are looked at, evenly spread (project choice)."""
SHOT_FRAMES = 4
"""Moments of a shot that are looked at, evenly spread (project choice)."""
MOST_SHOTS = 24
"""Shots with a palette of their own, the longest ones (project choice: bounds the cost of a long clip)."""
BLACK = 20
"""Brightest channel, of 255, that still counts as black, with room for coding noise (project choice)."""
BLACK_COVER = 0.98
"""Share of black pixels in a black frame or bar line (the ratio of ffmpeg's blackdetect,
https://ffmpeg.org/ffmpeg-filters.html#blackdetect)."""
THINNEST_BARS = 0.06
"""Share of the frame that two bars must take together to be bars (project choice)."""
UNEVEN_BARS = 0.03
"""Share of the frame by which two bars may differ: a letterbox is centred, darkness is not (project choice)."""

Pixels = NDArray[np.uint8]


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure the palette of the asset and, for a clip, of its shots."""
    if not len(media.thumbnails):
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    return _of_image(media) if media.asset.kind == "image" else _of_clip(media, needed)


def _of_image(media: Media) -> Reading:
    import cv2

    picture = media.frames[0].load() if media.frames else media.thumbnails.read(0, 1)[0]
    scale = (ASSET_PIXELS / (picture.shape[0] * picture.shape[1])) ** 0.5
    if scale < 1:
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    pictures = picture[None]
    rows, columns = _without_bars(pictures)
    metrics, swatches = _describe(pictures[:, rows, columns])
    span = PaletteSpan(start_s=0.0, end_s=0.0, swatches=swatches)
    return Reading(metrics | {"drift": None}, {"asset": Palette(title="Colours of the picture", items=(span,))})


def _of_clip(media: Media, needed: Mapping[str, SignalResult]) -> Reading:
    thumbnails = media.thumbnails
    pictures = _pictures(thumbnails, 0.0, thumbnails.end_s, ASSET_FRAMES)
    rows, columns = _without_bars(pictures)
    coloured = ~_black(pictures)
    metrics, swatches = _describe(pictures[coloured if coloured.any() else slice(None), rows, columns])
    asset = PaletteSpan(start_s=0.0, end_s=thumbnails.end_s, swatches=swatches)
    evidence = {"asset": Palette(title="Colours of the clip", items=(asset,))}
    notes = [] if coloured.all() or not coloured.any() else [message("Black stretches are left out of the palette.")]
    if pictures.shape[1:3] != pictures[:, rows, columns].shape[1:3]:
        notes.append(message("Black bars are left out of the palette."))
    shots = needed.get("shots")
    if shots is None:
        reason = Reason(code="needs_shots", sentence=message("The shots were not measured, so drift is not known."))
        return Reading(metrics, evidence, {"drift": reason}, tuple(notes))
    listed = items_of(shots.evidence.get("shots"))
    by_length = sorted(listed, key=lambda shot: shot.start_s - shot.end_s)
    longest = sorted(by_length[:MOST_SHOTS], key=lambda shot: shot.start_s)
    if len(longest) < len(listed):
        notes.append(message("Palettes are shown for the {count} longest shots.", count=len(longest)))
    spans = _of_shots(thumbnails, longest, rows, columns)
    evidence["shots"] = Palette(title="Colours of each shot", items=spans)
    return Reading(metrics | {"drift": _drift(swatches, spans)}, evidence, notes=tuple(notes))


def _of_shots(thumbnails: Thumbnails, shots: Sequence[Shot], rows: slice, columns: slice) -> tuple[PaletteSpan, ...]:
    """The palette of every shot that is not black."""
    from analyzer.methods.colour import oklab, swatches

    spans = []
    for shot in shots:
        pictures = _pictures(thumbnails, shot.start_s, shot.end_s, SHOT_FRAMES)
        pictures = pictures[~_black(pictures), rows, columns]
        if len(pictures):
            found = swatches(oklab(_spread_pixels(pictures, SHOT_PIXELS)))
            spans.append(PaletteSpan(start_s=shot.start_s, end_s=shot.end_s, swatches=found))
    return tuple(spans)


def _drift(asset: tuple[Swatch, ...], spans: Sequence[PaletteSpan]) -> float | None:
    """Mean palette distance of the shots from the asset, in CIEDE2000, each by its length."""
    from analyzer.methods.colour import palette_distance

    if len(spans) < 2:
        return None
    distances = [palette_distance(asset, span.swatches) for span in spans]
    return round(float(np.average(distances, weights=[span.end_s - span.start_s for span in spans])), 2)


def _describe(pictures: Pixels) -> tuple[dict[str, Scalar], tuple[Swatch, ...]]:
    """The numbers and swatches of pictures (n, height, width, 3)."""
    from analyzer.methods.colour import colourfulness, oklab, saturation, swatches, warmth

    lab = oklab(_spread_pixels(pictures, ASSET_PIXELS))
    found = swatches(lab)
    dark, light = np.percentile(lab[:, 0], (5, 95))
    metrics: dict[str, Scalar] = {
        "dominant": found[0].hex,
        "brightness": round(float(lab[:, 0].mean()), 4),
        "contrast": round(float(light - dark), 4),
        "colourfulness": round(float(colourfulness(pictures.reshape(len(pictures), -1, 3)).mean()), 2),
        "warmth": round(warmth(lab), 4),
        "saturation": round(saturation(lab), 4),
    }
    return metrics, found


def _pictures(thumbnails: Thumbnails, start_s: float, end_s: float, count: int) -> Pixels:
    """Thumbnails (count, height, width, 3) on screen at the middles of equal parts of a stretch: a still one repeats."""
    moments = start_s + (np.arange(count) + 0.5) * (end_s - start_s) / count
    return np.concatenate([thumbnails.read(index, index + 1) for index in map(thumbnails.index_at, moments)])


def _spread_pixels(pictures: Pixels, most: int) -> Pixels:
    """At most about `most` pixels (n, 3), on a grid in every picture."""
    step = max(1, round((pictures.shape[0] * pictures.shape[1] * pictures.shape[2] / most) ** 0.5))
    return pictures[:, step // 2 :: step, step // 2 :: step].reshape(-1, 3)


def _black(pictures: Pixels) -> NDArray[np.bool_]:
    """Which pictures are black (n,)."""
    return np.asarray((pictures.max(axis=3) <= BLACK).mean(axis=(1, 2)) >= BLACK_COVER)


def _without_bars(pictures: Pixels) -> tuple[slice, slice]:
    """Rows and columns between black bars that stand in all pictures: a pair of equal ones, on one axis alone."""
    dark = (pictures.max(axis=(0, 3)) <= BLACK).astype(np.float32)
    kept = [_between(dark.mean(axis=axis) >= BLACK_COVER) for axis in (1, 0)]
    whole = [slice(0, size) for size in dark.shape]
    barred = [part != all_of_it for part, all_of_it in zip(kept, whole, strict=True)]
    return (kept[0], kept[1]) if sum(barred) == 1 else (whole[0], whole[1])


def _between(black: NDArray[np.bool_]) -> slice:
    """What lies between an equal pair of black runs at both ends of a line, or all of it."""
    size, clear = len(black), np.flatnonzero(~black)
    if not len(clear):
        return slice(0, size)
    first, last = int(clear[0]), int(clear[-1]) + 1
    even = abs(first - (size - last)) <= max(1.0, UNEVEN_BARS * size)
    thick = first + size - last >= THINNEST_BARS * size
    return slice(first, last) if even and thick else slice(0, size)


SIGNAL = Signal(
    id="palette",
    title="Palette",
    why="Which colours a viewer takes away, and whether they hold together from shot to shot.",
    measure=measure,
    metrics={
        "dominant": Metric("text", "Colour with the largest share, in sRGB."),
        "brightness": Metric("share", "Mean perceived lightness (OKLab), 0 black to 1 white."),
        "contrast": Metric("share", "Lightness between the darkest and the lightest twentieth of the picture."),
        "colourfulness": Metric("number", "Colourfulness after Hasler and Süsstrunk: 0 grey, 59 quite, 109 extremely."),
        "warmth": Metric("number", "Lean of the hues from cold (-1) to warm (1), by their strength."),
        "saturation": Metric("share", "Mean strength of colour, as a share of the strongest that sRGB has."),
        "drift": Metric("dE", "Mean colour difference (CIEDE2000) of the shots' palettes from the clip's."),
    },
    uses=("shots",),
)
