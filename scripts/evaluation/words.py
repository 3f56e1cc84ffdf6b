"""What words are taken for: hook types, weak openers, sentiment and language, on labelled texts.

Openers (`scripts/data/openers.tsv`) have four authors. The first wrote patterns too; the others knew nothing of them. Patterns
were written on what the split `dev` holds: half of the first two, chosen by a hash of the text, and all of the fourth. Nobody
but this script has read the third. Sentiment: tweets rated by people (Hutto and Gilbert, ICWSM 2014), the half with an odd
number. Slang and languages: `scripts/data/moods.tsv` and `languages.tsv`, written for this purpose. Irony:
`scripts/data/irony.tsv`, sarcasm and sincere praise that looks like it, by an author who knew nothing of the patterns, split
by a hash of the text before these were written.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from analyzer.engines import Engines
from analyzer.measure.signals.sentiment import SIGNAL
from analyzer.methods.hook_text import Opener, hook_types, weak_openers
from analyzer.nouns.media import Media, Samples, Thumbnails
from analyzer.nouns.report import Asset
from evaluation.figures import SCRIPTS, Figure, Setup, at_least

DATA = SCRIPTS / "data"
Finder = Callable[[str], tuple[Opener, ...]]
SILENT = Media(
    Asset(
        id="0", name="post", kind="image", bytes=0, width=1, height=1, duration_s=None, frame_rate=None, has_audio=False,
        container="", video_codec=None, audio_codec=None,
    ),
    Thumbnails(np.zeros(0), Samples(np.zeros((0, 1, 1, 3), np.uint8)), 0.0), (),
)  # fmt: skip
"""An asset of which nothing but the post's text counts."""
NEUTRAL = 0.5
"""Mean rating -4..4 within which people rated a tweet as neutral."""


def measure(setup: Setup) -> list[Figure]:
    """Precision at coverage of hook types and weak openers, sentiment and language."""
    split = "dev" if setup.seed < 1000 else "held_out"
    table = openers(setup, split)
    engines = Engines()
    return [*table, *tweets(setup, engines), *moods(setup, engines), *irony(setup, engines, split), languages(setup, engines)]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def openers(setup: Setup, split: str) -> list[Figure]:
    """Those of the author of the patterns, and those of others, apart."""
    listed = [row for row in rows(DATA / "openers.tsv") if row["split"] == split]
    return [
        figure
        for column, find, name, aims in (
            ("types", hook_types, "hook types", {"precision": 0.9, "coverage": 0.6}),
            ("weak", weak_openers, "weak openers", {"precision": 0.95, "recall": 0.9}),
        )
        for others in (False, True)
        for figure in found_in(setup, [row for row in listed if (row["author"] != "1") == others], column, find, name, aims)
    ]


def found_in(
    setup: Setup, listed: list[dict[str, str]], column: str, find: Finder, name: str, aims: dict[str, float]
) -> list[Figure]:
    """Precision, coverage (rows with a label that get one of theirs) and recall of labels."""
    right = wrong = missed = labelled = covered = 0
    for row in listed:
        expected = set(filter(None, row[column].split(",")))
        found = {opener.id for opener in find(row["text"])}
        right, wrong, missed = right + len(expected & found), wrong + len(found - expected), missed + len(expected - found)
        labelled, covered = labelled + bool(expected), covered + bool(expected & found)
        if expected != found:
            setup.tell(f"{column}: {row['text']!r} is {sorted(expected)}, found {sorted(found)}")
    measures = {
        "precision": (right / max(1, right + wrong), f"{len(listed)} openers"),
        "coverage": (covered / max(1, labelled), f"{labelled} with a label"),
        "recall": (right / max(1, right + missed), f"{right + missed} labels"),
    }
    whose = "others" if any(row["author"] != "1" for row in listed) else "the author"
    return [
        at_least(name, f"{measure}, openers of {whose}", figure, aims[measure], count)
        if measure in aims
        else Figure(name, f"{measure}, openers of {whose}", f"{figure:.3f}", count=count)
        for measure, (figure, count) in measures.items()
    ]


def mood_of(text: str, engines: Engines) -> str | None:
    """The label that the sentiment signal gives to a post, None where it abstains."""
    found = SIGNAL.measure(replace(SILENT, post_text=text), engines, {}).metrics.get("post_label")
    return None if found is None else str(found)


def tweets(setup: Setup, engines: Engines) -> list[Figure]:
    path = setup.data / "text" / "tweets_GroundTruth.txt"
    if not path.is_file():
        return []
    rated = [line.split("\t", 2) for line in path.read_text(encoding="utf-8").splitlines() if line.count("\t") >= 2]
    half = [row for row in rated if row[0].isdigit() and int(row[0]) % 2][: None if setup.seed >= 1000 else 600]
    pairs = []
    for _, rating, text in half:
        value = float(rating)
        truth = "neutral" if abs(value) < NEUTRAL else "positive" if value > 0 else "negative"
        found = mood_of(text, engines)
        if found is not None:
            pairs.append((truth, found))
    return scored("sentiment", "tweets", pairs, len(half))


def scored(signal: str, name: str, pairs: list[tuple[str, str]], total: int) -> list[Figure]:
    right = sum(truth == found for truth, found in pairs) / max(1, len(pairs))
    poles = sum({truth, found} == {"positive", "negative"} for truth, found in pairs) / max(1, len(pairs))
    return [
        at_least(signal, f"{name}: right where it does not abstain", right, 0.8, f"{len(pairs)} of {total}"),
        Figure(signal, f"{name}: the wrong pole", f"{100 * poles:.1f} %", "<= 3 %", poles <= 0.03, str(len(pairs))),
    ]


def moods(setup: Setup, engines: Engines) -> list[Figure]:
    """Slang, negation and emoji with their mood."""
    plain = rows(DATA / "moods.tsv")
    pairs = []
    for row in plain:
        found = mood_of(row["text"], engines)
        if found is not None:
            pairs.append((row["mood"], found))
            if found != row["mood"]:
                setup.tell(f"mood: {row['text']!r} is {row['mood']}, found {found}")
    return scored("sentiment", "slang, negation, emoji", pairs, len(plain))


def irony(setup: Setup, engines: Engines, split: str) -> list[Figure]:
    """As what sarcasm, and sincere praise that looks like it, are taken."""
    table = []
    listed = [row for row in rows(DATA / "irony.tsv") if row["split"] == split]
    for kind, wrong in (("sarcasm", "positive"), ("sincere", "negative")):
        texts = [row["text"] for row in listed if row["kind"] == kind]
        found = [mood_of(text, engines) for text in texts]
        for text, mood in zip(texts, found, strict=True):
            if mood == wrong:
                setup.tell(f"{kind}: {text!r} is taken as {mood}")
        shares = " / ".join(str(found.count(mood)) for mood in (None, "negative", "neutral", "positive"))
        name = f"{kind}: abstains / negative / neutral / positive"
        table.append(Figure("sentiment", name, shares, count=f"{len(texts)}, {split}"))
    return table


def languages(setup: Setup, engines: Engines) -> Figure:
    engine = engines["language-identification"]
    right = named = 0
    listed = rows(DATA / "languages.tsv")
    for row in listed:
        found = engine.identify(row["text"])[0]
        named += found is not None
        right += found in (None, row["language"])
        if found not in (None, row["language"]):
            setup.tell(f"language: {row['text']!r} is {row['language']}, found {found}")
    return at_least("language", f"right or abstained ({named} named)", right / len(listed), 0.98, f"{len(listed)} captions")
