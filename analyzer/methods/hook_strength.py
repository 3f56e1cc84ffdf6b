"""The strength of a hook: a sum of named parts with their weights and sources, each with the sentence that explains it.

The weights are a heuristic of this project. They are fitted to nothing and predict no reach: on 1,237 Reels the best
published model of the first 3 s ranked posts of one creator right 0.56 of the time, where chance is 0.50
(https://github.com/crawfordb2026/multimodal-hook-analysis). So the sum is shown only with its reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.nouns.evidence import Message, Moment, message

STRONG_FROM, FAIR_FROM = 70.0, 40.0
"""Strengths from which a hook is called strong or fair (project choice)."""
LEAST_MEASURED = 0.6
"""Share of the weights that must be measured before a strength is given (project choice)."""

_ABCD = "https://github.com/google-marketing-solutions/abcds-detector"
_CREATORS = "published creators' guides: no greeting, no logo, no slow opening"


@dataclass(frozen=True)
class Factor:
    """One part of the strength: `weight` points when it is met, none when it is not."""

    weight: float
    met: Message
    unmet: Message
    unknown: Message
    source: str


@dataclass(frozen=True)
class Penalty:
    """What a weak opener takes off, in points."""

    weight: float
    found: Message
    source: str = _CREATORS


FACTORS: Mapping[str, Factor] = {
    "words": Factor(
        25, message("The first words make a promise that is named as a hook type."),
        message("The first words show no known type of hook."),
        message("What is said first is not known, so the words count neither way."),
        "merged lists of hook types (ViralTracker and creators' guides)",
    ),
    "message_early": Factor(
        20, message("Text or speech begins within the first second."),
        message("Neither text nor speech begins within the first second."),
        message("Text and speech were not both measured, so an early message counts neither way."),
        "TikTok via VidMob: 63 % of the ads with most clicks show the message in 3 s; 1 s is a project choice",
    ),
    "text": Factor(
        10, message("There is text on screen in the first three seconds, which also works without sound."),
        message("There is no text on screen in the first three seconds."),
        message("On-screen text was not measured, so it counts neither way."),
        f"{_ABCD} (supers)",
    ),
    "readable": Factor(
        10, message("The first text has enough contrast and stands long enough to be read."),
        message("The first text is hard to read: too little contrast or too short."),
        message("The first text was not measured, so its legibility counts neither way."),
        "https://www.w3.org/TR/WCAG22/#contrast-minimum (3:1 for large text)",
    ),
    "sound": Factor(
        10, message("Sound begins within the first second."), message("There is no sound within the first second."),
        message("Sound was not measured, so it counts neither way."),
        "TikTok is a sound-on platform (QuickFrame); 1 s is a project choice",
    ),
    "dynamic": Factor(
        10, message("Something moves or the picture cuts right away."),
        message("The picture neither cuts in three seconds nor moves at the start."),
        message("Cuts and motion were not both measured, so they count neither way."),
        f"{_ABCD} (dynamic start: first cut within 3 s)",
    ),
    "face": Factor(
        5, message("A face is seen in the first three seconds."),
        message("No face is seen in the first three seconds, which costs little."),
        message("Faces were not measured, so they count neither way."),
        f"{_ABCD} (visible face, first 5 s); a low weight, since studies disagree on talking to the camera",
    ),
    "cover": Factor(
        10, message("The first frame can serve as a cover: neither black nor blurred."),
        message("The first frame is black or blurred, a poor cover."),
        message("The first frame was not measured, so it counts neither way."),
        "project choice",
    ),
}  # fmt: skip

PENALTIES: Mapping[str, Penalty] = {
    "greeting": Penalty(15, message("It opens with a greeting and no hook.")),
    "self_intro": Penalty(5, message("It opens by introducing the speaker.")),
    "agenda": Penalty(10, message("It opens by announcing what will come instead of showing it.")),
    "early_ask": Penalty(10, message("It asks for a follow or a like before it has given anything.")),
    "filler": Penalty(5, message("It opens with filler words.")),
    "disclaimer": Penalty(10, message("It opens with a disclaimer.")),
    "logo_first": Penalty(10, message("It opens on a still title card or logo.")),
    "black_or_fade_in": Penalty(15, message("It opens on black or with a fade-in.")),
    "dead_air": Penalty(15, message("It opens with dead air: still and silent.")),
    "silence": Penalty(10, message("It opens without sound and without text.")),
    "still_without_text": Penalty(10, message("It opens on a still picture without text.")),
    "unreadable_text": Penalty(10, message("Its first text cannot be read in the time it is shown.")),
}

Label = Literal["weak", "fair", "strong"]


@dataclass(frozen=True)
class Weakness:
    """A weak opener that was found: when, and the words that show it."""

    id: str
    time_s: float
    quote: str = ""

    @property
    def moment(self) -> Moment:
        return Moment(time_s=self.time_s, text=PENALTIES[self.id].found, sign=-1, quote=self.quote)


@dataclass(frozen=True)
class Part:
    """Whether a factor is met, and when; None where it was not measured."""

    factor: str
    met: bool | None
    time_s: float | None = None


def strength(parts: Sequence[Part], weaknesses: Sequence[Weakness]) -> float | None:
    """0..100 over the factors that were measured, less the penalties; None where too few were.

    A factor that does not apply (legibility where there is no text) is left out of `parts`.
    """
    known = [part for part in parts if part.met is not None]
    possible = sum(FACTORS[part.factor].weight for part in known)
    if possible < LEAST_MEASURED * sum(factor.weight for factor in FACTORS.values()):
        return None
    earned = sum(FACTORS[part.factor].weight for part in known if part.met)
    lost = sum(PENALTIES[weakness.id].weight for weakness in weaknesses)
    return round(max(0.0, 100 * earned / possible - lost), 1)


def label(value: float) -> Label:
    """weak, fair or strong."""
    return "strong" if value >= STRONG_FROM else "fair" if value >= FAIR_FROM else "weak"


def reasons(parts: Sequence[Part], weaknesses: Sequence[Weakness]) -> tuple[Moment, ...]:
    """Why: weak openers, then what is missing, what is there, and what was left out because it is not known."""
    found = [weakness.moment for weakness in weaknesses]
    for met, sign in ((False, -1), (True, 1), (None, 0)):
        for part in (part for part in parts if part.met is met):
            factor = FACTORS[part.factor]
            text = factor.unknown if met is None else factor.met if met else factor.unmet
            found.append(Moment(time_s=part.time_s, text=text, sign=sign))  # type: ignore[arg-type]
    return tuple(found)
