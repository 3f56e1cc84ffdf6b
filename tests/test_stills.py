"""Which frames a report keeps: the one that a caption is about, and one for each shot that has none."""

from __future__ import annotations

import numpy as np

from analyzer.evidence import Caption, Captions, Shot, Shots, Span, Spans
from analyzer.stills import MAX_STILLS, stills_of
from tests.make import media, noise, ok

PIXELS = noise(90)
CLIP = media(PIXELS, fps=10, frames=[(i / 2, np.repeat(np.repeat(PIXELS[i], 4, 0), 4, 1)) for i in range(18)])
SHOTS = ok("shots", shots=Shots(title="Shots", items=tuple(Shot(start_s=a, end_s=a + 3, transition="cut") for a in (0, 3, 6))))


def times(*results: object) -> list[float]:
    return [still.time_s for still in stills_of(CLIP, results)]  # type: ignore[arg-type]


def test_each_shot_has_the_frame_of_its_middle() -> None:
    assert times(SHOTS) == [0.0, 1.5, 4.5, 7.5]


def test_the_frame_of_a_caption_stands_for_its_shot() -> None:
    captions = Captions(title="x", items=(Caption(start_s=3.0, end_s=6.0, time_s=5.0, text="a dog"),))
    assert times(SHOTS, ok("scenes", captions=captions)) == [0.0, 1.5, 5.0, 7.5]


def test_spans_that_show_nothing_new_take_no_room() -> None:
    spans = Spans(title="x", items=(Span(start_s=3.0, end_s=4.0, label="kitchen"),))
    assert times(ok("content", setting=spans)) == [0.0]
    assert times(ok("stillness", freezes=spans)) == [0.0, 3.5]


def test_there_are_never_too_many() -> None:
    pixels = noise(200)
    clip = media(pixels, fps=10, frames=[(i / 10, pixels[i]) for i in range(200)])
    items = tuple(Caption(start_s=n / 10, end_s=n / 10 + 0.1, time_s=n / 10, text="x") for n in range(99))
    captions = Captions(title="x", items=items)
    assert len(stills_of(clip, [ok("scenes", captions=captions)])) == MAX_STILLS
