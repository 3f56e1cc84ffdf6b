"""A report as one HTML file that needs nothing else: style, script and pictures are inside, and it loads nothing foreign.

Everything that comes from the asset is hostile text: the template escapes it, hidden characters are made visible, and the
page's own policy forbids every script and style but the two whose hashes it states. Evidence is drawn by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import items_of
from analyzer.nouns.report import Report, Verdict
from analyzer.show.blocks import block_of
from analyzer.show.film import film_of
from analyzer.show.findings import lines_of, timings_of, track_of
from analyzer.show.gaps import gaps_of, unmeasured_of
from analyzer.show.i18n import Locale, locale_of
from analyzer.show.lanes import lanes_of, ticks_of
from analyzer.show.page import page
from analyzer.show.pictures import Stills

if TYPE_CHECKING:
    from analyzer.nouns.signal import Signal

MOST_BYTES = 2_000_000
FIXES = 5
PLACES = 5
"""Times that a fix links to."""
SCENES = 40
"""Captions that are shown with their pictures."""
STRIP = 12
"""Pictures along the time axis."""
OWN_SECTION = ("palette", "text_tracks", "cues", "transcript", "captions")
"""Evidence that has a section of its own, so that the card of its signal does not repeat it."""
HEX = re.compile(r"#[0-9a-fA-F]{6}")
WEB = re.compile(r"https?://[^\s]+", re.I)
GROUPS = ("fail", "warn", "not_judged", "pass", "not_applicable")


@dataclass(frozen=True)
class Size:
    """How much evidence a page shows."""

    items: int
    stills: int
    """Characters of Base64."""
    gallery: int
    lines: int


SIZES = (Size(150, 1_200_000, 6, 12), Size(50, 700_000, 4, 8), Size(10, 250_000, 2, 4))
"""The first that stays below `MOST_BYTES` is taken."""


def to_html(report: Report, *, lang: str = "en", media_src: str | None = None, catalog: Sequence[Signal] | None = None) -> str:
    """The report as HTML of at most 2 MB. `media_src` is the address of the clip as seen from the page.

    `catalog` gives what signals and metrics mean; by default it is that of the installed signals.
    """
    if catalog is None:
        from analyzer.measure.catalog import signals

        catalog = signals()
    titles = {signal.id: signal.title for signal in catalog} | {result.id: result.title for result in report.signals}
    locale = locale_of(lang, titles)
    page = ""
    for size in SIZES:
        page = _page(report, locale, media_src, {signal.id: signal for signal in catalog}, size)
        if len(page.encode("utf-8", "replace")) <= MOST_BYTES:
            return page
    raise UsageError("The report is too large for one page; use its JSON.")


def _page(report: Report, locale: Locale, media_src: str | None, catalog: dict[str, Signal], size: Size) -> str:
    stills = Stills(report, size.stills)
    lines = lines_of(report, stills)
    duration = report.asset.duration_s or 0.0
    judged = report.judgement
    return page(
        "report.html.j2",
        locale,
        styles=["report.css"],
        script="report.js",
        sources="img-src data:; media-src 'self' blob:",
        report=report,
        asset=report.asset,
        judged=judged,
        groups={status: _group(report, status) for status in GROUPS},
        fixes=judged.to_fix() if judged else (),
        narrow=sum(verdict.borderline is not None for verdict in judged.verdicts) if judged else 0,
        most_fixes=FIXES,
        most_places=PLACES,
        most_scenes=SCENES,
        gaps=gaps_of(report),
        film=film_of(report, stills, locale),
        lines=lines,
        close_ups=sorted({line.close_up for line in lines if line.close_up is not None}),
        most_lines=size.lines,
        timings=timings_of(report, locale),
        most_timings=size.items,
        track_of=lambda instance: track_of(report, instance),
        lanes=lanes_of(report, locale, size.items),
        ticks=ticks_of(duration) if duration else (),
        strip=stills.strip(duration, STRIP),
        stills=stills,
        media_src=media_src,
        is_video=report.asset.kind == "video",
        catalog=catalog,
        cards=sorted(
            (signal for signal in report.signals if signal.id not in ("hook", "technical")),
            key=lambda signal: {"unavailable": 1, "skipped": 2}.get(signal.status, 0),
        ),
        of_kind=lambda *kinds: _of_kind(report, kinds),
        of_card=lambda signal: [block for block in signal.evidence.values() if block.kind not in OWN_SECTION],
        block_of=lambda evidence: block_of(evidence, locale, size.items),
        gallery=lambda signal: stills.gallery(signal, size.gallery),
        unmeasured_of=unmeasured_of,
        is_colour=lambda text: bool(HEX.fullmatch(text)),
        is_address=lambda text: bool(WEB.fullmatch(text)),
    )


def _group(report: Report, status: str) -> list[Verdict]:
    verdicts = report.judgement.verdicts if report.judgement else ()
    return sorted((v for v in verdicts if v.status == status), key=lambda v: (v.strength != "hard", -v.severity, v.rule))


def _of_kind(report: Report, kinds: Sequence[str]) -> list[Any]:
    """All blocks of evidence of some shapes that hold something."""
    blocks = [block for signal in report.signals for block in signal.evidence.values()]
    return [block for block in blocks if block.kind in kinds and items_of(block)]
