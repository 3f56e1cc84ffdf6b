"""Whether two lines of text belong together: how long both stand at once, and how far apart their rows are."""

from __future__ import annotations

from analyzer.nouns.evidence import BoundingBox, TextTrack


def shared_time(a: TextTrack, b: TextTrack) -> float:
    """Share of the shorter one's time that both stand; negative when one ends before the other begins."""
    both = min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
    return both / max(1e-6, min(a.duration_s, b.duration_s))


def rows_apart(a: BoundingBox, b: BoundingBox) -> float:
    """Room between two rows in heights of the smaller; negative where they overlap."""
    return (max(a.y0, b.y0) - min(a.y1, b.y1)) / max(1e-6, min(a.height, b.height))
