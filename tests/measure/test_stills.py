"""Which frames a report keeps: the opening, what a caption is about, one for each shot that has none, and lines of text."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.measure.stills import MAX_CLOSE_UPS, MAX_STILLS, close_ups_of, stills_of
from analyzer.nouns.evidence import Caption, Captions, ColourPair, Shot, Shots, Span, Spans, TextTrack, TextTracks
from analyzer.nouns.report import SignalResult
from tests.make import box, media, noise, ok, text_track

PIXELS = noise(90)
CLIP = media(PIXELS, fps=10, frames=[(i / 2, np.repeat(np.repeat(PIXELS[i], 4, 0), 4, 1)) for i in range(18)])
OPENING = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
SHOTS = ok("shots", shots=Shots(title="Shots", items=tuple(Shot(start_s=a, end_s=a + 3, transition="cut") for a in (0, 3, 6))))


def times(*results: object) -> list[float]:
    return [still.time_s for still in stills_of(CLIP, results)]  # type: ignore[arg-type]


def test_each_shot_has_the_frame_of_its_middle() -> None:
    assert times(SHOTS) == [*OPENING, 4.5, 7.5]


def test_the_frame_of_a_caption_stands_for_its_shot() -> None:
    captions = Captions(title="x", items=(Caption(start_s=3.0, end_s=6.0, time_s=5.0, text="a dog"),))
    assert times(SHOTS, ok("scenes", captions=captions)) == [*OPENING, 5.0, 7.5]


def test_spans_that_show_nothing_new_take_no_room() -> None:
    spans = Spans(title="x", items=(Span(start_s=3.0, end_s=4.0, label="kitchen"),))
    assert times(ok("content", setting=spans)) == OPENING
    assert times(ok("stillness", freezes=spans)) == [*OPENING, 3.5]


def test_there_are_never_too_many() -> None:
    pixels = noise(200)
    clip = media(pixels, fps=10, frames=[(i / 10, pixels[i]) for i in range(200)])
    items = tuple(Caption(start_s=n / 10, end_s=n / 10 + 0.1, time_s=n / 10, text="x") for n in range(99))
    captions = Captions(title="x", items=items)
    assert len(stills_of(clip, [ok("scenes", captions=captions)])) == MAX_STILLS


def test_an_opening_that_stands_still_is_shown_once() -> None:
    still = media(PIXELS, fps=10, frames=[(0.0, PIXELS[0]), (2.2, PIXELS[1]), (8.0, PIXELS[2])])
    assert [picture.time_s for picture in stills_of(still, ())] == [0.0, 2.2]


def line(at_s: float, **fields: object) -> TextTrack:
    where = box(0.25, 0.5, 0.75, 0.55)
    pair = ColourPair(time_s=at_s, box=where, letters="#ffffff", ground="#808080", ratio=3.9)
    return text_track("sale", at_s - 0.4, at_s + 2, box=where, colours=pair, **fields)


def texts(*tracks: TextTrack) -> SignalResult:
    return ok("onscreen_text", tracks=TextTracks(title="x", items=tracks))


def test_a_line_is_shown_in_the_frame_in_which_its_colours_were_compared() -> None:
    assert times(texts(line(6.0))) == [*OPENING, 6.0]


def test_a_close_up_is_the_part_of_the_frame_around_the_line_in_its_own_pixels() -> None:
    (found,) = close_ups_of(CLIP, [texts(line(6.0))])
    height, width = CLIP.frames[0].load().shape[:2]
    assert found.time_s == 6.0 and found.box is not None
    assert (found.box.y0, found.box.y1) == pytest.approx((0.47, 0.58))
    assert (found.width, found.height) == pytest.approx((found.box.width * width, found.box.height * height), abs=1.5)


def test_close_ups_are_of_what_a_finding_may_be_about_and_few() -> None:
    assert close_ups_of(CLIP, [texts(line(6.0, role="scene_text"), text_track("no colours", 1, 2))]) == ()
    pale = line(7.0, id=99, contrast=1.5)
    many = [*(line(1 + n / 20, id=n, contrast=4 + n) for n in range(30)), pale]
    found = close_ups_of(CLIP, [texts(*many)])
    assert len(found) == MAX_CLOSE_UPS and 7.0 in {still.time_s for still in found}
