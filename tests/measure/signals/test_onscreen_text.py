"""On-screen text: when lines come and go, how long they must stand, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.measure.signals.onscreen_text import READING_CPS, SIGNAL, measure
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.media import Media, Samples
from analyzer.nouns.signal import Reading
from tests.make import Engines, image, media
from tests.methods.test_text_reading import FONT, WHITE, YELLOW, Ocr, frame

FPS = 10
Line = tuple[str, int, tuple[int, int, int]]


class Languages:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def identify(self, text: str) -> tuple[str | None, float]:
        self.asked.append(text)
        return "en", 0.99


def clip(seconds: float, *lines: tuple[Line, float, float], every_s: float = 0.5) -> Media:
    """A clip of 10 frames a second; each line stands from one time to another. Kept frames every so often."""

    def picture(time_s: float) -> NDArray[np.uint8]:
        return frame(*(line for line, start, end in lines if start <= time_s < end))

    times = np.arange(round(seconds * FPS)) / FPS
    pictures = [picture(t) for t in times]
    thumbnails = np.stack([p.reshape(64, 15, 36, 15, 3).mean(axis=(1, 3)).astype(np.uint8) for p in pictures])
    step = round(every_s * FPS)
    kept = [(float(times[i]), pictures[i]) for i in range(0, len(times), step)]
    return media(thumbnails, fps=FPS, frames=kept, width=540, height=960)


def run(asset: Media, lines: dict[Any, str], **engines: Any) -> Reading:
    return measure(asset, Engines({"ocr": Ocr(lines), **engines}), {})


HELLO, ELSE = ("Hello there", 700, WHITE), ("Else", 300, YELLOW)
BOTH = {WHITE: "Hello there", YELLOW: "Else"}


def test_a_line_comes_and_goes_at_its_frame_not_at_the_next_look() -> None:
    reading = run(clip(5.0, (HELLO, 1.2, 3.3)), BOTH)
    [track] = reading.evidence["tracks"].items
    assert (track.start_s, track.end_s) == pytest.approx((1.2, 3.3), abs=0.001)
    assert reading.metrics["first_text_s"] == pytest.approx(1.2, abs=0.001)
    assert reading.metrics["text_time_share"] == pytest.approx(2.1 / 5, abs=0.001)


def test_a_pale_line_over_a_still_picture_goes_at_its_frame_however_long_ago_the_last_look_was() -> None:
    asset = clip(6.0, (HELLO, 1.0, 4.9), every_s=1.0)
    pale = (asset.thumbnails.read(0, 60).astype(np.float32) * 0.04 + 100).round().astype(np.uint8)
    faint = replace(asset, thumbnails=replace(asset.thumbnails, pixels=Samples(pale)))
    kept = replace(faint, frames=[frame for frame in asset.frames if frame.time_s in (0.0, 1.0, 5.0)])
    [track] = run(kept, BOTH).evidence["tracks"].items
    assert track.end_s == pytest.approx(4.9, abs=0.001)


def test_a_line_that_follows_another_after_a_pause_comes_at_its_own_frame() -> None:
    """The picture changes twice between two looks: the first line goes, and 0.4 s later the second comes in its place."""
    pale = (110, 110, 110)
    first, second = ("MMMMMMMMMM", 700, WHITE), ("Hello there", 702, pale)
    asset = clip(4.0, (first, 0.0, 1.1), (second, 1.4, 4.0), every_s=1.0)
    tracks = run(asset, {WHITE: "First line", pale: "Hello there"}).evidence["tracks"].items
    assert [track.text for track in tracks] == ["First line", "Hello there"]
    assert (tracks[0].end_s, tracks[1].start_s) == pytest.approx((1.1, 1.4), abs=0.001)


def test_where_no_step_is_seen_a_line_went_within_the_last_look() -> None:
    asset = clip(6.0, (HELLO, 1.0, 4.9), every_s=1.0)
    blind = replace(asset, thumbnails=replace(asset.thumbnails, pixels=Samples(np.full((60, 64, 36, 3), 100, np.uint8))))
    kept = replace(blind, frames=[frame for frame in asset.frames if frame.time_s in (0.0, 1.0, 5.0)])
    [track] = run(kept, BOTH).evidence["tracks"].items
    assert track.end_s == pytest.approx(4.775, abs=0.001)


def test_the_largest_area_is_that_of_the_lines_that_stand_together() -> None:
    reading = run(clip(5.0, (HELLO, 0, 3.3), (ELSE, 1, 2.5)), BOTH)
    areas = [track.box.area for track in reading.evidence["tracks"].items]
    assert reading.metrics["text_area_max"] == pytest.approx(sum(areas), abs=1e-4)
    apart = run(clip(5.0, (HELLO, 0, 2), (ELSE, 3, 5)), BOTH)
    assert apart.metrics["text_area_max"] == pytest.approx(max(areas), abs=1e-3)


def test_a_line_that_stands_throughout_has_the_clip_s_length() -> None:
    [track] = run(clip(4.0, (HELLO, 0, 9)), BOTH).evidence["tracks"].items
    assert (track.start_s, track.end_s) == (0.0, 4.0)


def test_size_and_contrast_are_of_the_full_frame() -> None:
    reading = run(clip(4.0, (HELLO, 0, 9)), BOTH)
    [track] = reading.evidence["tracks"].items
    _, ascenders, _, descenders = FONT.getbbox("dhlgpy")
    assert track.height_px == pytest.approx(descenders - ascenders, rel=0.08)
    white, ground = 1.05, ((30 / 255 + 0.055) / 1.055) ** 2.4 + 0.05
    assert track.contrast == pytest.approx(white / ground, rel=0.1)
    assert reading.metrics["lowest_contrast"] == track.contrast
    pair = track.colours
    assert (pair.ratio, pair.box, pair.time_s) == (track.contrast, track.box, 0.0)
    assert [int(pair.letters[n : n + 2], 16) for n in (1, 3, 5)] == pytest.approx([255] * 3, abs=8)
    assert [int(pair.ground[n : n + 2], 16) for n in (1, 3, 5)] == pytest.approx([30] * 3, abs=8)
    assert reading.metrics["smallest_height_share"] == pytest.approx(track.height_px / 960, abs=0.001)


def test_time_to_read_is_that_of_the_block_not_of_the_row() -> None:
    rows = {WHITE: "Read this upper row", YELLOW: "Read this lower row"}
    upper, lower = ("Read this upper", 700, WHITE), ("Read this lower", 745, YELLOW)
    tracks = run(clip(4.0, (upper, 1, 3), (lower, 1, 3)), rows).evidence["tracks"].items
    together = sum(len(text) for text in rows.values()) / READING_CPS
    assert [track.needed_s for track in tracks] == pytest.approx([together, together], abs=0.01)
    apart = run(clip(4.0, (("Read this upper", 100, WHITE), 1, 3), (lower, 1, 3)), rows).evidence["tracks"].items
    assert [track.needed_s for track in apart] == pytest.approx([together / 2, together / 2], abs=0.01)


@pytest.mark.parametrize(("stands_s", "unreadable"), [(1.0, 1), (3.0, 0)])
def test_a_line_that_is_gone_before_it_can_be_read_counts(stands_s: float, unreadable: int) -> None:
    text = "Forty letters take all of two seconds!!!"
    reading = run(clip(5.0, (HELLO, 1, 1 + stands_s)), {WHITE: text})
    assert len(text) / READING_CPS == 2.0
    assert reading.metrics["unreadable_tracks"] == unreadable


def test_no_text_is_a_finding() -> None:
    reading = run(clip(3.0), BOTH)
    assert reading.evidence["tracks"].items == ()
    assert reading.metrics["tracks"] == 0 and reading.metrics["text"] == "" and reading.metrics["text_time_share"] == 0.0
    for name in ("first_text_s", "lowest_contrast", "smallest_height_share", "language"):
        assert reading.metrics[name] is None


def test_every_metric_is_measured_or_said_not_to_be() -> None:
    reading = run(clip(3.0, (HELLO, 1, 2)), {WHITE: "Hello there all"})
    assert set(reading.metrics) | set(reading.unmeasured) == set(SIGNAL.metrics)
    assert set(reading.unmeasured) == {"language"} and reading.unmeasured["language"].code == "no_engine"


def test_language_is_asked_for_enough_letters_only() -> None:
    languages = Languages()
    short = run(clip(3.0, (HELLO, 1, 2)), {WHITE: "Hello ther"}, **{"language-identification": languages})
    assert short.metrics["language"] is None and languages.asked == []
    enough = run(clip(3.0, (HELLO, 1, 2)), {WHITE: "Hello there all"}, **{"language-identification": languages})
    assert enough.metrics["language"] == "en" and languages.asked == ["Hello there all"]


def test_the_alphabets_that_cannot_be_read_are_named() -> None:
    assert "Cyrillic" in " ".join(map(str, run(clip(2.0), BOTH).notes))


def test_an_image_has_text_and_no_time() -> None:
    reading = run(image(frame(HELLO)), BOTH)
    [track] = reading.evidence["tracks"].items
    assert track.text == "Hello there" and track.role in ("headline", "scene_text", "watermark")
    timed = ("first_text_s", "text_time_share", "unreadable_tracks")
    assert [reading.metrics[name] for name in timed] == [None] * 3


def test_lines_are_told_in_the_order_in_which_they_came() -> None:
    reading = run(clip(5.0, (HELLO, 2.2, 5), (ELSE, 0.7, 5)), BOTH)
    assert reading.metrics["text"] == "Else\nHello there"
    assert [track.id for track in reading.evidence["tracks"].items] == [0, 1]


def test_rows_that_come_within_a_frame_or_two_are_told_from_the_top() -> None:
    low = ("Else", 740, YELLOW)
    reading = run(clip(5.0, (HELLO, 0.8, 5), (low, 0.7, 5)), BOTH)
    assert reading.metrics["text"] == "Hello there\nElse"


def test_without_an_ocr_engine_nothing_is_measured() -> None:
    with pytest.raises(Unavailable):
        measure(clip(1.0), Engines(), {})


@pytest.mark.parametrize(("text", "kept"), [("十+十", False), ("||ll", False), ("OO", False), ("OK", True), ("00:00:00", True)])
def test_a_row_of_one_stroke_is_a_pattern(text: str, kept: bool) -> None:
    found = run(clip(4.0, (HELLO, 0, 9)), {WHITE: text}).evidence["tracks"].items
    assert bool(found) == kept


def test_text_of_the_scene_is_no_text_in_the_first_seconds() -> None:
    reading = run(clip(6.0, (HELLO, 0, 9)), {WHITE: "@nord.bakery"})
    assert reading.metrics["tracks"] == 1
    assert reading.metrics["first_text_s"] is None and reading.metrics["text_time_share"] == 0.0
