"""The text published beside the asset: its length, first line and parts, and whether it asks for something.

Counts as the platforms do where they agree (see `analyzer.methods.post`); what a platform makes of the counts is for rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.methods import post
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.evidence import Moment, Moments, Scalar, Table, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal, reason_of

METRICS = {
    "characters": Metric("count", "Characters of the post, spaces included"),
    "words": Metric("count", "Words of the post"),
    "first_line_characters": Metric("count", "Characters up to the first line break"),
    "line_breaks": Metric("count", "Line breaks"),
    "hashtags": Metric("count", "Hashtags"),
    "mentions": Metric("count", "Mentions of accounts"),
    "links": Metric("count", "Web addresses"),
    "emoji": Metric("count", "Emoji, a joined sequence counted once"),
    "call_to_action": Metric("flag", "The post asks for an action"),
    "question": Metric("flag", "The post asks a question"),
    "language": Metric("text", "Language of the post"),
}
QUESTION_MARKS = ("?", "？", "؟")


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Count the parts of the post and quote what asks for an action."""
    if media.post_text is None:
        raise NotApplicable(
            "not_given",
            message("No post text was given."),
            message("Give it with --post-text, or as a .txt file beside the asset."),
        )
    text = post.normal(media.post_text)
    first_line, *others = text.split("\n")
    parts = {
        "Hashtags": post.hashtags(text), "Mentions": post.mentions(text), "Links": post.links(text),
        "Emoji": post.emoji(text),
    }  # fmt: skip
    calls = list(post.calls_to_action(text))
    metrics: dict[str, Scalar] = {
        "characters": len(text),
        "words": len(post.words(text)),
        "first_line_characters": len(first_line.rstrip()),
        "line_breaks": len(others),
        **{name.lower(): len(found) for name, found in parts.items()},
        "call_to_action": bool(calls),
        "question": any(mark in post.LINK.sub(" ", text) for mark in QUESTION_MARKS),
    }
    unmeasured = {}
    try:
        metrics["language"] = engines["language-identification"].identify(text)[0] if text else None
    except Unavailable as error:
        unmeasured["language"] = reason_of(error)
    rows = [("First line", first_line), *((name, " ".join(found)) for name, found in parts.items() if found)]
    moments = tuple(
        Moment(time_s=None, text=message("The post asks for an action."), sign=1, quote=quote) for _, quote in calls
    )
    return Reading(
        metrics=metrics,
        unmeasured=unmeasured,
        evidence={
            "parts": Table(title="Parts of the post", columns=("Part", "Text"), rows=tuple(rows)),
            "call_to_action": Moments(title="Requests for an action", items=moments),
        },
    )


SIGNAL = Signal(
    id="post_text",
    title="Post text",
    why="Shows whether the words beside the clip fit the platform and lead somewhere.",
    measure=measure,
    metrics=METRICS,
    tasks=("language-identification",),
    given=("post_text",),
)
