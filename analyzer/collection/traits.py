"""Traits: measures that are a few numbers or words of an asset, and how they are compared and put into words.

Numbers are compared by how much they vary in the set, so that what is the same everywhere counts where it is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.collection.contract import Features, Gaps
from analyzer.judge.rules import shown
from analyzer.nouns.evidence import Message, Scalar, message

NEAREST = 0.25
"""Share of a set that an asset is compared with: the nearest."""
LOCAL = 2.5
"""Makes the middle distance to the end of that quarter a standard deviation of normal values (computed)."""
MOST_SPREAD = 400
"""Values from which a spread is computed."""
OTHER_WORD = 4.0
"""Deviations that another word is worth, where all others have one (project choice)."""


@dataclass(frozen=True)
class Trait:
    """One number or word of an asset."""

    name: str
    noise: float
    """A difference that nobody notices; 0 for a word."""
    sentence: Message
    """With {value}, and of the others {count}, {low} and {high} (a number) or {bound}, what is usual (a word)."""
    unit: str = "number"


def gaps(traits: Sequence[Trait]) -> Callable[..., Gaps]:
    """Euclidean distance over the traits that both have, in deviations of the second; NaN where they share none.

    `assets` is how many assets the second come from, where an asset has several of them.
    """

    def of(first: Sequence[Features], second: Sequence[Features], assets: int | None = None) -> Gaps:
        total, shared = np.zeros((len(first), len(second))), np.zeros((len(first), len(second)))
        for trait in traits:
            apart = _apart(trait, [f.get(trait.name) for f in first], [f.get(trait.name) for f in second], assets)
            known = ~np.isnan(apart)
            total += np.where(known, apart, 0.0) ** 2
            shared += known
        return np.where(shared > 0, np.sqrt(total), np.nan)

    return of


def _apart(trait: Trait, first: list[Any], second: list[Any], assets: int | None) -> Gaps:
    if trait.noise:
        a, b = _numbers(first), _numbers(second)
        return np.abs(a[:, None] - b[None]) / spread(trait, b)
    counts = Counter(word for word in second if word is not None)
    # A word says more, the more of the others have it.
    worth = np.array([OTHER_WORD * _agreement(counts[word], assets or counts.total()) for word in second])
    codes = {word: float(code) for code, word in enumerate(dict.fromkeys((*first, *second))) if word is not None}
    a, b = (_numbers([codes.get(word) for word in words]) for words in (first, second))
    return np.where(np.isnan(a[:, None] + b[None]), np.nan, worth * (a[:, None] != b[None]))


def _agreement(count: int, assets: int) -> float:
    """0 where a word is no more usual than any other, 1 where all assets have it."""
    return float(np.clip(2 * count / max(1, assets) - 1, 0.0, 1.0))


def spread(trait: Trait, values: NDArray[np.float64]) -> float:
    """How much a number varies among its like, at least its noise: half of a set may have another one without being odd."""
    known = values[~np.isnan(values)]
    known = known[:: -(-len(known) // MOST_SPREAD) or 1]
    if len(known) < 2:
        return trait.noise
    reach = max(1, round(NEAREST * (len(known) - 1)))
    apart = np.partition(np.abs(known[:, None] - known[None]), reach, axis=1)[:, reach]
    return float(max(trait.noise, LOCAL * np.median(apart)))


def _numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else float(value) for value in values], float)


def explain(traits: Sequence[Trait], title: str) -> Callable[[Features, Sequence[Features]], Message]:
    """The trait that lies farthest outside of what the others have, as a sentence."""

    def of(features: Features, usual: Sequence[Features]) -> Message:
        found = farthest(traits, features, usual)
        return found[1] if found else unclear(title)

    return of


def unclear(title: str) -> Message:
    """What is said where no single trait lies outside."""
    return message("{bound}: no single figure stands out, but together they are unusual.", bound=title)


def farthest(traits: Sequence[Trait], features: Features, usual: Sequence[Features]) -> tuple[Trait, Message] | None:
    """The trait that lies farthest outside of what the others have, with its sentence; None where none does."""
    found = [(*said, trait) for trait in traits if (said := _outside(trait, features, usual)) is not None]
    best = max(found, key=lambda item: item[0], default=None)
    return (best[2], best[1]) if best is not None and best[0] > 0 else None


def _outside(trait: Trait, features: Features, usual: Sequence[Features]) -> tuple[float, Message] | None:
    """How far a trait lies outside of what the others have, in deviations, and the sentence that says so."""
    value = features.get(trait.name)
    others = [one[trait.name] for one in usual if one.get(trait.name) is not None]
    if value is None or not others:
        return None
    if not trait.noise:
        (word, count), *_ = Counter(others).most_common()
        far = OTHER_WORD * _agreement(count, len(others)) if word != value else 0.0
        return far, filled(trait.sentence, value=str(value), count=count, bound=str(word))
    low, high = min(others), max(others)
    written: dict[str, Scalar] = {
        name: shown(number, trait.unit) for name, number in (("value", value), ("low", low), ("high", high))
    }
    far = max(low - value, value - high) / spread(trait, _numbers(others))
    return far, filled(trait.sentence, count=len(others), **written)


def filled(sentence: Message, **params: Scalar) -> Message:
    """A sentence with its parameters."""
    return sentence.model_copy(update={"params": sentence.params | params})
