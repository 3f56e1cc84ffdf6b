"""Joins lines of text that were read in single frames into tracks over time. No pixels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from statistics import median

from analyzer.evidence import BoundingBox, OcrLine
from analyzer.measures.text_contrast import Contrast

MISSED_FRAMES = 2
"""A line may be missed in one frame that was looked at and still be the same: the reader is not perfect."""
GAP_S = 1.2
"""... but not for longer than this."""
SAME_TEXT = 0.7
"""Similarity (0..1) from which two readings in one place are the same text; the reader's noise is below 0.1."""
SAME_PLACE = 0.4
"""Share of the smaller box that both have in common."""
COUNTER_DIGITS = 4
"""Digits from which a line of digits that changes in its place is one counter, not one line after the other."""
COUNTED = 3
"""Readings that differ in their digits alone that make a line a counter: `Frame = 12`, a clock, a score (project choice)."""
PIECES = 0.85
"""Similarity from which readings beside each other, in the place of a line, are that line read in pieces (project choice)."""
DRIFT = 0.12
"""How far, in frame sides, the same words may move between two looks, as a scroll or a camera move does."""


@dataclass
class Sighting:
    """One reading of a line: in which of the frames that were looked at, and what was measured on it."""

    frame: int
    line: OcrLine
    contrast: Contrast | None
    angle: float
    """Degrees by which the line is turned."""
    height_px: float
    """From the top of ascenders to the foot of descenders, in pixels of the frame that was read."""


@dataclass
class LineTrack:
    """The same line over the frames that were looked at, in order."""

    sightings: list[Sighting] = field(default_factory=list)

    @property
    def first(self) -> Sighting:
        return self.sightings[0]

    @property
    def last(self) -> Sighting:
        return self.sightings[-1]

    @property
    def text(self) -> str:
        """The reading that most frames agree on; of a line that was built up word by word, the longest."""
        votes = Counter(sighting.line.text for sighting in self.sightings)
        best = max(votes, key=lambda text: (votes[text], self._confidence(text), len(text)))
        whole = max(votes, key=len)
        return whole if _key(whole).startswith(_key(best)) and len(_key(whole)) > len(_key(best)) + 1 else best

    @property
    def confidence(self) -> float:
        return self._confidence(self.text)

    def _confidence(self, text: str) -> float:
        return max(sighting.line.confidence for sighting in self.sightings if sighting.line.text == text)

    @property
    def box(self) -> BoundingBox:
        """Where it stood when it read as `text`, the median of each edge: a single reading may be cut short or too wide."""
        same = [sighting.line.box for sighting in self.sightings if sighting.line.text == self.text]
        return BoundingBox(**{edge: median(getattr(box, edge) for box in same) for edge in ("x0", "y0", "x1", "y1")})

    @property
    def height_px(self) -> float:
        """The middle one of its heights while it read as `text`."""
        return median(sighting.height_px for sighting in self.sightings if sighting.line.text == self.text)

    @property
    def counts(self) -> bool:
        """Whether it is a counter or a clock: most of its readings differ in their digits alone."""
        shapes: dict[str, set[str]] = {}
        for sighting in self.sightings:
            text = sighting.line.text
            if any(sign.isdigit() for sign in text):
                shapes.setdefault(re.sub(r"\d+", "0", _key(text)), set()).add(text)
        return max(map(len, shapes.values()), default=0) >= max(COUNTED, 0.5 * len(self.sightings))

    @property
    def moved(self) -> float:
        """How far it went, in frame sides: what opposite edges went together. One that is covered or misread is no movement."""
        boxes = [sighting.line.box for sighting in self.sightings]
        return max(_travelled([(box.x0, box.x1) for box in boxes]), _travelled([(box.y0, box.y1) for box in boxes]))


def _travelled(edges: Sequence[tuple[float, float]]) -> float:
    """Range of the part of the way that both edges went in the same direction."""
    ways = [(one - edges[0][0], other - edges[0][1]) for one, other in edges]
    common = [min(one, other, key=abs) if one * other > 0 else 0.0 for one, other in ways]
    return max(common) - min(common)


def join(frames: Sequence[Sequence[Sighting]], times_s: Sequence[float]) -> list[LineTrack]:
    """Tracks in order of their first sighting. `frames[i]` holds what was seen at `times_s[i]`."""
    tracks: list[LineTrack] = []
    for index, sightings in enumerate(frames):
        alive = [
            track
            for track in tracks
            if index - track.last.frame <= MISSED_FRAMES
            and (index - track.last.frame == 1 or times_s[index] - times_s[track.last.frame] <= GAP_S)
        ]
        sightings = _whole(sightings, alive)
        pairs = sorted(
            (
                (affinity(track.last.line, sighting.line), -place, track, sighting)
                for track in alive
                for place, sighting in enumerate(sightings)
            ),
            key=lambda pair: pair[:2],
            reverse=True,
        )
        taken: set[int] = set()
        for score, _, track, sighting in pairs:
            if score > 0 and id(sighting) not in taken and track.last.frame != index:
                track.sightings.append(sighting)
                taken.add(id(sighting))
        tracks.extend(LineTrack([sighting]) for sighting in sightings if id(sighting) not in taken)
    return tracks


def _whole(sightings: Sequence[Sighting], alive: Sequence[LineTrack]) -> list[Sighting]:
    """Readings of one frame, those joined that are pieces of a line which stood there as a whole."""
    whole = list(sightings)
    for before in (track.last.line for track in alive):
        pieces = sorted((one for one in whole if _lies_in(one.line.box, before.box)), key=lambda one: one.line.box.x0)
        text = " ".join(piece.line.text for piece in pieces)
        if len(pieces) > 1 and similarity(text, before.text) >= PIECES:
            largest = max(pieces, key=lambda one: one.line.box.area)
            box = pieces[0].line.box
            for piece in pieces[1:]:
                box = box.union(piece.line.box)
            confidence = min(piece.line.confidence for piece in pieces)
            line = OcrLine(time_s=largest.line.time_s, text=text, box=box, confidence=confidence)
            whole = [one for one in whole if one not in pieces] + [replace(largest, line=line)]
    return whole


def _lies_in(piece: BoundingBox, line: BoundingBox) -> bool:
    """Whether a box is part of a row: most of it inside, and hardly lower than the row."""
    return piece.intersection(line) > 0.7 * piece.area and piece.height > 0.5 * line.height


def affinity(before: OcrLine, after: OcrLine) -> float:
    """How surely two readings are of one line, 0 (they are not) to 2."""
    alike = similarity(before.text, after.text)
    smaller = min(before.box.area, after.box.area)
    place = before.box.intersection(after.box) / smaller if smaller else 0.0
    if place >= SAME_PLACE and _counts(before.text) and _counts(after.text) and _shape(before.text) == _shape(after.text):
        return 1.0 + place
    if place >= SAME_PLACE and alike >= SAME_TEXT:
        return alike + place
    grew = _key(after.text).startswith(_key(before.text)) and abs(before.box.y0 - after.box.y0) < 0.5 * before.box.height
    if grew and len(_key(before.text)) >= 2 and place >= SAME_PLACE:
        return 0.9 + place
    near = abs(before.box.x0 - after.box.x0) < DRIFT and abs(before.box.y0 - after.box.y0) < DRIFT
    if near and alike >= 0.9 and 0.7 < before.box.height / max(1e-6, after.box.height) < 1.4:
        return alike
    return 0.0


def _counts(text: str) -> bool:
    """Whether a text is a clock, a time code or another counter: digits, and hardly anything else."""
    digits = sum(sign.isdigit() for sign in text)
    return digits >= COUNTER_DIGITS and digits > 0.7 * len(_key(text))


def _shape(text: str) -> str:
    return re.sub(r"\d", "0", _key(text))


def similarity(a: str, b: str) -> float:
    """Similarity of two texts, 0..1, regardless of case, blanks and punctuation."""
    first, second = _key(a), _key(b)
    if not first or not second:
        return float(a.strip() == b.strip())
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
