"""Signal: what each shot shows, in a sentence that a model writes about its keyframe. The words are the model's, not ours."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.methods.keyframes import keyframe, spread
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Caption, Captions, Message, Shot, items_of, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

MOST_SHOTS = 40
"""Shots that are described, spread over the clip (project choice: a caption costs seconds of CPU)."""
WRITTEN = message(
    "A model wrote these sentences about single pictures; it can be wrong, and knows nothing of what came before."
)
"""What a reader must know of every caption."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Have the keyframe of every shot described."""
    if not media.frames:
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    engine = engines["scene-captioning"]
    notes = [WRITTEN]
    shots = _shots(media, needed, notes)
    chosen = spread(shots, MOST_SHOTS)
    if len(chosen) < len(shots):
        notes.append(
            message("Of {shots} shots, {count} were described, spread over the clip.", shots=len(shots), count=len(chosen))
        )
    found = [(shot, frame) for shot in chosen if (frame := keyframe(media, shot)) is not None]
    if len(found) < len(chosen):
        notes.append(message("Shots too short to have a kept frame are not described: {n}.", n=len(chosen) - len(found)))
    answers = engine.caption(frame.load() for _, frame in found)
    captions = [
        Caption(start_s=shot.start_s, end_s=shot.end_s, time_s=round(frame.time_s, 3), text=text, confidence=confidence)
        for (shot, frame), (text, confidence) in zip(found, answers, strict=True)
        if text
    ]
    listed = _joined(captions)
    if len(listed) < len(captions):
        notes.append(message("Shots in a row that got the same sentence are listed once."))
    opening = next((caption.text for caption in captions if caption.start_s <= shots[0].start_s), None)
    sure = [caption.confidence for caption in captions if caption.confidence is not None]
    return Reading(
        {
            "described": len(captions),
            "opening": opening,
            "lowest_confidence": min(sure, default=None),
        },
        {"captions": Captions(title="What each shot shows", items=tuple(listed))},
        notes=tuple(notes),
    )


def _shots(media: Media, needed: Mapping[str, SignalResult], notes: list[Message]) -> list[Shot]:
    """The shots of a clip, or the whole of it where they are not known; an image is one."""
    measured = needed.get("shots")
    listed = list(items_of(measured.evidence.get("shots"))) if measured else []
    if media.asset.kind == "video" and not listed:
        notes.append(message("The shots were not measured, so one picture was described for the whole clip."))
    return listed or [Shot(start_s=0.0, end_s=max(media.duration_s, media.frames[-1].time_s + 1e-3), transition="start")]


def _joined(captions: list[Caption]) -> list[Caption]:
    """Captions in a row with the same words as one, with the moment and the confidence of the surest."""
    listed: list[Caption] = []
    for caption in captions:
        last = listed[-1] if listed else None
        if last is None or last.text != caption.text or abs(last.end_s - caption.start_s) > 1e-3:
            listed.append(caption)
            continue
        surest = max(last, caption, key=lambda each: each.confidence or 0.0)
        listed[-1] = surest.model_copy(update={"start_s": last.start_s, "end_s": caption.end_s})
    return listed


SIGNAL = Signal(
    id="scenes",
    title="Scenes",
    why="What a viewer sees in each shot, in words: for search, for alternative texts, to check that it shows what you meant.",
    measure=measure,
    metrics={
        "described": Metric("count", "Shots that were described."),
        "opening": Metric("text", "What the first shot shows."),
        "lowest_confidence": Metric("share", "Mean probability of the words of the least sure description."),
    },
    tasks=("scene-captioning",),
    uses=("shots",),
)
