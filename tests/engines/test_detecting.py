"""What the detectors share: raw boxes become detections, each thing once."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.engines.detecting import Boxes, corners_of, detections, distinct, pixels_of, resized

NAMES = ("cat", "dog")


def boxes(*rows: tuple[int, tuple[float, float, float, float], float]) -> Boxes:
    classes, corners, scores = zip(*rows, strict=True) if rows else ((), np.zeros((0, 4)), ())
    return Boxes(np.array(classes, np.int64), np.array(corners, np.float32), np.array(scores, np.float32))


def test_nothing_is_no_detection() -> None:
    assert detections(boxes(), NAMES, 0.5, 0.5) == []
    assert detections(boxes((0, (0.1, 0.1, 0.4, 0.4), 0.4)), NAMES, 0.5, None) == []


def test_the_surest_come_first_and_stay_inside_the_picture() -> None:
    found = detections(boxes((0, (-0.2, 0.1, 0.4, 0.4), 0.6), (1, (0.5, 0.5, 1.3, 0.9), 0.8)), NAMES, 0.5, None)
    assert [(label, score) for label, _, score in found] == [("dog", 0.8), ("cat", 0.6)]
    assert (found[0][1].x1, found[1][1].x0) == (1.0, 0.0)


def test_a_box_outside_the_picture_is_none() -> None:
    assert detections(boxes((0, (1.1, 0.1, 1.4, 0.4), 0.9), (0, (0.3, 0.3, 0.3, 0.6), 0.9)), NAMES, 0.5, 0.5) == []


def test_boxes_of_one_class_that_overlap_are_one_object_and_neighbours_are_two() -> None:
    over = boxes((0, (0.1, 0.1, 0.5, 0.5), 0.9), (0, (0.15, 0.1, 0.55, 0.5), 0.8), (0, (0.52, 0.1, 0.9, 0.5), 0.7))
    assert [score for *_, score in detections(over, NAMES, 0.5, 0.45)] == [0.9, 0.7]
    assert len(detections(over, NAMES, 0.5, None)) == 3


def test_one_thing_with_two_names_gets_the_surer_one() -> None:
    two = boxes((0, (0.1, 0.1, 0.5, 0.5), 0.7), (1, (0.1, 0.1, 0.5, 0.51), 0.9))
    assert [label for label, *_ in detections(two, NAMES, 0.5, 0.45)] == ["dog"]
    assert len(distinct(two, 0.5, 0.45).scores) == 2


def test_centre_and_size_become_corners() -> None:
    assert corners_of(np.array([[0.5, 0.4, 0.2, 0.4]], np.float32)) == pytest.approx(np.array([[0.4, 0.2, 0.6, 0.6]]))


def test_pixels_are_channels_first_and_normal() -> None:
    image = np.full((4, 6, 3), (255, 0, 51), np.uint8)
    pixels = pixels_of(image, (0.5, 0.5, 0.2), (0.5, 0.5, 1.0))
    assert pixels.shape == (1, 3, 4, 6) and pixels[0, :, 0, 0] == pytest.approx([1.0, -1.0, 0.0], abs=1e-6)


def test_fine_lines_do_not_vanish_when_a_picture_shrinks() -> None:
    lines = np.zeros((64, 64, 3), np.uint8)
    lines[::8] = 255
    assert resized(lines, (16, 16)).mean() == pytest.approx(lines.mean(), rel=0.02)
