"""Joins lines of text that were read in single frames into tracks over time. No pixels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from statistics import linear_regression, median

from analyzer.methods.text_contrast import Contrast
from analyzer.nouns.evidence import BoundingBox, OcrLine

MISSED_FRAMES = 2
"""A line may be missed in one frame that was looked at and still be the same: the reader is not perfect."""
GAP_S = 1.2
"""... but not for longer than this."""
SAME_TEXT = 0.7
"""Similarity (0..1) from which two readings in one place are the same text; the reader's noise is below 0.1."""
SHORT = 6
"""Letters up to which that is too coarse, as `this` and `tips` have three in order: one letter may differ (project choice)."""
SAME_PLACE = 0.4
"""Share of the smaller box that both have in common."""
COUNTER_DIGITS = 4
"""Digits from which a line of digits that changes in its place is one counter, not one line after the other."""
COUNTED = 3
"""Readings that differ in their digits alone that make a line a counter: `Frame = 12`, a clock, a score (project choice)."""
PIECES = 0.85
"""Similarity from which readings beside each other, in the place of a line, are that line read in pieces (project choice)."""
CRAWL, CRAWL_LOOKS, STEADY = 0.08, 4, 0.012
"""Way that a line goes up or down, looks in which it is seen to, and how far it may stray from its path, sideways or from one
speed, to be a crawl: frame sides (project choice)."""
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
            text = _key(sighting.line.text)
            if any(sign.isdigit() for sign in text):
                shapes.setdefault(re.sub(r"\d+", "0", text), set()).add(text)
        return max(map(len, shapes.values()), default=0) >= max(COUNTED, 0.5 * len(self.sightings))

    @property
    def moved(self) -> float:
        """How far it went, in frame sides: what opposite edges went together. One that is covered or misread is no movement."""
        boxes = [sighting.line.box for sighting in self.sightings]
        return max(_travelled([(box.x0, box.x1) for box in boxes]), _travelled([(box.y0, box.y1) for box in boxes]))

    @property
    def crawls(self) -> bool:
        """Whether it goes straight up or down at one speed, as credits do and signs do not."""
        seen = [sighting.line for sighting in self.sightings if sighting.line.text == self.text]
        times, tops, lefts = [one.time_s for one in seen], [one.box.y0 for one in seen], [one.box.x0 for one in seen]
        if len(seen) < CRAWL_LOOKS or max(tops) - min(tops) < CRAWL or max(lefts) - min(lefts) > STEADY:
            return False
        speed, start = linear_regression(times, tops)
        return max(abs(start + speed * time_s - top) for time_s, top in zip(times, tops, strict=True)) <= STEADY


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
        taken: set[int] = set()
        for sighting in sightings:
            pieces = _pieces_before(sighting, [track for track in alive if track.last.frame == index - 1])
            if pieces:
                pieces[0].sightings = [*_together(pieces), sighting]
                taken.add(id(sighting))
                merged = {id(piece) for piece in pieces}
                alive = [track for track in alive if id(track) not in merged]
                tracks = [track for track in tracks if track is pieces[0] or id(track) not in merged]
        pairs = sorted(
            (
                (_affinity(track, sighting.line), -place, track, sighting)
                for track in alive
                for place, sighting in enumerate(sightings)
            ),
            key=lambda pair: pair[:2],
            reverse=True,
        )
        for score, _, track, sighting in pairs:
            if score > 0 and id(sighting) not in taken and track.last.frame != index:
                track.sightings.append(sighting)
                taken.add(id(sighting))
        tracks.extend(LineTrack([sighting]) for sighting in sightings if id(sighting) not in taken)
    return tracks


def _pieces_before(whole: Sighting, tracks: Sequence[LineTrack]) -> list[LineTrack]:
    """Tracks that the frame before saw in the row of a line, from left to right, if together they say what it says."""
    pieces = [track for track in tracks if _in_row(track.last.line.box, whole.line.box)]
    pieces.sort(key=lambda track: track.last.line.box.x0)
    text = " ".join(track.last.line.text for track in pieces)
    return pieces if len(pieces) > 1 and similarity(text, whole.line.text) >= PIECES else []


def _together(pieces: Sequence[LineTrack]) -> list[Sighting]:
    """Sightings of pieces beside each other, from left to right, as those of one line."""
    frames: dict[int, list[Sighting]] = {}
    for piece in pieces:
        for sighting in piece.sightings:
            frames.setdefault(sighting.frame, []).append(sighting)
    return [_joined(frames[frame]) for frame in sorted(frames)]


def _in_row(piece: BoundingBox, line: BoundingBox) -> bool:
    """Whether a box lies between the ends of a line and not a row away: a scroll moves on between two looks."""
    room = 0.5 * line.height
    between = line.x0 - room < piece.x0 and piece.x1 < line.x1 + room
    return between and abs(piece.y0 - line.y0) < line.height


def _whole(sightings: Sequence[Sighting], alive: Sequence[LineTrack]) -> list[Sighting]:
    """Readings of one frame, those joined that are pieces of a line which stood there as a whole."""
    whole = list(sightings)
    for before in (track.last.line for track in alive):
        pieces = sorted((one for one in whole if _lies_in(one.line.box, before.box)), key=lambda one: one.line.box.x0)
        text = " ".join(piece.line.text for piece in pieces)
        if len(pieces) > 1 and similarity(text, before.text) >= PIECES:
            whole = [one for one in whole if one not in pieces] + [_joined(pieces)]
    return whole


def _joined(pieces: Sequence[Sighting]) -> Sighting:
    """Pieces of one line, from its first to its last, as one reading of it."""
    largest = max(pieces, key=lambda one: one.line.box.area)
    box = pieces[0].line.box
    for piece in pieces[1:]:
        box = box.union(piece.line.box)
    text, confidence = " ".join(piece.line.text for piece in pieces), min(piece.line.confidence for piece in pieces)
    return replace(largest, line=OcrLine(time_s=largest.line.time_s, text=text, box=box, confidence=confidence))


def _lies_in(piece: BoundingBox, line: BoundingBox) -> bool:
    """Whether a box is part of a row: most of it inside, and hardly lower than the row."""
    return piece.intersection(line) > 0.7 * piece.area and piece.height > 0.5 * line.height


def _affinity(track: LineTrack, after: OcrLine) -> float:
    """The same of a track: what counted goes on counting, however many digits change at once."""
    before = track.last.line
    place = before.box.intersection(after.box) / max(1e-9, min(before.box.area, after.box.area))
    goes_on = place >= SAME_PLACE and _shape(before.text) == _shape(after.text) and track.counts
    return 1.0 + place if goes_on else affinity(before, after)


def affinity(before: OcrLine, after: OcrLine) -> float:
    """How surely two readings are of one line, 0 (they are not) to 2."""
    alike = similarity(before.text, after.text)
    smaller = min(before.box.area, after.box.area)
    place = before.box.intersection(after.box) / smaller if smaller else 0.0
    if place >= SAME_PLACE and _counts(before.text) and _counts(after.text) and _shape(before.text) == _shape(after.text):
        return 1.0 + place
    if place >= SAME_PLACE and same_text(before.text, after.text):
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


def same_text(a: str, b: str) -> bool:
    """Whether two texts are readings of one, but for what the reader gets wrong."""
    first, second = _key(a), _key(b)
    if 2 < max(len(first), len(second)) <= SHORT:
        return edits(first, second) <= 1
    return similarity(a, b) >= SAME_TEXT


def is_part(piece: str, whole: str) -> bool:
    """Whether a text holds half the letters of another in their order."""
    first, second = _key(piece), _key(whole)
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return 2 * sum(block.size for block in blocks) >= len(first)


def edits(first: str, second: str) -> int:
    """Letters to insert, delete or replace (Levenshtein)."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
