"""Joins what was seen in single looks into tracks: the same face or object, followed from look to look.

Looks lie 0.5 to 1.5 s apart and stand still with the picture, so motion between them is no small step and appearance is
not known: place and size decide. Nobody is identified; a track says that there is one, not who.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from analyzer.methods.looks import border_s
from analyzer.nouns.evidence import BoundingBox, Track
from analyzer.nouns.media import Frame, Media

Seen = tuple[str, BoundingBox, float]
"""(label, box, confidence) of one thing in one look."""

NEAR = 1.2
"""Sizes of a thing by which its middle may move from look to look and it is still the same (project choice)."""
TWICE = 2.0
"""Times by which its side may grow or shrink from look to look (project choice)."""
RENAMED = 0.5
"""Intersection over union from which a thing with another label is the same thing under another name (project choice)."""
MISSED = 1
"""Looks in a row in which a thing may be missed without its track ending, in one shot (project choice)."""


@dataclass
class Followed:
    """One thing followed over looks: by the number of each look that shows it, its box there."""

    boxes: dict[int, BoundingBox] = field(default_factory=dict)
    confidences: dict[int, float] = field(default_factory=dict)
    votes: dict[str, float] = field(default_factory=dict)
    """Summed confidence by label."""

    def add(self, look: int, seen: Seen) -> None:
        """Take what one look shows of it."""
        label, self.boxes[look], self.confidences[look] = seen
        self.votes[label] = self.votes.get(label, 0.0) + self.confidences[look]

    @property
    def label(self) -> str:
        """The label that most of it was seen as."""
        return max(sorted(self.votes), key=lambda label: self.votes[label])

    @property
    def confidence(self) -> float:
        """Of the look that shows it best."""
        return max(self.confidences.values())

    @property
    def last(self) -> int:
        return max(self.boxes)

    @property
    def largest(self) -> BoundingBox:
        return max(self.boxes.values(), key=lambda box: box.area)


def followed(found: Sequence[Sequence[Seen]], sure: float = 0.0, cuts: Set[int] = frozenset()) -> list[Followed]:
    """Join what all looks show, in order of beginning, without what a single look shows with less than `sure` confidence.

    `cuts` are the numbers of looks at another shot: a thing that is there before and after may be the same, but one that a shot
    does not show was not missed in it.
    """
    things: list[Followed] = []
    for look, seen in enumerate(found):
        missed = MISSED if cuts.isdisjoint(range(look - MISSED, look + 1)) else 0
        open_things = [thing for thing in things if look - missed - 1 <= thing.last < look]
        pairs = sorted(
            (one[0] not in thing.votes, distance, t, s)
            for t, thing in enumerate(open_things)
            for s, one in enumerate(seen)
            if (distance := _distance(thing, one)) is not None
        )
        joined: dict[int, Followed] = {}
        taken: set[int] = set()
        for _, _, t, s in pairs:
            if t not in taken and s not in joined:
                taken.add(t)
                joined[s] = open_things[t]
        for s, one in enumerate(seen):
            thing = joined.get(s)
            if thing is None:
                thing = Followed()
                things.append(thing)
            thing.add(look, one)
    return [thing for thing in things if len(thing.boxes) > 1 or thing.confidence >= sure]


def _distance(thing: Followed, seen: Seen) -> float | None:
    """How far a thing lies from where it was last, in its own sizes; None where it cannot be the same."""
    label, box, _ = seen
    before = thing.boxes[thing.last]
    growth = (box.area / before.area) ** 0.5 if before.area else 0.0
    if not 1 / TWICE <= growth <= TWICE:
        return None
    if label not in thing.votes and box.iou(before) < RENAMED:
        return None
    across = abs(box.x0 + box.x1 - before.x0 - before.x1) / 2 / max(box.width, before.width)
    down = abs(box.y0 + box.y1 - before.y0 - before.y1) / 2 / max(box.height, before.height)
    return distance if (distance := max(across, down)) <= NEAR else None


def track_of(media: Media, looks: Sequence[Frame], thing: Followed) -> Track:
    """When a thing is there: from the change that brought it to the change that took it away; an image has no time."""
    first, last = min(thing.boxes), thing.last
    start_s = border_s(media, looks[first - 1], looks[first]) if first else looks[0].time_s
    end_s = border_s(media, looks[last], looks[last + 1]) if last + 1 < len(looks) else media.duration_s
    if media.asset.kind == "image":
        start_s = end_s = 0.0
    return Track(
        start_s=round(start_s, 3), end_s=round(end_s, 3), label=thing.label, box=thing.largest, confidence=thing.confidence
    )
