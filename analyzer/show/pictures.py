"""Finds the still that shows a moment, and keeps the stills of a page within a budget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.nouns.evidence import BoundingBox, TextTrack, items_of
from analyzer.nouns.report import Report, SignalResult, Still

SLACK_S = 0.06
"""A still may lie this far outside of the span that it shows: a frame's time at 25 frames a second, and some."""
SHOWN = ("text_tracks", "spans", "tracks", "detections")
"""Evidence that a card shows as pictures."""
HEARD = ("speech", "sound")
"""Signals whose spans have nothing to see."""
LARGE = 0.15
"""Share of the frame from which a box needs no close-up."""
BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")


@dataclass(frozen=True)
class Picture:
    """A still by its number on the page, with a box drawn on it."""

    number: int
    start_s: float | None
    end_s: float | None
    box: BoundingBox | None
    label: str
    safe: BoundingBox | None = None
    """What the player leaves free, where that is the question."""


class Stills:
    """The stills of a page: evenly thinned until their Base64 fits into `budget` characters."""

    def __init__(self, report: Report, budget: int) -> None:
        self.is_image = report.asset.kind == "image"
        stills = [still for still in report.stills if _is_sound(still)]
        while len(stills) > 1 and sum(len(still.jpeg) for still in stills) > budget:
            stills = stills[::2]
        self.all: tuple[Still, ...] = tuple(still for still in stills if len(still.jpeg) <= budget)
        left = budget - sum(len(still.jpeg) for still in self.all)
        self.close_ups: tuple[Still, ...] = ()
        for still in report.close_ups:
            if _is_sound(still) and len(still.jpeg) <= left:
                self.close_ups += (still,)
                left -= len(still.jpeg)

    @property
    def poster(self) -> int:
        """The still with the most detail, by which a person knows the clip again."""
        return max(range(len(self.all)), key=lambda n: (len(self.all[n].jpeg), -n))

    def at(self, start_s: float | None, end_s: float | None) -> int | None:
        """The number of the still within a span, the nearest to its middle; for an image its only one."""
        if self.is_image or not self.all:
            return 0 if self.all else None
        if start_s is None:
            return None
        end_s = start_s if end_s is None else end_s
        middle = (start_s + end_s) / 2
        within = [n for n, still in enumerate(self.all) if start_s - SLACK_S <= still.time_s <= end_s + SLACK_S]
        return min(within, key=lambda n: abs(self.all[n].time_s - middle), default=None)

    def standing(self, time_s: float) -> int:
        """The number of the still that a viewer sees at a time: the last one before it."""
        before = [n for n, still in enumerate(self.all) if still.time_s <= time_s + SLACK_S]
        return max(before, key=lambda n: self.all[n].time_s, default=0)

    def close_up_of(self, track: TextTrack) -> int | None:
        """The number of the close-up that shows a line."""
        for n, still in enumerate(self.close_ups):
            pair, part = track.colours, still.box
            then = pair is not None and abs(still.time_s - pair.time_s) < SLACK_S
            if pair and part and then and part.intersection(pair.box) > 0.99 * pair.box.area:
                return n
        return None

    def close_up(self, picture: Picture) -> tuple[float, float, float, float] | None:
        """Left, top, width and height in pixels of the still around a small box; none where the whole picture shows it."""
        box, still = picture.box, self.all[picture.number]
        if box is None or box.area > LARGE or not box.area:
            return None
        width = max(box.width * still.width, 2 * box.height * still.height) * 1.2
        width = min(max(width, 60.0), float(still.width))
        height = min(max(box.height * still.height * 1.6, width * 0.4), float(still.height))
        left = (box.x0 + box.x1) / 2 * still.width - width / 2
        top = (box.y0 + box.y1) / 2 * still.height - height / 2
        left, top = min(max(left, 0.0), still.width - width), min(max(top, 0.0), still.height - height)
        return round(left, 1), round(top, 1), round(width, 1), round(height, 1)

    def picture(self, item: Any, label: str = "", safe: BoundingBox | None = None) -> Picture | None:
        """The picture of an item of evidence or of an instance; none where no still shows it.

        A line of text is shown in the frame in which its colours were compared, where that one was kept.
        """
        moment = getattr(item, "time_s", None)
        start, end = getattr(item, "start_s", moment), getattr(item, "end_s", moment)
        pair = getattr(item, "colours", None)
        number = self.at(pair.time_s, pair.time_s) if pair else None
        if pair is not None and number is not None:
            return Picture(number, start, end, pair.box, label, safe)
        number = self.at(start, end)
        return None if number is None else Picture(number, start, end, getattr(item, "box", None), label, safe)

    def gallery(self, signal: SignalResult, most: int) -> tuple[Picture, ...]:
        """At most `most` pictures of a signal's evidence, no still with the same box twice.

        A detection is of the very moment, a track's box only of one: where there are detections, they alone are shown.
        """
        if signal.id in HEARD:
            return ()
        blocks = [block for block in signal.evidence.values() if block.kind in SHOWN]
        exact = [block for block in blocks if block.kind == "detections"]
        found: dict[Any, Picture] = {}
        for block in exact or blocks:
            for item in items_of(block):
                text = getattr(item, "text", "") or getattr(item, "label", "")
                picture = self.picture(item, text)
                if picture is not None and (picture.box is not None or block.kind == "spans"):
                    found.setdefault((picture.number, picture.box), picture)
        return tuple(sorted(list(found.values())[:most], key=lambda picture: picture.start_s or 0.0))

    def strip(self, duration: float, count: int) -> tuple[tuple[float, float, int], ...]:
        """Left edge and width in percent of a strip of `count` pictures along the time axis, and their stills."""
        if not self.all or not duration:
            return ()
        middles = [(n + 0.5) * duration / count for n in range(count)]
        nearest: Sequence[int] = [
            min(range(len(self.all)), key=lambda n: abs(self.all[n].time_s - middle)) for middle in middles
        ]
        return tuple((round(100 * n / count, 3), round(100 / count, 3), still) for n, still in enumerate(nearest))


def _is_sound(still: Still) -> bool:
    """Whether it is a picture: a report may come from anywhere."""
    return bool(BASE64.fullmatch(still.jpeg)) and still.width > 0 and still.height > 0
