"""Which parts of a frame are read again."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from analyzer.methods.text_change import SIDE, Box, ChangeMap, grey_copy, same_patch

FONT = ImageFont.load_default(20)
AT = (40, 500)


def frame(*lines: tuple[str, int, int], ground: NDArray[np.uint8] | int = 60) -> NDArray[np.uint8]:
    """A grey copy of a 9:16 frame (360 x 640) with white lines (text, x, y)."""
    picture = Image.fromarray(np.full((640, 360), ground, np.uint8) if isinstance(ground, int) else ground)
    for text, x, y in lines:
        ImageDraw.Draw(picture).text((x, y), text, font=FONT, fill=250)
    return np.asarray(picture)


def place(text: str) -> tuple[slice, slice]:
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (9, 9))).textbbox(AT, text, font=FONT)
    return slice(int(top) - 1, int(bottom) + 2), slice(int(left) - 1, int(right) + 2)


def holds(region: Box, text: str) -> bool:
    rows, columns = place(text)
    return region[0] <= columns.start and region[1] <= rows.start and region[2] >= columns.stop and region[3] >= rows.stop


def test_the_first_frame_is_read_whole_and_an_equal_one_not_at_all() -> None:
    change = ChangeMap()
    still = frame(("Hello there", *AT))
    assert change.regions(still, None, [], []) == [(0.0, 0.0, 360.0, 640.0)]
    assert change.regions(still, None, [], []) == []


def test_a_new_line_is_searched_for_where_it_stands_only() -> None:
    change = ChangeMap()
    change.regions(frame(), None, [], [])
    [region] = change.regions(frame(("Hello there", *AT)), None, [], [])
    assert holds(region, "Hello there")
    assert (region[2] - region[0]) * (region[3] - region[1]) < 0.2 * 360 * 640


def test_a_pale_line_is_searched_for() -> None:
    change = ChangeMap()
    change.regions(frame(ground=235), None, [], [])
    [region] = change.regions(frame(("Pale but there", *AT), ground=215), None, [], [])
    assert holds(region, "Pale but there")


def test_noise_of_encoding_is_no_reason_to_read() -> None:
    change, still = ChangeMap(), frame(("Hello there", *AT))
    change.regions(still, None, [], [])
    coded = cv2.imdecode(cv2.imencode(".jpg", still, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], cv2.IMREAD_GRAYSCALE)
    assert change.regions(coded, None, [], []) == []


def test_a_change_without_fine_edges_is_no_reason_to_read() -> None:
    change = ChangeMap()
    change.regions(frame(), None, [], [])
    assert change.regions(frame(ground=140), None, [], []) == []


def test_what_moves_within_a_moment_was_not_drawn() -> None:
    rng = np.random.default_rng(1)
    leaves = cv2.resize(rng.integers(0, 256, (160, 90), np.uint8), (360, 640), interpolation=cv2.INTER_NEAREST)
    ground, soon = np.full((640, 360), 60, np.uint8), np.full((640, 360), 60, np.uint8)
    ground[:300], soon[:300] = leaves[:300], np.roll(leaves, 6, axis=1)[:300]
    line = ("Hello there", *AT)
    change = ChangeMap()
    change.regions(frame(), None, [], [])
    [region] = change.regions(frame(line, ground=ground), frame(line, ground=soon), [], [])
    assert holds(region, "Hello there") and region[1] > 320


def test_a_lost_line_is_looked_for_and_a_neighbour_in_its_row_is_read_with_it() -> None:
    change = ChangeMap()
    still = frame()
    change.regions(still, None, [], [])
    [region] = change.regions(still, None, [(100.0, 500.0, 200.0, 520.0)], [(205.0, 500.0, 300.0, 520.0)])
    assert region[0] <= 100 and region[2] >= 300
    assert region[1] >= 480 and region[3] <= 540


def test_a_cut_is_read_whole() -> None:
    change = ChangeMap()
    change.regions(frame(), None, [], [])
    busy = np.random.default_rng(2).integers(0, 256, (640, 360), np.uint8)
    assert change.regions(busy, None, [], []) == [(0.0, 0.0, 360.0, 640.0)]


def test_the_grey_copy_has_a_bound_and_keeps_the_shape() -> None:
    assert grey_copy(np.zeros((1920, 1080, 3), np.uint8)).shape == (SIDE, 360)
    assert grey_copy(np.zeros((90, 160, 3), np.uint8)).shape == (90, 160)


def test_the_same_line_over_another_background_is_the_same() -> None:
    rows, columns = place("Hello there")
    grounds = np.linspace(60, 90, 360, dtype=np.uint8)[None].repeat(640, 0)
    first, second = frame(("Hello there", *AT)), frame(("Hello there", *AT), ground=grounds)
    assert same_patch(first[rows, columns], second[rows, columns])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SAVE 20% TODAY", "SAVE 50% TODAY"),
        ("Step 1: wash", "Step 2: wash"),
        ("Only $19.99", "Only $14.99"),
        ("best one", "last one"),
    ],
)
def test_a_line_in_which_one_letter_changed_is_another_line(before: str, after: str) -> None:
    rows, columns = place(before)
    assert not same_patch(frame((before, *AT))[rows, columns], frame((after, *AT))[rows, columns])
