"""Contrast and height of drawn lines against what was drawn; the quads have room around the letters, as detectors leave."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from analyzer.methods.text_contrast import line_contrast, luminance, ratio
from analyzer.methods.text_extent import extent
from analyzer.methods.text_letters import Letters, separate

Colour = tuple[int, int, int]
TEXT = "Fresh bread today"
LEFT, TOP = 60, 60
BLACK, WHITE, NAVY, GREY = (0, 0, 0), (255, 255, 255), (20, 40, 90), (118, 118, 118)


def light(colour: Colour) -> float:
    return float(luminance(np.array([[colour]], np.uint8))[0, 0])


def drawn(
    colour: Colour, ground: Colour | NDArray[np.uint8], size: int = 48, text: str = TEXT, outline: Colour | None = None,
    box: Colour | None = None, stroke: int = 3, scale: int = 1,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:  # fmt: skip
    """A picture with one line, and a quad around it with a fifth of its height of room; drawn large and reduced by `scale`."""
    plain = isinstance(ground, tuple)
    picture = Image.new("RGB", (900 * scale, 220 * scale), ground) if plain else Image.fromarray(ground)
    paint, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    x0, y0, x1, y1 = paint.textbbox((LEFT, TOP), text, font=font)
    if box is not None:
        paint.rectangle((x0 - 30, y0 - 15, x1 + 30, y1 + 15), fill=box)
    paint.text((LEFT, TOP), text, font=font, fill=colour, stroke_width=stroke if outline else 0, stroke_fill=outline)
    room = 0.2 * (y1 - y0)
    x0, y0, x1, y1 = ((x0 - room) / scale, (y0 - room) / scale, (x1 + room) / scale, (y1 + room) / scale)
    return np.asarray(picture.reduce(scale)), np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def letters_of(picture: NDArray[np.uint8], quad: NDArray[np.float32], text: str = TEXT) -> Letters:
    found = separate(picture, quad, sum(sign.isalnum() for sign in text))
    assert found is not None
    return found


def test_ratios_are_those_of_the_standard() -> None:
    assert ratio(light(WHITE), light(BLACK)) == pytest.approx(21)
    assert ratio(light(GREY), light(WHITE)) == pytest.approx(4.54, abs=0.01)
    assert ratio(light(BLACK), light(BLACK)) == 1


@pytest.mark.parametrize("size", [20, 48, 90])
@pytest.mark.parametrize(
    ("colour", "ground"), [(WHITE, BLACK), (BLACK, WHITE), (GREY, WHITE), ((130, 130, 130), GREY), (WHITE, NAVY)]
)
def test_letters_on_flat_ground(colour: Colour, ground: Colour, size: int) -> None:
    measured = line_contrast(letters_of(*drawn(colour, ground, size))).ratio
    assert measured == pytest.approx(ratio(light(colour), light(ground)), rel=0.1)


@pytest.mark.parametrize(
    ("colour", "outline", "ground"), [(WHITE, BLACK, GREY), (WHITE, BLACK, (0, 200, 220)), (NAVY, WHITE, (90, 60, 60))]
)
def test_outlined_letters_are_judged_against_their_outline(colour: Colour, outline: Colour, ground: Colour) -> None:
    measured = line_contrast(letters_of(*drawn(colour, ground, outline=outline))).ratio
    assert measured == pytest.approx(ratio(light(colour), light(outline)), rel=0.25)


@pytest.mark.parametrize(("ground", "colour"), [((255, 40, 10), (190, 190, 190)), ((40, 150, 20), (60, 140, 220))])
def test_an_outline_that_is_nearer_to_the_letters_than_to_the_ground_is_no_part_of_them(ground: Colour, colour: Colour) -> None:
    measured = line_contrast(letters_of(*drawn(colour, ground, 64, outline=BLACK))).ratio
    assert measured == pytest.approx(ratio(light(colour), light(BLACK)), rel=0.15)


def test_a_thin_outline_around_large_letters_is_seen() -> None:
    measured = line_contrast(letters_of(*drawn(WHITE, (40, 200, 110), 90, "you fly", outline=BLACK))).ratio
    assert measured == pytest.approx(21, rel=0.1)


@pytest.mark.parametrize(("colour", "outline", "ground"), [((90, 90, 90), BLACK, WHITE), ((190, 190, 190), WHITE, BLACK)])
def test_an_outline_weaker_than_what_lies_beyond_it_is_what_the_letters_stand_on(
    colour: Colour, outline: Colour, ground: Colour
) -> None:
    measured = line_contrast(letters_of(*drawn(colour, ground, 64, outline=outline))).ratio
    assert measured == pytest.approx(ratio(light(colour), light(outline)), rel=0.15)


def test_an_outline_that_few_pixels_show_pure_counts_as_it_was_drawn() -> None:
    """Letters and ground of about one lightness, so that pixels of the outline are mixed with both towards one side."""
    letters, outline = (30, 80, 130), WHITE
    picture, quad = drawn(letters, (130, 40, 170), 4 * 24, outline=outline, stroke=8, scale=4)
    measured = line_contrast(letters_of(picture, quad)).ratio
    assert measured == pytest.approx(ratio(light(letters), light(outline)), rel=0.15)


@pytest.mark.parametrize(
    ("colour", "outline", "ground"), [(WHITE, (60, 60, 60), (130, 130, 130)), (GREY, BLACK, (130, 160, 200))]
)
def test_thin_letters_in_an_outline_are_taken_at_their_purest(colour: Colour, outline: Colour, ground: Colour) -> None:
    measured = line_contrast(letters_of(*drawn(colour, ground, 20, outline=outline))).ratio
    assert measured == pytest.approx(ratio(light(colour), light(outline)), rel=0.15)


@pytest.mark.parametrize("text", ["bread People", "Boop drop"])
def test_the_insides_of_letters_are_not_taken_for_letters_in_an_outline(text: str) -> None:
    picture, quad = drawn(WHITE, (200, 30, 40), 90, text, box=(200, 30, 40))
    letters = letters_of(picture, quad, text)
    assert line_contrast(letters).ratio == pytest.approx(ratio(1.0, light((200, 30, 40))), rel=0.1)


@pytest.mark.parametrize("ground", [WHITE, BLACK, (230, 205, 120)])
def test_letters_in_a_box_are_judged_against_the_box(ground: Colour) -> None:
    measured = line_contrast(letters_of(*drawn((128, 48, 8), ground, box=NAVY))).ratio
    assert measured == pytest.approx(ratio(light((128, 48, 8)), light(NAVY)), rel=0.1)


def test_the_weakest_part_of_the_line_counts() -> None:
    ground = np.zeros((220, 900, 3), np.uint8)
    ground[:, 260:] = 160
    measured = line_contrast(letters_of(*drawn(WHITE, ground))).ratio
    assert measured == pytest.approx(ratio(1.0, light((160, 160, 160))), rel=0.1)


def test_a_part_in_which_the_letters_vanish_has_no_contrast() -> None:
    ground = np.zeros((220, 900, 3), np.uint8)
    ground[:, 260:] = 255
    assert line_contrast(letters_of(*drawn(WHITE, ground))).ratio < 1.5


@pytest.mark.parametrize(
    ("colour", "ground", "outline"), [(WHITE, NAVY, None), ((200, 60, 40), (230, 205, 120), None), (WHITE, GREY, BLACK)]
)
def test_the_two_colours_are_those_that_were_drawn_and_give_the_ratio(
    colour: Colour, ground: Colour, outline: Colour | None
) -> None:
    found = line_contrast(letters_of(*drawn(colour, ground, 64, outline=outline)))
    letters, behind = (tuple(bytes.fromhex(name[1:])) for name in (found.letters, found.ground))
    assert letters == pytest.approx(colour, abs=12)
    assert behind == pytest.approx(outline or ground, abs=12)
    assert ratio(light(letters), light(behind)) == pytest.approx(found.ratio, rel=0.03)


def test_where_nothing_is_drawn_there_are_no_letters() -> None:
    quad = np.array([[60, 60], [400, 60], [400, 110], [60, 110]], np.float32)
    assert separate(np.full((220, 900, 3), 90, np.uint8), quad, 10) is None


def test_a_quad_of_no_size_has_no_letters() -> None:
    picture, _ = drawn(WHITE, BLACK)
    assert separate(picture, np.array([[60, 60], [62, 60], [62, 110], [60, 110]], np.float32), 10) is None


def test_the_same_line_always_has_the_same_letters() -> None:
    noise = np.random.default_rng(3).integers(60, 140, (220, 900, 3), np.uint8)
    first, second = (letters_of(*drawn(WHITE, noise)) for _ in range(2))
    assert np.array_equal(first.mask, second.mask)


@pytest.mark.parametrize("text", ["Fresh bread today", "Fresh bread", "FRESH BREAD", "on a sun seam", "any morning sun"])
@pytest.mark.parametrize("size", [24, 60])
def test_height_is_that_of_the_line_whatever_letters_it_has(text: str, size: int) -> None:
    picture, quad = drawn(WHITE, NAVY, size, text)
    corners, height = extent(quad, letters_of(picture, quad, text), text)
    x0, top, x1, foot = ImageFont.load_default(size).getbbox("dhlgpy")
    assert height == pytest.approx(foot - top, rel=0.09)
    assert corners[3, 1] - corners[0, 1] == pytest.approx(height, abs=0.1)
    assert corners[0, 1] == pytest.approx(TOP + top, abs=0.1 * size)


def test_the_tail_of_a_q_is_no_descender() -> None:
    picture, quad = drawn(WHITE, NAVY, 64, "FRESH TODAY")
    found = letters_of(picture, quad, "FRESH TODAY")
    tail = found.mask.copy()
    foot, first = found.rows[1], found.columns[0]
    tail[foot - 2 : foot + 14, first : first + 8] = True
    _, height = extent(quad, Letters(found.picture, tail, found.rim, found.scale), "QRESH TODAY")
    assert height == pytest.approx(extent(quad, found, "FRESH TODAY")[1], rel=0.02)


@pytest.mark.parametrize("down", [-14, 14])
def test_a_quad_that_is_turned_against_its_line_does_not_make_it_higher(down: int) -> None:
    picture, quad = drawn(WHITE, NAVY, text="Fresh bread today Happy")
    quad += np.array([[0, -down], [0, down], [0, down], [0, -down]], np.float32) / 2
    quad += np.array([[0, -9], [0, -9], [0, 9], [0, 9]], np.float32)
    corners, height = extent(quad, letters_of(picture, quad, "Fresh bread today Happy"), "Fresh bread today Happy")
    _, top, _, foot = ImageFont.load_default(48).getbbox("dhlgpy")
    assert height == pytest.approx(foot - top, rel=0.06)
    assert corners[:, 1].max() - corners[:, 1].min() == pytest.approx(height, abs=3)


def test_a_box_around_the_letters_is_no_part_of_the_line() -> None:
    picture, quad = drawn(WHITE, GREY, box=NAVY)
    quad += np.array([[-14, 0], [14, 0], [14, 0], [-14, 0]], np.float32)
    corners, _ = extent(quad, letters_of(picture, quad), TEXT)
    columns = np.flatnonzero((picture > 150).all(axis=2).any(axis=0))
    assert (corners[0, 0], corners[1, 0]) == pytest.approx((columns[0], columns[-1] + 1), abs=2)


def test_where_the_first_letters_were_not_found_the_line_is_not_cut_short() -> None:
    picture, quad = drawn(WHITE, NAVY)
    found = letters_of(picture, quad)
    half = found.mask.copy()
    half[:, : half.shape[1] // 3] = False
    corners, _ = extent(quad, Letters(found.picture, half, found.rim, found.scale), TEXT)
    assert corners[0, 0] == pytest.approx(LEFT, abs=8)


def test_a_stray_piece_beside_the_letters_is_no_letter_but_a_full_stop_is_one() -> None:
    picture, quad = drawn(WHITE, NAVY)
    found = letters_of(picture, quad)
    stray = found.mask.copy()
    at, middle = found.rim + 4, (found.rows[0] + found.rows[1]) // 2
    stray[middle : middle + 5, at : at + 5] = True
    letters = Letters(found.picture, stray, found.rim, found.scale)
    without, _ = extent(quad, found, TEXT)
    assert extent(quad, letters, TEXT)[0][0, 0] == pytest.approx(without[0, 0], abs=0.1)
    assert extent(quad, letters, "." + TEXT)[0][0, 0] < without[0, 0] - 3


def test_room_beside_the_letters_is_taken_away_but_no_letter() -> None:
    picture, quad = drawn(WHITE, NAVY)
    corners, _ = extent(quad, letters_of(picture, quad), TEXT)
    columns = np.flatnonzero((picture > 150).all(axis=2).any(axis=0))
    assert quad[0, 0] < corners[0, 0] <= columns[0] + 1
    assert columns[-1] - 1 <= corners[1, 0] < quad[1, 0]


def test_without_letters_the_quad_is_the_line() -> None:
    quad = np.array([[60, 60], [400, 60], [400, 110], [60, 110]], np.float32)
    corners, height = extent(quad, None, TEXT)
    assert np.array_equal(corners, quad) and height == 50
