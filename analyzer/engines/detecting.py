"""What the object detectors share: pictures made to fit a network, and raw boxes made into detections.

No model lives here, and no library that runs one is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.evidence import BoundingBox

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Detected = list[tuple[str, BoundingBox, float]]
"""(label, box, confidence) of each object in a picture, the surest first."""

SAME_THING = 0.85
"""Intersection over union from which two boxes are one thing that got two names, such as car and truck (project choice)."""


@dataclass(frozen=True)
class Boxes:
    """What a network says of one picture, before anything is left out."""

    classes: NDArray[np.int64]
    corners: Floats
    """Left, top, right, bottom of each box in fractions of the picture, shape (n, 4)."""
    scores: Floats


def resized(image: Picture, size: tuple[int, int]) -> Picture:
    """The picture at a size of (width, height): by area where it shrinks, so that nothing thin flickers, else bilinear."""
    shrinks = image.shape[1] > size[0] and image.shape[0] > size[1]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8)


def pixels_of(image: Picture, mean: Sequence[float] | float, deviation: Sequence[float] | float) -> Floats:
    """A picture as networks take it: (1, 3, height, width), each channel of 0..1 less its mean and divided by its deviation."""
    pixels = (image.astype(np.float32) / 255 - np.asarray(mean, np.float32)) / np.asarray(deviation, np.float32)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def corners_of(boxes: Floats) -> Floats:
    """Left, top, right, bottom of boxes that are given as centre and size, (n, 4)."""
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)


def detections(boxes: Boxes, names: Sequence[str], least: float, overlap: float | None) -> Detected:
    """The objects with at least the `least` score, each under one name, the surest.

    `overlap` is the intersection over union from which two boxes of one class are the same object; None for a network that
    says each object once.
    """
    found = distinct(boxes, least, overlap)
    if not len(found.scores):
        return []
    seen = cv2.dnn.NMSBoxes(_sides(found.corners).tolist(), found.scores.tolist(), least, SAME_THING)
    return named(found, names, np.asarray(seen, np.int64))


def distinct(boxes: Boxes, least: float, overlap: float | None) -> Boxes:
    """The boxes within the picture that have at least the `least` score; one for what boxes of the same class show together."""
    sure = boxes.scores >= least
    corners = np.clip(boxes.corners[sure], 0.0, 1.0)
    found = Boxes(boxes.classes[sure], corners, boxes.scores[sure])
    seen = np.flatnonzero((_sides(corners)[:, 2:] > 0).all(axis=1))
    if overlap is not None and len(seen):
        sides, scores, classes = (part[seen].tolist() for part in (_sides(corners), found.scores, found.classes))
        seen = seen[np.asarray(cv2.dnn.NMSBoxesBatched(sides, scores, classes, least, overlap), np.int64)]
    return Boxes(found.classes[seen], corners[seen], found.scores[seen])


def named(boxes: Boxes, names: Sequence[str], which: NDArray[np.int64]) -> Detected:
    """Some of the boxes as detections, the surest first."""
    ordered = sorted(which.tolist(), key=lambda one: (-boxes.scores[one], *boxes.corners[one]))
    return [(names[boxes.classes[one]], _box(boxes.corners[one]), round(float(boxes.scores[one]), 3)) for one in ordered]


def _sides(corners: Floats) -> Floats:
    """Left, top, width, height."""
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)


def _box(corners: Floats) -> BoundingBox:
    x0, y0, x1, y1 = (round(float(value), 5) for value in corners)
    return BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1)
