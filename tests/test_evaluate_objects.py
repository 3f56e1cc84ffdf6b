"""The yardstick of the object detectors: average precision where it is known by hand, and what trained weights reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts.evaluate_objects import Detected, average_precision, engine, labelled, models, moved
from tests.make import box

NAMES = {1: "cup", 2: "plate"}
HERE, THERE = box(0.1, 0.1, 0.3, 0.3), box(0.6, 0.6, 0.9, 0.9)


def labels(*boxes: Any, crowd: bool = False) -> list[dict[str, Any]]:
    return [{"category_id": 1, "box": one, "iscrowd": int(crowd)} for one in boxes]


def ap(truth: list[dict[str, Any]], found: Detected) -> float:
    return float(average_precision({7: truth}, {7: found}, NAMES).mean())


def test_all_found_and_nothing_else_is_1() -> None:
    assert ap(labels(HERE, THERE), [("cup", HERE, 0.9), ("cup", THERE, 0.4)]) == 1.0


def test_half_of_them_found_is_a_half() -> None:
    assert ap(labels(HERE, THERE), [("cup", HERE, 0.9)]) == pytest.approx(51 / 101)


def test_a_false_alarm_costs_only_where_it_is_surer() -> None:
    wrong = box(0.4, 0.4, 0.5, 0.5)
    assert ap(labels(HERE), [("cup", HERE, 0.9), ("cup", wrong, 0.5)]) == 1.0
    assert ap(labels(HERE), [("cup", HERE, 0.5), ("cup", wrong, 0.9)]) == pytest.approx(0.5)


def test_another_name_is_not_found_and_a_second_box_is_a_false_alarm() -> None:
    assert ap(labels(HERE), [("plate", HERE, 0.9)]) == 0.0
    twice = [("cup", HERE, 0.9), ("cup", HERE, 0.8), ("cup", THERE, 0.7)]
    assert ap(labels(HERE, THERE), twice) == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_a_loose_box_counts_up_to_its_overlap() -> None:
    loose = box(0.1, 0.1, 0.3, 0.244)  # 0.72 of it
    by_iou = average_precision({7: labels(HERE)}, {7: [("cup", loose, 0.9)]}, NAMES)
    assert by_iou.tolist() == [1.0] * 5 + [0.0] * 5


def test_what_lies_in_a_crowd_is_neither_right_nor_wrong() -> None:
    crowd = labels(HERE) + labels(box(0.5, 0.5, 1.0, 1.0), crowd=True)
    assert ap(crowd, [("cup", THERE, 0.95), ("cup", HERE, 0.9)]) == 1.0


def test_what_moved_is_counted() -> None:
    before: list[Detected] = [[("cup", HERE, 0.9), ("plate", THERE, 0.6)]]
    after: list[Detected] = [[("cup", box(0.1, 0.1, 0.3, 0.29), 0.8), ("cup", THERE, 0.6)]]
    total, alone, most, mean, iou = moved(before, after)
    assert (total, alone) == (2, 2)
    assert (most, mean, iou) == pytest.approx((0.1, 0.1, 0.95))
    assert moved([[]], [[]]) == (0, 0, 0.0, 0.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize(("title", "wanted"), [("YOLOX-nano", 0.334), ("DEIMv2-Atto", 0.335), ("FastestDet", 0.200)])
def test_trained_weights_reach_what_was_measured(test_data: Path, title: str, wanted: float) -> None:
    """In float32, over the labelled pictures; the same weights elsewhere over others: 0.311, 0.304 and not measured."""
    pictures, truth, names = labelled(test_data)
    manifest, folder = models(test_data / "weights")[title]
    found = list(engine(manifest, folder).detect(pictures.values()))
    by_iou = average_precision(truth, dict(zip(pictures, found, strict=True)), names)
    assert by_iou.mean() == pytest.approx(wanted, abs=0.005) and np.all(np.diff(by_iou) <= 1e-9)
