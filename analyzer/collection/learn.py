"""Proposes a brand kit from approved assets: what most of them share, as TOML with remarks, for a person to edit."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analyzer.collection.measures.composition import format_of
from analyzer.collection.result import Audit, Member
from analyzer.methods.colour import delta_e, name_of
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import Swatch

FEWEST = 3
"""Assets from which something shared can be told from chance (project choice)."""
SHARED = 0.4
"""Share of the assets that must show a colour, a case or a format for it to be the brand's (project choice)."""
SHOWN = 0.02
"""Share of a picture that a colour must have to be seen (project choice)."""
ONE_COLOUR = 10.0
"""CIEDE2000 within which two swatches are one colour of a brand (project choice, the tolerance of a kit)."""
MOST_COLOURS, MOST_TEXT_COLOURS = 6, 2
TOLERANCES = (5.0, 15.0)
"""Least and largest tolerance that is proposed, CIEDE2000 (project choice)."""
REFERENCES = 12
"""Assets proposed as references, the most typical."""


@dataclass(frozen=True)
class Common:
    """A colour that many assets share."""

    hex: str
    assets: int
    dominant: int
    """Assets of which it is the main colour."""
    tolerance: float
    role: str | None = None


def learn(audit: Audit, folder: Path, out: Path) -> str:
    """A kit as TOML that lies at `out`, learnt from the audit of a folder; raises UsageError where there are too few assets."""
    members = audit.members
    if len(members) < FEWEST:
        raise UsageError(f"A brand kit is learnt from at least {FEWEST} assets, and there are {len(members)}.")
    colours = [*picture_colours(members), *text_colours(members)]
    lines = [
        f"# Proposed from {len(members)} assets in {_quoted(audit.folder)}. Edit it: a kit is a decision, not a measurement.",
        f"name = {_quoted(audit.folder)}",
        "# logos = [\"logo.png\"]",
        f"references = {_listed(_relative(member, folder, out) for member in _typical(members))}",
        "",
    ]  # fmt: skip
    for colour in colours:
        lines += _of_colour(colour, len(members), colours)
    if not colours:
        lines += [f"# No colour is shared by {SHARED:.0%} of the assets.", ""]
    lines += ["[formats]", f"aspect_ratios = {_listed(_ratios(members))}", "", "[typography]", '# fonts = ["Inter"]']
    case = _case(members)
    lines += [f"case = {_quoted(case)}" if case else '# case = "upper"  # upper, lower, sentence or title', ""]
    lines += ["[words]", f"# Words of many assets: {_listed(_words(members))}", "use = []", "avoid = []", ""]
    return "\n".join(lines)


def picture_colours(members: Sequence[Member]) -> list[Common]:
    """The colours that many assets show; one that is the main colour of many is a background."""
    shown = [[swatch for swatch in member.palette if swatch.share >= SHOWN] for member in members]
    found = common_colours(shown, MOST_COLOURS)
    return [replace(one, role="background") if one.dominant >= SHARED * len(members) else one for one in found]


def text_colours(members: Sequence[Member]) -> list[Common]:
    """The colours in which many assets set their largest text."""
    largest = [m.features["typography"]["lines"][0]["colour"] if "typography" in m.features else None for m in members]
    return [
        replace(one, role="text")
        for one in common_colours([[Swatch(hex=code, share=1.0)] if code else [] for code in largest], MOST_TEXT_COLOURS)
    ]


def common_colours(shown: Sequence[Sequence[Swatch]], most: int) -> list[Common]:
    """The colours that many assets share, given what each shows, main colour first; the most widespread first."""
    weights: dict[str, float] = defaultdict(float)
    for swatches in shown:
        for swatch in swatches:
            weights[swatch.hex] += swatch.share
    found: list[Common] = []
    codes = sorted(weights, key=lambda code: (-weights[code], code))
    reach = {code: _reach(code, shown) for code in codes[:400]}
    while reach and len(found) < most:
        best = max(reach, key=lambda code: (len(reach[code]), weights[code], code))
        distances = reach[best]
        if len(distances) < max(1, SHARED * len(shown)):
            break
        tolerance = float(np.clip(np.ceil(np.percentile(distances, 90)), *TOLERANCES))
        main = sum(bool(swatches) and delta_e(best, swatches[0].hex) <= ONE_COLOUR for swatches in shown)
        found.append(Common(best, len(distances), main, tolerance))
        reach = {code: near for code, near in reach.items() if delta_e(code, best) > ONE_COLOUR}
    return found


def _reach(code: str, shown: Sequence[Sequence[Swatch]]) -> list[float]:
    """How near the nearest swatch is, for each asset that has the colour."""
    nearest = [min((delta_e(code, swatch.hex) for swatch in swatches), default=100.0) for swatches in shown]
    return [distance for distance in nearest if distance <= ONE_COLOUR]


def _of_colour(colour: Common, count: int, others: Sequence[Common]) -> list[str]:
    name = _name(colour)
    twice = [other for other in others if _name(other) == name]
    name = name if len(twice) == 1 else f"{name}-{twice.index(colour) + 1}"
    what = "the largest text" if colour.role == "text" else f"the main colour of {colour.dominant}"
    role = [f"role = {_quoted(colour.role)}"] if colour.role else []
    return [
        f"[palette.{name}]  # in {colour.assets} of {count} assets, {what}", f"hex = {_quoted(colour.hex)}", *role,
        f"tolerance = {colour.tolerance:g}", "",
    ]  # fmt: skip


def _name(colour: Common) -> str:
    return name_of(colour.hex).replace(" ", "-") + ("-text" if colour.role == "text" else "")


def _typical(members: Sequence[Member]) -> list[Member]:
    return sorted(members, key=lambda member: (member.unusual, member.distance or 0.0, member.key))[:REFERENCES]


def _relative(member: Member, folder: Path, out: Path) -> str:
    return Path(os.path.relpath(folder.absolute() / member.key, out.absolute().parent)).as_posix()


def _ratios(members: Sequence[Member]) -> list[str]:
    """Aspect ratios that at least a tenth of the assets have, the most frequent first."""
    counted = Counter(format_of(member.asset.width, member.asset.height) for member in members)
    return [ratio for ratio, count in counted.most_common() if count >= len(members) / 10]


def _case(members: Sequence[Member]) -> str | None:
    lines = [member.features["typography"]["lines"][0] for member in members if "typography" in member.features]
    cases = [line["case"] for line in lines if line["case"]]
    (case, count), *_ = Counter(cases).most_common(1) or [(None, 0)]
    return case if count >= max(FEWEST, 0.8 * len(cases)) else None


def _words(members: Sequence[Member]) -> list[str]:
    texts = [set(member.features.get("tone", {}).get("words", "").split()) for member in members]
    counted = Counter(word for words in texts for word in words if len(word) > 3)
    return [word for word, count in counted.most_common(12) if count >= SHARED * len(members)]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _listed(texts: object) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"  # type: ignore[attr-defined]
