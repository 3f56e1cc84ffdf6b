"""When, how long and how large each kind of thing is seen: what the signals about objects say of their tracks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.methods.looks import covered_s
from analyzer.methods.tracking import Followed
from analyzer.nouns.evidence import Detection, Table, Track
from analyzer.nouns.media import Frame, Media

COLUMNS = (
    "What", "Seconds", "Share of the clip", "First seen (s)", "Most at once", "Largest share of the frame", "Confidence",
)  # fmt: skip


@dataclass(frozen=True)
class ScreenTime:
    """What is known of all tracks of one label; an image has no times."""

    label: str
    seconds: float | None
    """Time in which at least one is seen."""
    share: float | None
    """The same as a share of the clip."""
    first_s: float | None
    most: int
    """Most of them in one look."""
    largest_share: float
    """Share of the frame that the largest box takes."""
    confidence: float


def screen_times(media: Media, things: Sequence[Followed], tracks: Sequence[Track]) -> list[ScreenTime]:
    """One line a label, the longest and then the largest first; `tracks` are those of `things`, in their order."""
    times, moving = [], media.asset.kind == "video"
    for label in sorted({track.label for track in tracks}):
        own = [(thing, track) for thing, track in zip(things, tracks, strict=True) if track.label == label]
        seconds = covered_s((track.start_s, track.end_s) for _, track in own)
        share = min(1.0, seconds / media.duration_s) if media.duration_s else 1.0
        times.append(
            ScreenTime(
                label=label,
                seconds=round(seconds, 3) if moving else None,
                share=round(share, 4) if moving else None,
                first_s=min(track.start_s for _, track in own) if moving else None,
                most=most_at_once([thing for thing, _ in own]),
                largest_share=round(max(track.box.area for _, track in own), 4),
                confidence=max(track.confidence for _, track in own),
            )
        )
    return sorted(times, key=lambda time: (-(time.seconds or 0.0), -time.largest_share, time.label))


def most_at_once(things: Iterable[Followed]) -> int:
    """Most of some things in one look."""
    looks = [look for thing in things for look in thing.boxes]
    return max((looks.count(look) for look in set(looks)), default=0)


def table_of(times: Iterable[ScreenTime]) -> Table:
    """Screen time as a table, one row a label."""
    rows = tuple((t.label, t.seconds, t.share, t.first_s, t.most, t.largest_share, t.confidence) for t in times)
    return Table(title="Screen time", columns=COLUMNS, rows=rows)


def detections_of(looks: Sequence[Frame], things: Iterable[Followed]) -> tuple[Detection, ...]:
    """Where each thing is in each look, under the label of its track; in order of time."""
    items = [
        Detection(time_s=looks[look].time_s, label=thing.label, box=box, confidence=thing.confidences[look])
        for thing in things
        for look, box in thing.boxes.items()
    ]
    return tuple(sorted(items, key=lambda item: (item.time_s, item.label, -item.box.area)))
