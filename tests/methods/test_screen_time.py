"""Screen time: what tracks of one label amount to."""

from __future__ import annotations

import pytest

from analyzer.methods.screen_time import detections_of, most_at_once, screen_times, table_of
from analyzer.methods.tracking import Followed, Seen
from analyzer.nouns.evidence import Track
from tests.make import box, image, media, plain

NEAR, FAR = box(0.2, 0.2, 0.6, 0.7), box(0.7, 0.1, 0.8, 0.3)


def thing(label: str, first: int, last: int, place: object = NEAR, confidence: float = 0.8) -> Followed:
    """One thing that is seen in all looks from the first to the last."""
    found = Followed()
    for look in range(first, last + 1):
        found.add(look, (label, place, confidence))  # type: ignore[arg-type]
    return found


def track(thing_: Followed, start_s: float, end_s: float) -> Track:
    return Track(start_s=start_s, end_s=end_s, label=thing_.label, box=thing_.largest, confidence=thing_.confidence)


CLIP = media(plain((90, 90, 90), 100), fps=10)


def test_time_in_which_several_are_seen_counts_once() -> None:
    things = [thing("cup", 0, 2), thing("cup", 1, 3, FAR, 0.9), thing("cup", 8, 9)]
    [time] = screen_times(CLIP, things, [track(things[0], 0, 3), track(things[1], 2, 5), track(things[2], 8, 9.5)])
    assert (time.label, time.seconds, time.share, time.first_s, time.most) == ("cup", 6.5, 0.65, 0.0, 2)
    assert (time.largest_share, time.confidence) == (0.2, 0.9)


def test_the_longest_come_first_then_the_largest_then_by_name() -> None:
    things = [thing(label, 0, 1, place) for label, place in (("b", FAR), ("a", FAR), ("big", NEAR), ("long", FAR))]
    ends = 4, 4, 4, 6
    times = screen_times(CLIP, things, [track(one, 0, end) for one, end in zip(things, ends, strict=True)])
    assert [time.label for time in times] == ["long", "big", "a", "b"]


def test_a_track_that_ends_after_the_clip_is_no_more_than_all_of_it() -> None:
    one = thing("cup", 0, 1)
    [time] = screen_times(CLIP, [one], [track(one, 0, 10.4)])
    assert time.share == 1.0


def test_an_image_has_no_times() -> None:
    one = thing("cup", 0, 0)
    [time] = screen_times(image(plain((9, 9, 9), 1)[0]), [one], [track(one, 0, 0)])
    assert (time.seconds, time.share, time.first_s) == (None, None, None) and time.largest_share == 0.2


def test_nothing_is_no_line() -> None:
    assert screen_times(CLIP, [], []) == [] and table_of([]).rows == () and most_at_once([]) == 0


def test_things_and_tracks_that_do_not_belong_together_are_a_fault() -> None:
    with pytest.raises(ValueError, match="zip"):
        screen_times(CLIP, [thing("cup", 0, 1)], [track(thing("cup", 0, 1), 0, 1)] * 2)


def test_at_once_is_in_one_look() -> None:
    assert most_at_once([thing("cup", 0, 1), thing("cup", 2, 3), thing("plate", 3, 4)]) == 2


def test_the_table_has_a_column_for_each_figure() -> None:
    one = thing("cup", 0, 1)
    table = table_of(screen_times(CLIP, [one], [track(one, 1.5, 4)]))
    assert table.rows == (("cup", 2.5, 0.25, 1.5, 1, 0.2, 0.8),) and len(table.columns) == len(table.rows[0])


def test_detections_have_the_label_of_their_track_and_come_in_order_of_time() -> None:
    looks = media(plain((9, 9, 9), 40), fps=10, frames=[(t, plain((9, 9, 9), 1)[0]) for t in (0.0, 1.5, 3.0)]).frames
    renamed = Followed()
    seen: list[Seen] = [("car", NEAR, 0.6), ("truck", NEAR, 0.5), ("car", NEAR, 0.7)]
    for look, one in enumerate(seen):
        renamed.add(look, one)
    found = detections_of(looks, [renamed, thing("bus", 1, 1, FAR)])
    assert [(one.time_s, one.label, one.confidence) for one in found] == [
        (0.0, "car", 0.6), (1.5, "bus", 0.8), (1.5, "car", 0.5), (3.0, "car", 0.7),
    ]  # fmt: skip
    assert all(one.box in (NEAR, FAR) for one in found)
