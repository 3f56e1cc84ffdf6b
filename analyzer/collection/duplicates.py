"""Near-duplicates of a set: the same file, a copy, a crop, the same clip in another cut, a frame of a clip as a picture.

Hashes and features propose pairs, and only pairs whose pictures show the same when laid over each other are duplicates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from analyzer.collection.prints import COMMON, NEAR, VOTES, is_crop, same_moment, same_picture
from analyzer.collection.result import Copy, Duplicates
from analyzer.collection.survey import Survey, overlays_of
from analyzer.nouns.evidence import Noun
from analyzer.nouns.report import Report

SHARED = 0.6
"""Share of the pictures of the shorter clip that two copies of a clip have in common (project choice)."""
SAME_WORDS, FEWEST_WORDS, LETTERS = 0.4, 3, 3
"""Share of the words of the one that says less which two cuts of a clip have in common, from how many words of how many letters
(project choice: the reader errs in some)."""
SAME_WORD = 0.75
"""Likeness (difflib) from which two readings are one word: in scripts without spaces a word is a phrase (project choice)."""
CHUNK = 1024
"""Hashes that are compared with all others at once."""
LOADED = 64
"""Surveys that are held in memory."""
ORDER: tuple[Copy, ...] = ("identical", "copy", "clip", "crop", "frame")
"""Ties, the closest first."""

Pair = tuple[int, int]


class Tie(Noun):
    """Two assets, by number, that show the same."""

    first: int
    second: int
    kind: Copy


@dataclass(frozen=True)
class Print:
    """What is kept in memory of an asset's fingerprint."""

    asset_id: str
    kind: str
    hashes: NDArray[np.uint64]
    tokens: tuple[NDArray[np.uint32], ...]
    """Of each view."""
    words: frozenset[str] = frozenset()
    """Laid over the picture."""


def print_of(report: Report, survey: Survey) -> Print:
    words = {word.casefold() for track in overlays_of(report) for word in track.text.split() if len(word) >= LETTERS}
    tokens = tuple(view.tokens() for view in survey.views)
    return Print(report.asset.id, report.asset.kind, survey.hashes(), tokens, frozenset(words))


def _other_words(first: Print, second: Print) -> bool:
    """Whether two clips say different things, as clips of one template do."""
    fewer, more = (sorted(words) for words in sorted((first.words, second.words), key=len))
    shared = sum(bool(get_close_matches(word, more, 1, SAME_WORD)) for word in fewer) if len(fewer) >= FEWEST_WORDS else 0
    return len(fewer) >= FEWEST_WORDS and shared < SAME_WORDS * len(fewer)


def ties(prints: Sequence[Print], load: Callable[[int], Survey]) -> list[Tie]:
    """All ties of a set. `load` gives the survey of an asset by its number."""
    load = lru_cache(maxsize=LOADED)(load)
    found: dict[Pair, Copy] = dict.fromkeys(_identical(prints), "identical")
    for pair, matches in sorted(_like(prints).items()):
        if pair not in found and (kind := _whole(pair, matches, prints, load)):
            found[pair] = kind
    for pair, views in sorted(_sharing(prints).items()):
        if pair not in found and (kind := _cropped(pair, views, prints, load)):
            found[pair] = kind
    return [Tie(first=first, second=second, kind=kind) for (first, second), kind in sorted(found.items())]


def _identical(prints: Sequence[Print]) -> Iterator[Pair]:
    first: dict[str, int] = {}
    for number, one in enumerate(prints):
        if (earlier := first.setdefault(one.asset_id, number)) != number:
            yield earlier, number


def _like(prints: Sequence[Print]) -> dict[Pair, list[Pair]]:
    """Pairs of assets with like hashes, each with the frames that are alike."""
    owners = np.concatenate([np.full(len(one.hashes), number) for number, one in enumerate(prints)] or [np.zeros(0, int)])
    frames = np.concatenate([np.arange(len(one.hashes)) for one in prints] or [np.zeros(0, int)])
    every = np.concatenate([one.hashes for one in prints] or [np.zeros(0, np.uint64)])
    pairs: dict[Pair, list[Pair]] = defaultdict(list)
    for start in range(0, len(every), CHUNK):
        rows = every[start : start + CHUNK]
        near = np.bitwise_count(rows[:, None] ^ every[None, start:]) <= NEAR
        near &= (rows != 0)[:, None] & (every[start:] != 0)[None]
        near &= owners[start : start + CHUNK][:, None] < owners[start:][None]
        for row, column in np.argwhere(near):
            a, b = start + int(row), start + int(column)
            pairs[int(owners[a]), int(owners[b])].append((int(frames[a]), int(frames[b])))
    return pairs


def _whole(pair: Pair, matches: list[Pair], prints: Sequence[Print], load: Callable[[int], Survey]) -> Copy | None:
    """The tie of two assets whose whole pictures are alike."""
    first, second = (load(number) for number in pair)
    kinds = {prints[number].kind for number in pair}
    if kinds == {"image"}:
        return "copy" if same_picture(first.views[0].grey, second.views[0].grey) else None
    true = [(a, b) for a, b in matches if same_moment(first.small[a], second.small[b])]
    if not true or _other_words(*(prints[number] for number in pair)):
        return None
    if kinds == {"image", "video"}:
        return "frame"
    shorter = min(len(first.small), len(second.small))
    shared = min(len({a for a, _ in true}), len({b for _, b in true}))
    return "clip" if shared >= SHARED * shorter else None


def _sharing(prints: Sequence[Print]) -> dict[Pair, list[Pair]]:
    """Pairs of assets that share features, each with the views that do."""
    shown: dict[int, list[Pair]] = defaultdict(list)
    for number, one in enumerate(prints):
        for view, tokens in enumerate(one.tokens):
            for token in tokens.tolist():
                shown[token].append((number, view))
    votes: Counter[tuple[Pair, Pair]] = Counter()
    for where in shown.values():
        if 1 < len({number for number, _ in where}) <= COMMON:
            for n, a in enumerate(where):
                votes.update((a, b) for b in where[n + 1 :] if a[0] != b[0])
    pairs: dict[Pair, list[Pair]] = defaultdict(list)
    for ((first, view), (second, other)), count in votes.items():
        if count >= VOTES:
            pairs[first, second].append((view, other))
    return pairs


def _cropped(pair: Pair, views: list[Pair], prints: Sequence[Print], load: Callable[[int], Survey]) -> Copy | None:
    """The tie of two assets of which one shows a part of the other."""
    first, second = (load(number) for number in pair)
    kinds = {prints[number].kind for number in pair}
    true = []
    for a, b in views:
        if is_crop(first.views[a], second.views[b]):
            true.append((a, b))
            if kinds != {"video"}:
                return "crop" if kinds == {"image"} else "frame"
    if _other_words(*(prints[number] for number in pair)):
        return None
    shorter = min(len(first.views), len(second.views))
    shared = min(len({a for a, _ in true}), len({b for _, b in true}))
    return "clip" if true and shared >= SHARED * shorter else None


def groups(found: Sequence[Tie], keys: Sequence[str]) -> tuple[Duplicates, ...]:
    """Assets that hang together by ties, the closest ones first."""
    home = list(range(len(keys)))

    def root(number: int) -> int:
        while home[number] != number:
            home[number] = home[home[number]]
            number = home[number]
        return number

    for tie in found:
        home[max(root(tie.first), root(tie.second))] = min(root(tie.first), root(tie.second))
    members: dict[int, list[str]] = defaultdict(list)
    loosest: dict[int, int] = defaultdict(int)
    for tie in found:
        loosest[root(tie.first)] = max(loosest[root(tie.first)], ORDER.index(tie.kind))
    for number, key in enumerate(keys):
        if root(number) in loosest:
            members[root(number)].append(key)
    made = [Duplicates(kind=ORDER[loosest[head]], members=tuple(sorted(keys))) for head, keys in members.items()]
    return tuple(sorted(made, key=lambda group: (ORDER.index(group.kind), group.members)))
