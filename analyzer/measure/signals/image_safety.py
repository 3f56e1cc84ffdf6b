"""Signal: pictures that a model takes for sexual content. A clip that was not looked at is never called safe.

Frames are looked at by change; what was seen holds until the picture changes. Violence, drugs and hate are not looked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.methods.looks import looks_of, spans_of
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Evidence, Span, Spans, Table, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

MOST_LOOKS = 240
"""Looks at a clip, spread over it (project choice: one costs 20 to 200 ms of CPU, by model)."""
ONLY = message("Only sexual content is looked for, not violence, drugs or hate. A person should look before they decide.")
"""What a reader must know of every result."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure how unsafe the most unsafe moment is, which it is and when it comes."""
    if not media.frames:
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    engine = engines["image-safety"]
    looks = looks_of(media, MOST_LOOKS)
    spans = spans_of(media, looks)
    found = list(engine.classify(frame.load() for frame in looks))
    unsafe = [_worst(classes, engine.unsafe) for classes in found]
    flagged = _stretches(spans, unsafe, engine.threshold)
    worst, label = max(unsafe)
    highest = {name: max(classes[name] for classes in found) for name in found[0]}
    evidence: dict[str, Evidence] = {
        "classes": Table(
            title="Classes of the pictures",
            columns=("Class", "Highest probability"),
            rows=tuple((name.replace("_", " "), share) for name, share in sorted(highest.items(), key=lambda each: -each[1])),
        )
    }
    if media.asset.kind == "video":
        evidence["unsafe"] = Spans(title="Unsafe pictures", unit="probability", items=tuple(flagged))
    notes = [ONLY]
    if len(looks) == MOST_LOOKS:
        notes.append(message("Unsafe pictures were looked for in {count} frames, spread over the clip.", count=MOST_LOOKS))
    return Reading(
        {
            "unsafe_max": round(worst, 4),
            "unsafe_label": label if flagged else None,
            "first_unsafe_s": flagged[0].start_s if flagged else None,
        },
        evidence,
        notes=tuple(notes),
    )


def _worst(classes: Mapping[str, float], unsafe: tuple[str, ...]) -> tuple[float, str]:
    """The probability and the name of the unsafe class that is likeliest in a picture."""
    return max((classes[name], name) for name in unsafe)


def _stretches(spans: Sequence[tuple[float, float]], unsafe: Sequence[tuple[float, str]], threshold: float) -> list[Span]:
    """Stretches that are likely enough to be unsafe; looks in a row of the same class are one, with the highest probability."""
    found: list[Span] = []
    for (start, end), (share, label) in zip(spans, unsafe, strict=True):
        if share < threshold:
            continue
        last = found[-1] if found else None
        if last is not None and (last.end_s, last.label) == (round(start, 3), label):
            share, start = max(share, last.value or 0.0), last.start_s
            found.pop()
        found.append(Span(start_s=round(start, 3), end_s=round(end, 3), label=label, value=share))
    return found


SIGNAL = Signal(
    id="image_safety",
    title="Unsafe pictures",
    why="Whether a picture may be taken for sexual content, which platforms remove or do not promote.",
    measure=measure,
    metrics={
        "unsafe_max": Metric("share", "Highest probability of sexual content in any picture looked at."),
        "unsafe_label": Metric("text", "Kind of unsafe content that is likely enough to be named."),
        "first_unsafe_s": Metric("s", "Time at which the first unsafe picture is seen."),
    },
    tasks=("image-safety",),
)
