"""Which kept frames a model looks at, and when what it saw there came and went.

A frame is looked at when the picture differs from the one looked at before; what was seen there holds until it changes. So a
still shot is looked at once, and a model is not paid to see the same thing again.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.media import Frame, Media

HOOK_S = 3.0
"""The opening: a view counts from 3 s on Meta and TikTok (project choice, the window of the hook)."""
HOOK_STEP_S, STEP_S = 0.5, 1.5
"""Least time between two looks, in the opening and after it (project choice: a look of the face detector costs about 65 ms of
CPU, so a minute of motion costs 3 s)."""
CHANGED = 6.0
"""Mean difference of two thumbnails, of 255, from which the picture is another (project choice; coding noise stays below 2)."""
ANOTHER = 24.0
"""The same from which it is another shot (project choice)."""
MOST_LOOKS = 600
"""Looks at a clip, spread over it (project choice: bounds the cost of a long clip)."""
CHUNK = 512
"""Thumbnails that are compared in one call."""


def looks_of(media: Media, most: int = MOST_LOOKS) -> list[Frame]:
    """The kept frames that are looked at: those that differ from the one before, not too many in a second, at most `most`."""
    if not media.frames:
        return []
    chosen: list[Frame] = []
    last: NDArray[np.int16] | None = None
    frames = media.frames[:: -(-len(media.frames) // (4 * MOST_LOOKS))]
    ends = [frame.time_s for frame in frames[1:]] + [media.duration_s]
    for frame, end_s in zip(frames, ends, strict=True):
        thumbnail = _thumbnail(media, frame.index)
        if last is not None:
            difference = float(np.abs(thumbnail - last).mean())
            since_s, step_s = frame.time_s - chosen[-1].time_s, HOOK_STEP_S if frame.time_s < HOOK_S else STEP_S
            another_shot = difference >= ANOTHER and (since_s >= step_s / 2 or end_s - frame.time_s >= step_s / 2)
            if not another_shot and (difference < CHANGED or since_s < step_s):
                continue
        chosen.append(frame)
        last = thumbnail
    return chosen if len(chosen) <= most else [chosen[i] for i in np.linspace(0, len(chosen) - 1, most).astype(int)]


def cuts_in(media: Media, looks: list[Frame]) -> frozenset[int]:
    """The numbers of the looks that show another shot than the look before."""
    pictures = pairwise(_thumbnail(media, look.index) for look in looks)
    return frozenset(n for n, (one, other) in enumerate(pictures, 1) if np.abs(other - one).mean() >= ANOTHER)


def _thumbnail(media: Media, index: int) -> NDArray[np.int16]:
    return np.asarray(media.thumbnails.read(index, index + 1)[0], np.int16)


def border_s(media: Media, before: Frame, after: Frame) -> float:
    """The time between two looks at which half of the change between them has happened: the cut, where there is one."""
    changes = []
    for start in range(before.index, after.index, CHUNK):
        pixels = media.thumbnails.read(start, min(start + CHUNK, after.index) + 1).astype(np.int16)
        changes.append(np.square(np.abs(np.diff(pixels, axis=0)).mean(axis=(1, 2, 3))))
    total = np.cumsum(np.concatenate([*changes, [0.0]]))
    half = int(np.searchsorted(total, total[-1] / 2))
    return float(media.thumbnails.times_s[min(before.index + 1 + half, after.index)])


def spans_of(media: Media, looks: list[Frame]) -> list[tuple[float, float]]:
    """From when to when (s) each look stands for the picture: from the change that brought it to the next one."""
    if not looks:
        return []
    borders = [looks[0].time_s, *(border_s(media, a, b) for a, b in zip(looks, looks[1:], strict=False)), media.duration_s]
    return list(pairwise(borders))


def covered_s(spans: Iterable[tuple[float, float]]) -> float:
    """Time that at least one of the spans (start, end) covers."""
    covered = until = 0.0
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered
