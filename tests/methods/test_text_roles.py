"""What lines are for, from where they stand, how long, and how they change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.methods.text_roles import Line, on_its_side, roles
from analyzer.nouns.evidence import BoundingBox
from tests.make import box

DURATION_S = 12.0
SPOKEN, SILENT = [(0.2, 11.8)], list[tuple[float, float]]()


def line(text: str, at: BoundingBox, start_s: float, end_s: float, *, angle: float = 0.0, moved: float = 0.0) -> Line:
    return Line(text, at, start_s, end_s, angle, moved, 0.95)


def turns(y: float, high: float, each_s: float = 2.0, name: str = "line", x: float = 0.5) -> list[Line]:
    """Lines in one band, one after the other through the clip."""
    count = int(DURATION_S / each_s)
    return [
        line(f"{name} {'abcdefghijklmnopqrstuvwxyz'[i]}", box(x - 0.3, y, x + 0.3, y + high), i * each_s, (i + 1) * each_s)
        for i in range(count)
    ]


@pytest.mark.parametrize("speech", [SPOKEN, SILENT, None])
def test_lines_that_take_turns_low_in_the_frame_are_captions(speech: list[tuple[float, float]] | None) -> None:
    assert set(roles(turns(0.7, 0.03), DURATION_S, speech)) == {"caption"}


def test_single_words_in_the_middle_that_take_turns_are_captions() -> None:
    assert set(roles(turns(0.5, 0.05, each_s=0.5), DURATION_S, SPOKEN)) == {"caption"}


def test_one_low_line_while_somebody_speaks_is_a_caption_and_without_speech_is_none() -> None:
    single = [line("Only once", box(0.2, 0.75, 0.8, 0.78), 2, 4)]
    assert roles(single, DURATION_S, SPOKEN) == ["caption"]
    assert roles(single, DURATION_S, SILENT) == ["headline"]


@pytest.mark.parametrize("high", [0.05, 0.3])
def test_letters_as_tall_as_a_stop_sign_are_no_caption(high: float) -> None:
    found = roles(
        [line("STOP", box(0.2, 0.4, 0.8, 0.4 + high), 0, 4), line("STO", box(0.2, 0.4, 0.8, 0.4 + high), 7, 9)], 10, SPOKEN
    )
    assert ("caption" in found) == (high < 0.1)


def test_a_line_that_is_read_twice_takes_no_turns_with_itself() -> None:
    twice = [
        line(text, box(0.1, 0.2, 0.9, 0.24), start, start + 3)
        for text, start in (("Fête gâtée, forêt", 0), ("Fete gâtée, forêt", 4))
    ]
    assert roles(twice, 10, None) == ["headline", "headline"]


@pytest.mark.parametrize("speech", [SPOKEN, SILENT])
def test_a_headline_for_each_shot_is_no_caption(speech: list[tuple[float, float]]) -> None:
    assert set(roles(turns(0.15, 0.05, each_s=3.0), DURATION_S, speech)) == {"headline"}


def test_small_lines_that_take_turns_high_up_are_captions() -> None:
    assert set(roles(turns(0.15, 0.02), DURATION_S, SPOKEN)) == {"caption"}


def test_of_two_bands_at_the_same_time_the_smaller_one_has_the_captions() -> None:
    large, small = turns(0.45, 0.07, 3.0, "Shot"), turns(0.75, 0.025, 2.0)
    found = roles([*large, *small], DURATION_S, SPOKEN)
    assert set(found[: len(large)]) == {"headline"} and set(found[len(large) :]) == {"caption"}


def test_a_band_that_covers_little_of_the_speech_has_no_captions() -> None:
    early = [line(f"Tiny {name}", box(0.2, 0.5, 0.8, 0.515), i, i + 1) for i, name in enumerate("abc")]
    found = roles([*early, *turns(0.75, 0.03)], DURATION_S, SPOKEN)
    assert set(found[:3]) == {"headline"} and set(found[3:]) == {"caption"}


def test_a_line_that_stands_throughout_is_a_headline() -> None:
    assert roles([line("Three tips", box(0.15, 0.2, 0.85, 0.25), 0, DURATION_S)], DURATION_S, SPOKEN) == ["headline"]


def test_a_small_line_in_a_corner_throughout_is_a_watermark_and_a_short_one_is_not() -> None:
    corner = box(0.03, 0.02, 0.2, 0.04)
    assert roles([line("Studio Nord", corner, 0, DURATION_S)], DURATION_S, SILENT) == ["watermark"]
    assert roles([line("Studio Nord", corner, 0, 2)], DURATION_S, SILENT) != ["watermark"]


@pytest.mark.parametrize("text", ["@nord.bakery", "TikTok", "© Nord 2024", "www.nord.example"])
def test_handles_and_marks_are_watermarks_anywhere(text: str) -> None:
    assert roles([line(text, box(0.4, 0.5, 0.6, 0.52), 3, 5)], DURATION_S, SILENT) == ["watermark"]


@pytest.mark.parametrize("text", ["PROVEEDORES", "to make TikTok captions", "How we grew on YouTube"])
def test_a_line_that_names_an_app_is_no_mark(text: str) -> None:
    assert roles([line(text, box(0.1, 0.3, 0.9, 0.34), 0, 4)], 4, SILENT) == ["headline"]


@pytest.mark.parametrize("text", ["TikTok @nord", "Made with CapCut", "VEED.IO", "仅用于学术研究", "© 2024 Nord"])
def test_names_with_little_else_and_notices_are_watermarks(text: str) -> None:
    assert roles([line(text, box(0.4, 0.5, 0.6, 0.52), 3, 5)], DURATION_S, SILENT) == ["watermark"]


def test_letters_on_a_prop_that_are_read_now_and_then_are_no_captions() -> None:
    prints = [
        line(text, box(0.76, 0.85, 0.8, 0.87), start, end)
        for text, start, end in (("ion", 2.3, 2.8), ("on", 5.2, 6.5), ("on", 7.7, 11))
    ]
    assert set(roles(prints, 13, [(1.2, 12.9)])) == {"scene_text"}


def test_high_lines_that_come_with_what_is_said_are_captions() -> None:
    speech = [(0.3, 2.2), (3.3, 4.3), (5.4, 7.6), (8.2, 10.5)]
    high = [
        line(f"spoken {name}", box(0.1, 0.22, 0.9, 0.26), start, end) for name, (start, end) in zip("abcd", speech, strict=True)
    ]
    assert set(roles(high, 11, speech)) == {"caption"}
    late = [replace(one, start_s=one.start_s + 0.8, end_s=one.end_s + 0.9) for one in high]
    assert "caption" not in roles(late, 11, speech)


def test_a_piece_and_a_second_row_of_a_caption_belong_to_it() -> None:
    low = turns(0.8, 0.04)
    piece = line("beside it", box(0.85, 0.8, 0.98, 0.84), low[1].start_s, low[1].end_s)
    row = line("below it", box(0.1, 0.85, 0.3, 0.89), low[2].start_s, low[2].end_s)
    other = line("far below", box(0.1, 0.95, 0.3, 0.99), low[2].start_s, low[2].end_s)
    assert roles([*low, piece, row, other], DURATION_S, SPOKEN)[-3:] == ["caption", "caption", "headline"]


def slide(title: str, points: int, start_s: float, end_s: float) -> list[Line]:
    head = line(title, box(0.4, 0.1, 0.6, 0.18), start_s, end_s)
    rows = [
        line(f"{title} point {'abcdef'[i]}", box(0.13, 0.3 + 0.13 * i, 0.4, 0.35 + 0.13 * i), start_s, end_s)
        for i in range(points)
    ]
    return [head, *rows]


@pytest.mark.parametrize("speech", [[(0.0, 9.0)], None])
def test_the_body_of_a_slide_is_no_caption_and_its_title_is_a_headline(speech: list[tuple[float, float]] | None) -> None:
    lines = [*slide("Soil", 4, 0, 3), *slide("Water", 2, 3, 6), *slide("Light", 4, 6, 9)]
    found = dict(zip([one.text for one in lines], roles(lines, 9, speech), strict=True))
    assert {role for text, role in found.items() if "point" in text} == {"scene_text"}
    assert [found[title] for title in ("Soil", "Water", "Light")] == ["headline"] * 3


def test_a_card_of_centred_rows_beside_a_caption_is_no_slide() -> None:
    card = [
        line(text, box(x, y, 1 - x, y + high), 8, 11)
        for text, x, y, high in (("KILN", 0.3, 0.2, 0.07), ("30 days to try", 0.25, 0.3, 0.027), ("Shop now", 0.35, 0.4, 0.031))
    ]
    said = [line("Try it for", box(0.3, 0.7, 0.7, 0.73), 8.1, 11), line("thirty days.", box(0.35, 0.735, 0.65, 0.765), 8.1, 11)]
    assert roles([*card, *said], 11, [(0.0, 11.0)]) == ["headline"] * 3 + ["caption"] * 2


def test_two_letters_seen_for_an_instant_are_unsure() -> None:
    assert roles([line("LE", box(0.49, 0.37, 0.52, 0.5), 3.0, 3.4)], DURATION_S, SILENT) == ["unsure"]
    assert roles([line("PS", box(0.25, 0.19, 0.33, 0.27), 3.0, 5.0)], DURATION_S, SILENT) == ["unsure"]
    assert roles([line("GO", box(0.4, 0.3, 0.6, 0.4), 3.0, 5.0)], DURATION_S, SILENT) == ["headline"]


def test_the_mark_of_a_channel_may_be_written_downwards() -> None:
    down = line("喜羊羊与灰太狼", box(0.05, 0.19, 0.08, 0.8), 0, DURATION_S)
    assert roles([down], DURATION_S, SPOKEN) == ["watermark"]
    assert roles([replace(down, end_s=3.0)], DURATION_S, SPOKEN) == ["headline"]


@pytest.mark.parametrize(("angle", "moved"), [(-12.0, 0.0), (0.0, 0.1), (-9.0, 0.1)])
def test_a_turned_or_moving_sign_is_of_the_scene(angle: float, moved: float) -> None:
    sign = line("Bakery", box(0.3, 0.4, 0.5, 0.43), 2, 5, angle=angle, moved=moved)
    assert roles([sign], DURATION_S, SILENT) == ["scene_text"]


def test_a_sticker_that_stands_tilted_in_a_video_is_a_headline_and_a_tilted_sign_in_a_picture_is_not() -> None:
    tilted = line("Bakery open", box(0.3, 0.4, 0.7, 0.45), 2, 5, angle=8.0)
    assert roles([tilted], DURATION_S, SILENT) == ["headline"]
    assert roles([tilted], 0.0, None) == ["scene_text"]


def test_a_name_and_a_trade_below_it_are_a_title_though_off_the_middle() -> None:
    name, trade = box(0.06, 0.78, 0.26, 0.82), box(0.065, 0.84, 0.22, 0.87)
    title = [line("Ada Lindqvist", name, 2, 5), line("Baker in Oslo", trade, 2.1, 5)]
    assert roles(title, DURATION_S, SILENT) == ["headline"] * 2
    signs = [line("Exit", name, 2, 5), line("Platform", trade, 3.5, 5)]
    assert roles(signs, DURATION_S, SILENT) == ["scene_text"] * 2
    from_the_start = [line("Exit", name, 0, 5), line("Platform", trade, 0, 5)]
    assert roles(from_the_start, DURATION_S, SILENT) == ["scene_text"] * 2


def test_a_wide_line_that_moves_is_a_ticker() -> None:
    ticker = line("Breaking: bread is warm", box(0.1, 0.4, 0.9, 0.43), 0, 9, moved=0.5)
    assert roles([ticker], DURATION_S, SILENT) == ["headline"]


def test_a_narrow_line_that_moves_is_of_the_scene_unless_it_crawls() -> None:
    sign = line("fly to Oslo", box(0.35, 0.4, 0.65, 0.43), 0, 9, moved=0.3)
    assert roles([sign], DURATION_S, SILENT) == ["scene_text"]
    assert roles([replace(sign, crawls=True)], DURATION_S, SILENT) == ["headline"]


def test_a_small_line_off_the_middle_is_of_the_scene() -> None:
    assert roles([line("Exit", box(0.1, 0.4, 0.2, 0.42), 2, 5)], DURATION_S, SILENT) == ["scene_text"]


def test_a_time_code_is_no_caption() -> None:
    clock = line("00:00:03:09", box(0.3, 0.75, 0.7, 0.78), 2, 4)
    assert roles([clock], DURATION_S, SPOKEN) == ["scene_text"]


def test_an_image_has_no_captions() -> None:
    lines = [line("Three tips", box(0.15, 0.2, 0.85, 0.25), 0, 0), line("small", box(0.1, 0.8, 0.2, 0.81), 0, 0)]
    assert roles(lines, 0.0, None) == ["headline", "scene_text"]


def test_a_print_off_the_middle_is_no_caption_though_somebody_speaks() -> None:
    """Letters on a hoodie, seen for a second in a talking-head clip without captions."""
    assert roles([line("ion", box(0.75, 0.85, 0.81, 0.88), 0.75, 1.97)], DURATION_S, SPOKEN) == ["scene_text"]
    assert roles([line("on", box(0.45, 0.85, 0.55, 0.88), 0.75, 1.97)], DURATION_S, SPOKEN) == ["headline"]


@pytest.mark.parametrize("text", ["00:00:01:12", "00:00:0112", "12:30:05.04"])
def test_a_clock_is_of_the_scene(text: str) -> None:
    assert roles([line(text, box(0.3, 0.2, 0.7, 0.25), 0, 6)], DURATION_S, SILENT) == ["scene_text"]


def test_a_counter_is_of_the_scene_even_where_captions_would_stand() -> None:
    counter = Line("Frame = 12", box(0.3, 0.75, 0.7, 0.78), 2, 4, 0.0, 0.0, 0.95, counts=True)
    assert roles([counter], DURATION_S, SPOKEN) == ["scene_text"]


@pytest.mark.parametrize("text", ["19.99", "9:30"])
def test_a_price_and_a_time_of_day_are_no_clock(text: str) -> None:
    assert roles([line(text, box(0.3, 0.2, 0.7, 0.25), 0, 6)], DURATION_S, SILENT) == ["headline"]


@pytest.mark.parametrize(
    "text, width, height, lies",
    [("Send Spike", 22, 51, True), ("Send Spike", 51, 22, False), ("大营救", 18, 31, False), ("II", 10, 20, False)],
)
def test_latin_letters_in_a_tall_box_lie_on_their_side(text: str, width: float, height: float, lies: bool) -> None:
    assert on_its_side(text, width, height) is lies


def test_the_second_row_of_a_notice_is_part_of_it() -> None:
    notice, row = box(0.2, 0.44, 0.8, 0.48), box(0.35, 0.52, 0.65, 0.56)
    mark = line("Footage of www.example.com", notice, 0, 2)
    assert roles([mark, line("for research only", row, 0, 2)], DURATION_S, SILENT) == ["watermark", "watermark"]
    assert roles([mark, line("what stays on", row, 0, 6)], DURATION_S, SILENT) == ["watermark", "headline"]
    throughout = line("www.example.com", notice, 0, DURATION_S)
    headline = line("Five ways to fold a shirt", row, 0, DURATION_S)
    assert roles([throughout, headline], DURATION_S, SILENT) == ["watermark", "headline"]


def test_a_clock_in_a_corner_is_no_watermark() -> None:
    clock = line("00:00:07:12", box(0.05, 0.04, 0.3, 0.07), 0, DURATION_S)
    assert roles([clock], DURATION_S, SILENT) == ["scene_text"]
