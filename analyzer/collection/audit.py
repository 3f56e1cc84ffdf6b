"""A set of assets in, one audit out: read each asset once, then say what is usual, what is not, what is double, what drifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import analyzer
from analyzer.analysis import Analyzer, OnProgress
from analyzer.collection import consistency, duplicates, looks
from analyzer.collection.brand import Kit
from analyzer.collection.catalog import measures
from analyzer.collection.consistency import Standing
from analyzer.collection.contract import Features, Measure
from analyzer.collection.drift import drift_of
from analyzer.collection.gather import Gathered, OnAsset, Source, analyzer_for_sets, gather, media_of, sources_of
from analyzer.collection.logos import Logo, load_logo, seen
from analyzer.collection.measures.palette import kit_distance
from analyzer.collection.result import Audit, Drift, Finding, Look, MeasureSummary, Member, Unread
from analyzer.collection.survey import load, save
from analyzer.disk import folders
from analyzer.judge.rules import shown
from analyzer.nouns.errors import SignalError, UsageError
from analyzer.nouns.evidence import Message, Swatch, message
from analyzer.nouns.report import Asset, Reason
from analyzer.nouns.signal import reason_of

KIT_NOISE = 3.0
"""CIEDE2000 by which a mean distance from the brand's colours may differ without anybody seeing it (project choice)."""

LOGO_SHARE = 0.7
"""Share of the assets that must show a logo for one without it to stand out (project choice)."""


@dataclass(frozen=True)
class _Read:
    """What is kept of an asset while the set is worked out: no report, no pixels."""

    key: str
    asset: Asset
    date: str | None
    dated_by: Any
    palette: tuple[Swatch, ...]
    print: duplicates.Print
    features: dict[str, Features]
    missing: dict[str, Reason]
    logos: dict[str, bool | None]


@dataclass
class _Reader:
    """Turns gathered assets into what is kept of them; surveys wait in a folder until pairs are compared."""

    folder: Path
    logos: tuple[Logo, ...] = ()
    read: list[_Read] = field(default_factory=list)

    def add(self, gathered: Gathered) -> None:
        report, survey = gathered.report, gathered.survey
        save(survey, self.folder / f"{len(self.read)}.npz")
        features: dict[str, Features] = {}
        missing: dict[str, Reason] = {}
        for measure in measures():
            try:
                features[measure.id] = measure.read(report, survey)
            except SignalError as error:
                missing[measure.id] = reason_of(error)
        swatches = tuple(Swatch(hex=code, share=share) for code, share in features.get("palette", {}).get("swatches", ()))
        fingerprint = duplicates.print_of(report, survey)
        self.read.append(
            _Read(
                gathered.source.key, report.asset, gathered.date, gathered.dated_by, swatches, fingerprint, features, missing,
                seen(self.logos, report),
            )
        )  # fmt: skip

    def survey(self, number: int) -> Any:
        found = load(self.folder / f"{number}.npz")
        if found is None:
            raise UsageError(f"The temporary folder {self.folder} was cleared, or its disk is full.")
        return found


def audit(
    folder: Path,
    *,
    kit: Kit | None = None,
    manifest: Path | None = None,
    leave_out: Path | None = None,
    analyzer: Analyzer | None = None,
    on_asset: OnAsset | None = None,
    on_progress: OnProgress | None = None,
) -> Audit:
    """Audit the assets of a folder, against themselves and against a brand kit.

    `on_asset` is given every asset as it was read, for whoever writes its report; `leave_out` is a folder below that is none
    of the set. Raises UsageError where there is no asset at all.
    """
    sources = sources_of(folder, manifest, leave_out)
    engine = analyzer or analyzer_for_sets()
    logos = tuple(map(load_logo, kit.logos)) if kit else ()
    with folders.own() as spool:
        reader, unread = _Reader(spool, logos), []
        for one in gather(sources, engine, on_progress):
            if isinstance(one, Unread):
                unread.append(one)
                continue
            reader.add(one)
            if on_asset is not None:
                on_asset(one)
        references = _references(kit, engine, spool) if kit else []
        ties = duplicates.ties([one.print for one in reader.read], reader.survey)
    listed = {source.path.absolute() for source in sources}
    unlisted = sum(path.absolute() not in listed for path in media_of(folder, leave_out)) if manifest else 0
    return _Set(folder, reader.read, references, kit, unlisted).audit(tuple(unread), ties)


def _references(kit: Kit, engine: Analyzer, spool: Path) -> list[_Read]:
    """The reference assets of a kit that can be read."""
    (spool / "references").mkdir()
    reader = _Reader(spool / "references")
    for one in gather([Source(path.name, path) for path in kit.references], engine):
        if isinstance(one, Gathered):
            reader.add(one)
    return reader.read


class _Set:
    """Works out what is true of a set that was read."""

    def __init__(self, folder: Path, read: list[_Read], references: list[_Read], kit: Kit | None, unlisted: int) -> None:
        self.folder, self.read, self.kit = folder, read, kit
        self.unlisted, self.references = unlisted, len(references)
        self.peers = consistency.peers_of(len(read))
        self.among = [consistency.standing(measure, self._of(measure), self.peers) for measure in measures()]
        """Against the set itself: what looks and drifts are found by."""
        self.standings = self.among
        """What outliers are found by: against the references of the brand where it has enough of them."""
        if references:
            approved = {m.id: [one.features[m.id] for one in references if m.id in one.features] for m in measures()}
            self.standings = [
                consistency.standing(measure, self._of(measure), self.peers, approved[measure.id]) for measure in measures()
            ]

    def _of(self, measure: Measure) -> list[Features | None]:
        return [one.features.get(measure.id) for one in self.read]

    def audit(self, unread: tuple[Unread, ...], ties: Sequence[duplicates.Tie]) -> Audit:
        members = self._members()
        order = sorted(members, key=lambda member: (-(member.distance or 0.0), member.key))
        return Audit(
            analyzer_version=analyzer.__version__,
            folder=self.folder.absolute().name,
            brand=self.kit.name if self.kit else None,
            members=tuple(order),
            measures=tuple(map(self._summary, self.standings)),
            looks=self._looks(members),
            duplicates=duplicates.groups(ties, [one.key for one in self.read]),
            drifts=self._drifts(),
            unread=unread,
            notes=tuple(self._notes()),
        )

    def _summary(self, standing: Standing) -> MeasureSummary:
        measure, measured = standing.measure, int(np.isfinite(standing.distance).sum())
        note = None
        if standing.edge is None:
            note = message("Of {count} assets nothing can be said to be usual; it takes {least}.", count=measured,
                           least=consistency.FEWEST)  # fmt: skip
        return MeasureSummary(
            id=measure.id, title=measure.title, why=measure.why, unit=measure.unit, measured=measured,
            usual=_rounded(standing.usual), edge=_rounded(standing.edge), note=note,
        )  # fmt: skip

    def _members(self) -> list[Member]:
        aparts = {standing.measure.id: standing.apart for standing in self.standings}
        brand = np.array([self._brand(one) for one in self.read], float)
        brand_apart = consistency.apart_of(brand, *consistency.bounds(brand, KIT_NOISE))
        found = [self._findings(number, brand, brand_apart) for number in range(len(self.read))]
        broken = np.array([max((f.apart for f in each if f.against == "brand"), default=0.0) for each in found])
        distance = consistency.joined([*aparts.values(), brand_apart, np.where(broken > 0, broken, np.nan)])
        points = looks.layout(self.among, self.peers)
        groups = looks.groups(points, ~(distance >= 1)) if points is not None else None
        places = looks.on_map(points) if points is not None else None
        return [
            Member(
                key=one.key, asset=one.asset, date=one.date, dated_by=one.dated_by, palette=one.palette,
                features={name: dict(features) for name, features in one.features.items()}, missing=one.missing,
                apart={name: round(float(far[n]), 3) for name, far in aparts.items() if np.isfinite(far[n])},
                brand_delta_e=_rounded(brand[n]), logos=one.logos, distance=_rounded(distance[n]), unusual=bool(found[n]),
                findings=found[n], group=None if groups is None else int(groups[n]),
                place=None if places is None else (round(float(places[n, 0]), 4), round(float(places[n, 1]), 4)),
            )
            for n, one in enumerate(self.read)
        ]  # fmt: skip

    def _brand(self, one: _Read) -> float:
        palette = one.features.get("palette")
        distance = kit_distance(palette, self.kit) if self.kit and palette else None
        return float("nan") if distance is None else distance

    def _findings(self, number: int, brand: NDArray[np.float64], brand_apart: NDArray[np.float64]) -> tuple[Finding, ...]:
        """Everything that is unusual about one asset, the farthest first."""
        found = [each for every in self._by_measure() if (each := every[number]) is not None]
        found += [each for every in self._by_kit() for each in every[number]]
        if brand_apart[number] >= 1:
            usual = brand[brand_apart < 1]
            sentence = message(
                "Its colours are on average {value} from the brand's; those of {count} others at most {high}.",
                value=shown(round(float(brand[number]), 1), "dE"), count=len(usual),
                high=shown(round(float(usual.max()), 1), "dE"),
            )  # fmt: skip
            found.append(
                Finding(measure="palette", against="brand", apart=round(float(brand_apart[number]), 3), sentence=sentence)
            )
        if (lacking := self._lacks_logo(number)) is not None:
            found.append(lacking)
        return tuple(sorted(found, key=lambda finding: -finding.apart))

    def _lacks_logo(self, number: int) -> Finding | None:
        """That no logo of the brand is seen in an asset, where nearly all others show one."""
        known = [any(one.logos.values()) for one in self.read if True in one.logos.values() or None not in one.logos.values()]
        own = self.read[number].logos
        if not own or True in own.values() or None in own.values() or sum(known) < LOGO_SHARE * len(known):
            return None
        sentence = message("No logo of the brand is seen; {count} others show one.", count=sum(known))
        return Finding(measure="composition", against="brand", apart=1.0, sentence=sentence)

    def _by_measure(self) -> list[list[Finding | None]]:
        if not hasattr(self, "_set_findings"):
            self._set_findings = [consistency.findings_of_set(s, self._of(s.measure)) for s in self.standings]
        return self._set_findings

    def _by_kit(self) -> list[list[tuple[Finding, ...]]]:
        if not hasattr(self, "_kit_findings"):
            self._kit_findings = [
                consistency.findings_of_kit(s.measure, self._of(s.measure), self.kit) for s in self.standings if self.kit
            ]
        return self._kit_findings

    def _looks(self, members: Sequence[Member]) -> tuple[Look, ...]:
        made = []
        for group in sorted({member.group for member in members if member.group is not None}):
            own = [member for member in members if member.group == group]
            typical = min(own, key=lambda member: (member.distance is None, member.distance or 0.0, member.key))
            made.append(Look(id=group, members=tuple(m.key for m in own), typical=typical.key, palette=typical.palette))
        return tuple(made)

    def _drifts(self) -> tuple[Drift, ...]:
        dates = [one.date for one in self.read]
        found = [drift_of(standing, dates, self._of(standing.measure)) for standing in self.among]
        return tuple(drift for drift in found if drift is not None)

    def _notes(self) -> list[Message]:
        notes = []
        if len(self.read) < consistency.FEWEST:
            notes.append(message("A set of {count} is too small to say what is usual; it takes {least} assets.",
                                 count=len(self.read), least=consistency.FEWEST))  # fmt: skip
        if len({one.date for one in self.read if one.dated_by == "file"}) > 1:
            notes.append(message("Where nothing else states a date, that of the file is taken; a copy may have lost it."))
        if self.unlisted:
            notes.append(message("Files of the folder that the manifest does not name, and that were left out: {count}.",
                                 count=self.unlisted))  # fmt: skip
        if 0 < self.references < consistency.FEWEST:
            notes.append(message("{count} reference assets could be read; from {least} on, assets are held against them.",
                                 count=self.references, least=consistency.FEWEST))  # fmt: skip
        if self.kit and self.kit.typography.fonts:
            fonts = ", ".join(self.kit.typography.fonts)
            notes.append(
                message("No font is recognised in a picture; see for yourself whether texts are set in {fonts}.", fonts=fonts)
            )
        return notes


def _rounded(value: Any) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 4)
