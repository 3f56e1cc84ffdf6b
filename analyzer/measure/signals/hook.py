"""Signal: the first seconds. When each thing begins, what the first words promise, what weakens the opening.

It measures nothing anew but the first frame: it reads what other signals found. What they did not measure is not known
here either and is never held against the hook. Strength is a heuristic with its reasons, no prediction of reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analyzer.methods.hook_lines import first_lines, is_lost, joined
from analyzer.methods.hook_strength import Part, Weakness, label, reasons, strength
from analyzer.methods.hook_text import LANGUAGES, Opener, hook_types, weak_openers
from analyzer.methods.text_roles import DRAWN
from analyzer.nouns.evidence import Evidence, Message, Moment, Moments, Scalar, Table, TextTrack, items_of, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

HOOK_S = 3.0
"""The hook window: a view counts from 3 s on Meta and TikTok (project choice among 1, 3, 5 and 6 s)."""
WINDOWS_S = (1.0, 3.0, 5.0, 6.0)
"""First second; 3 s views; ABCD's early seconds; TikTok's hook (research: mission.md, section D)."""
EARLY_S = 1.0
"""What begins by then is there from the start (project choice)."""
SENTENCE_S = 6.0
"""Words that begin a sentence in the window are read on until here (project choice)."""
BLACK_S, FADE_S = 0.2, 0.3
"""Black lead-in and fade-in that a viewer notices (project choice; the 2 s of blackdetect would hide them)."""
STILL_S = 1.0
"""A still opening that is noticed (project choice)."""
FAST_CUTS = 3
"""Cuts in the window that break the pattern of a feed (project choice)."""
TITLE_WORDS = 4
"""A title card has no more words (project choice)."""
LEAST_CONTRAST = 3.0
"""Contrast of large text, https://www.w3.org/TR/WCAG22/#contrast-minimum."""
DARK, DARK_COVER = 32, 0.98
"""Brightest channel and share of pixels of a frame that is black (ratio of ffmpeg's blackdetect)."""
SHARPNESS_SIDE, SHARPNESS_TILES, LEAST_SHARPNESS = 480, 4, 20.0
"""Variance of the Laplacian, long side 480 px, in the sharpest of 4 x 4 tiles, below which a picture is blurred: 36 sharp
ones lie at 41 and above, the same blurred by 0.8 % of their side at 15 and below (measured). A person before a plain wall
fills few tiles."""

SPOKEN, CAPTIONED, ON_SCREEN, SUBTITLED = "speech", "captions", "text", "subtitles"
CHATTER = ("greeting", "self_intro", "agenda", "filler")
"""Weak openers that a real hook within the window makes good."""
ONSETS = {
    "text": "onscreen_text", "speech": "speech", "face": "faces", "cut": "shots", "sound": "sound", "motion": "stillness",
}  # fmt: skip
"""What has an onset, and the signal that measures it as `first_<what>_s`."""

BEGINS: Mapping[str, Message] = {
    "text": message("First text"), "speech": message("First speech"), "face": message("First face"),
    "cut": message("First cut"), "sound": message("First sound"), "motion": message("First motion"),
}  # fmt: skip

TYPES: Mapping[str, Message] = {
    "question": message("It asks the viewer a question."),
    "bold_claim": message("It makes a bold claim."),
    "number_stat": message("It names a concrete figure."),
    "negative_warning": message("It warns of a mistake."),
    "curiosity_gap": message("It holds something back and makes curious."),
    "direct_callout": message("It addresses a certain viewer."),
    "how_to": message("It promises to show how something is done."),
    "list_promise": message("It promises a list."),
    "story_confession": message("It begins a story or a confession."),
    "result_first": message("It shows the result first."),
    "social_proof_authority": message("It leans on authority or on many others."),
    "offer_urgency": message("It makes an offer or presses for time."),
    "challenge_stakes": message("It sets up a test or a challenge."),
    "relatable_humor": message("It plays on a situation that everybody knows."),
    "demo_novelty": message("It shows something new at work."),
    "pattern_interrupt": message("It cuts so fast that it breaks the pattern of a feed."),
}


@dataclass(frozen=True)
class _Words:
    """What is said or written first, in one source."""

    source: str
    time_s: float
    text: str
    language: str | None = None


@dataclass
class _Opening:
    """What the other signals know of the opening; `has` tells what was measured."""

    media: Media
    needed: Mapping[str, SignalResult]
    onsets: dict[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, signal in ONSETS.items():
            found = self.needed.get(signal)
            if found is not None and f"first_{what}_s" in found.metrics:
                value = found.metrics[f"first_{what}_s"]
                self.onsets[what] = float(value) if isinstance(value, (int, float)) else None
            elif what in ("speech", "sound") and not self.media.asset.has_audio:
                self.onsets[what] = None

    def by(self, what: str, seconds: float) -> bool | None:
        """Whether it begins before a time; None where it was not measured."""
        if what not in self.onsets:
            return None
        onset = self.onsets[what]
        return onset is not None and onset < seconds

    def items(self, signal: str, block: str) -> Sequence[Any] | None:
        """Timed records of another signal; None where it was not measured."""
        found = self.needed.get(signal)
        return None if found is None else items_of(found.evidence.get(block))

    def number(self, signal: str, metric: str) -> float | None:
        """A number of another signal; None where there is none."""
        value = self.needed[signal].metrics.get(metric) if signal in self.needed else None
        return float(value) if isinstance(value, (int, float)) else None


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Collect onsets, name types and weak openers, and weigh them."""
    opening = _Opening(media, needed)
    metrics: dict[str, Scalar] = {}
    unmeasured: dict[str, Reason] = {}
    for what, signal in ONSETS.items():
        in_hook = opening.by(what, HOOK_S)
        if in_hook is None:
            missing = message("{signal} was not measured.", signal=signal)
            reason = Reason(code="not_measured", sentence=missing)
            unmeasured |= {f"first_{what}_s": reason, f"{what}_in_hook": reason}
        else:
            metrics |= {f"first_{what}_s": opening.onsets[what], f"{what}_in_hook": in_hook}
    words = _first_words(opening)
    types = _types(opening, words)
    unread = None if types else _unread(opening, words)
    if unread is None:
        metrics["types"] = ",".join(dict.fromkeys(key for key, _ in types)) or None
    else:
        unmeasured["types"] = unread
    cover = _cover_usable(media)
    if cover is None:
        unmeasured["cover_usable"] = Reason(code="no_frames", sentence=message("There is no frame to look at."))
    else:
        metrics["cover_usable"] = cover
    weaknesses = _weaknesses(opening, words, bool(types))
    if words or "stillness" in needed:
        metrics["weak_openers"] = ",".join(weakness.id for weakness in weaknesses) or None
        metrics["weak_opener_count"] = len(weaknesses)
    else:
        blind = Reason(code="not_measured", sentence=message("Neither words nor motion of the opening were measured."))
        unmeasured |= {"weak_openers": blind, "weak_opener_count": blind}
    parts = _parts(opening, "types" in metrics, bool(types), cover)
    value = strength(parts, weaknesses)
    if value is None:
        few = Reason(code="too_little", sentence=message("Too little of the opening was measured for a strength."))
        unmeasured |= {"strength": few, "strength_label": few}
    else:
        metrics |= {"strength": value, "strength_label": label(value)}
    onsets = tuple(Moment(time_s=time_s, text=BEGINS[what]) for what, time_s in opening.onsets.items())
    evidence: dict[str, Evidence] = {
        "onsets": Moments(title="What begins when", items=onsets),
        "reasons": Moments(title="Why this strength", items=reasons(parts, weaknesses)),
        "weak_openers": Moments(title="Weak openers", items=tuple(weakness.moment for weakness in weaknesses)),
        "types": Moments(title="Types of hook", items=tuple(moment for _, moment in types)),
        "windows": _windows(opening),
    }
    note = message("The strength is a heuristic: it is not calibrated and predicts no reach.")
    return Reading(metrics, evidence, unmeasured, (note,))


def _first_words(opening: _Opening) -> list[_Words]:
    """What is said and written first, each source on its own."""
    found = []
    speech, text = opening.needed.get("speech"), opening.needed.get("onscreen_text")
    if said := _spoken(opening.items("speech", "transcript") or ()):
        found.append(_Words(SPOKEN, said[0], said[1], _language(speech)))
    cues = [cue for cue in opening.items("captions", "burned_in") or () if cue.start_s < HOOK_S]
    if cues:
        found.append(_Words(CAPTIONED, cues[0].start_s, " ".join(cue.text for cue in cues), _language(text)))
    if lines := _hook_lines(opening):
        found.append(_Words(ON_SCREEN, lines[0].start_s, joined(lines), _language(text)))
    for track in opening.media.subtitles:
        early = [cue for cue in track.cues if cue.start_s < HOOK_S]
        if early:
            language = track.language[:2].lower() if track.language else None
            found.append(_Words(SUBTITLED, early[0].start_s, " ".join(cue.text for cue in early), language))
    return found


def _language(result: SignalResult | None) -> str | None:
    value = result.metrics.get("language") if result else None
    return str(value)[:2] if value else None


def _spoken(segments: Sequence[Any]) -> tuple[float, str] | None:
    """When speech begins in the window, and its words up to the end of the sentence that the window cuts."""
    said: list[str] = []
    first = None
    for segment in segments:
        for start_s, text in [(word.start_s, word.text) for word in segment.words] or [(segment.start_s, segment.text)]:
            ended = bool(said) and said[-1].rstrip().endswith((".", "!", "?", "…"))
            if start_s >= SENTENCE_S or (start_s >= HOOK_S and (ended or not said)):
                return None if first is None else (first, " ".join(said))
            first = start_s if first is None else first
            said.append(text.strip())
    return None if first is None else (first, " ".join(said))


def _hook_lines(opening: _Opening) -> list[TextTrack]:
    """Headlines and captions that begin in the window, in reading order."""
    tracks = [t for t in opening.items("onscreen_text", "tracks") or () if t.start_s < HOOK_S]
    lines = (track for track in tracks if track.role in DRAWN)
    return sorted(lines, key=lambda line: (line.start_s, line.box.y0, line.box.x0))


def _types(opening: _Opening, words: Iterable[_Words]) -> list[tuple[str, Moment]]:
    """Hook types with the words that show them, the first source that shows a type."""
    found: dict[str, Moment] = {}
    for source in words:
        for opener in hook_types(source.text, source.language):
            moment = Moment(time_s=source.time_s, text=TYPES[opener.id], sign=1, quote=opener.quote)
            found.setdefault(opener.id, moment)
    if (opening.number("shots", "cuts_in_hook") or 0) >= FAST_CUTS:
        first = opening.onsets.get("cut")
        found["pattern_interrupt"] = Moment(time_s=first, text=TYPES["pattern_interrupt"], sign=1)
    return list(found.items())


def _unread(opening: _Opening, words: Sequence[_Words]) -> Reason | None:
    """Why something may be said or written in the window that nobody read; None where all was read."""
    unread_text = "onscreen_text" not in opening.needed and not words
    speech = opening.by("speech", HOOK_S)
    unheard = speech is not False and not any(source.source in (SPOKEN, CAPTIONED, SUBTITLED) for source in words)
    if unread_text or (unheard and not any(source.source == ON_SCREEN for source in words)):
        sentence = message(
            "The first words were not read: there is no transcript, and no caption or headline in the first seconds."
        )
        return Reason(code="no_transcript", sentence=sentence)
    foreign = [source.language for source in words if source.language and source.language not in LANGUAGES]
    if foreign and len(foreign) == len(words):
        sentence = message(
            "The first words are in the language '{language}'; types of hook are known in {known} alone.",
            language=foreign[0], known=", ".join(LANGUAGES),
        )  # fmt: skip
        return Reason(code="language", sentence=sentence)
    return None


def _weaknesses(opening: _Opening, words: Iterable[_Words], has_hook: bool) -> list[Weakness]:
    """Every kind of weak opener once; small talk beside a real hook is none."""
    found: dict[str, Weakness] = {}
    for source in words:
        openers: tuple[Opener, ...] = weak_openers(source.text, source.language)
        for opener in openers:
            if not (has_hook and opener.id in CHATTER):
                found.setdefault(opener.id, Weakness(opener.id, source.time_s, opener.quote))
    for key, time_s, quote in _weak_pictures(opening, has_hook):
        found.setdefault(key, Weakness(key, time_s, quote))
    return list(found.values())


def _weak_pictures(opening: _Opening, has_hook: bool) -> Iterable[tuple[str, float, str]]:
    """Weak openers that are seen and heard: id, time, words."""
    black, fade = (opening.number("stillness", metric) or 0.0 for metric in ("black_lead_s", "fade_in_s"))
    if black >= BLACK_S or fade >= FADE_S:
        yield "black_or_fade_in", 0.0, ""
    if _leading(opening.items("stillness", "dead_air")) >= STILL_S:
        yield "dead_air", 0.0, ""
    elif opening.media.asset.has_audio and opening.by("sound", STILL_S) is False is opening.by("text", STILL_S):
        yield "silence", 0.0, ""
    still = _leading(opening.items("stillness", "freezes"))
    tracks = opening.items("onscreen_text", "tracks") or ()
    texts = [track.text for track in tracks if track.start_s < STILL_S and track.role in DRAWN]
    alone = opening.by("face", STILL_S) is False and opening.by("speech", STILL_S) is False
    if still >= STILL_S and opening.by("text", still) is False:
        yield "still_without_text", 0.0, ""
    elif still >= STILL_S and alone and not has_hook and 0 < len(" ".join(texts).split()) <= TITLE_WORDS:
        yield "logo_first", 0.0, " ".join(texts)
    first = first_lines(_hook_lines(opening))
    if first and all(is_lost(line) for line in first):
        yield "unreadable_text", first[0].start_s, first[0].text


def _leading(spans: Sequence[Any] | None) -> float:
    """Seconds of the span that the clip opens with, 0 where there is none."""
    return next((span.end_s for span in spans or () if span.start_s <= BLACK_S), 0.0)


def _parts(opening: _Opening, typed: bool, has_type: bool, cover: bool | None) -> list[Part]:
    """Which factors of the strength are met, with the time that shows it."""
    first = opening.onsets.get
    early = [opening.by(what, EARLY_S) for what in ("text", "speech")]
    moves = [opening.by("cut", HOOK_S), opening.by("motion", EARLY_S)]
    parts = [
        Part("words", has_type if typed else None),
        Part("message_early", _any(early), _first(opening, "text", "speech")),
        Part("text", opening.by("text", HOOK_S), first("text")),
        Part("sound", opening.by("sound", EARLY_S), first("sound")),
        Part("dynamic", _any(moves), _first(opening, "cut", "motion")),
        Part("face", opening.by("face", HOOK_S), first("face")),
        Part("cover", cover, 0.0),
    ]
    if "onscreen_text" not in opening.needed:
        parts.append(Part("readable", None))
    elif lines := first_lines(_hook_lines(opening)):
        readable = any(not is_lost(line) and (line.contrast or LEAST_CONTRAST) >= LEAST_CONTRAST for line in lines)
        parts.append(Part("readable", readable, lines[0].start_s))
    return parts


def _any(known: Sequence[bool | None]) -> bool | None:
    """Whether one is true; None where none is and one is not known."""
    return True if True in known else None if None in known else False


def _first(opening: _Opening, *whats: str) -> float | None:
    return min((onset for what in whats if (onset := opening.onsets.get(what)) is not None), default=None)


def _cover_usable(media: Media) -> bool | None:
    """Whether the first frame is neither black nor blurred; None where there is no frame."""
    import cv2

    if not media.frames:
        return None
    picture = media.frames[0].load()
    if (picture.max(axis=2) <= DARK).mean() >= DARK_COVER:
        return False
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    scale = SHARPNESS_SIDE / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    rows = np.array_split(cv2.Laplacian(small, cv2.CV_32F), SHARPNESS_TILES)
    tiles = [tile for row in rows for tile in np.array_split(row, SHARPNESS_TILES, axis=1) if tile.size]
    return bool(max(tile.var() for tile in tiles) >= LEAST_SHARPNESS)


def _windows(opening: _Opening) -> Table:
    """What is there within each window; an empty cell was not measured."""

    def started(signal: str, block: str, window: float) -> list[Any] | None:
        items = opening.items(signal, block)
        return None if items is None else [item for item in items if item.start_s < window]

    def seconds(spans: Sequence[Any] | None, window: float) -> float | None:
        early = [span for span in spans or () if span.start_s < window]
        return None if spans is None else round(sum(min(span.end_s, window) - span.start_s for span in early), 2)

    def row(window: float) -> tuple[Scalar, ...]:
        texts, shots = started("onscreen_text", "tracks", window), started("shots", "shots", window)
        faces, quiet = started("faces", "faces", window), seconds(opening.items("sound", "silences"), window)
        length = min(window, opening.media.duration_s)
        return (
            window, None if texts is None else sum(len(track.text) for track in texts if track.role in DRAWN),
            seconds(opening.items("speech", "speech"), window), None if faces is None else len(faces),
            None if shots is None else sum(shot.transition == "cut" for shot in shots),
            None if quiet is None else round(max(0.0, length - quiet), 2),
            seconds(opening.items("stillness", "black"), window),
        )  # fmt: skip

    columns = ("First seconds", "Characters", "Speech (s)", "Faces", "Cuts", "Sound (s)", "Black (s)")
    return Table(title="The first seconds", columns=columns, rows=tuple(row(window) for window in WINDOWS_S))


_ONSET_MEANINGS = {
    "text": ("First text on screen.", "Text within the first 3 s."),
    "speech": ("First speech.", "Speech within the first 3 s."),
    "face": ("First face.", "A face within the first 3 s."),
    "cut": ("First cut.", "A cut within the first 3 s."),
    "sound": ("First sound.", "Sound within the first 3 s."),
    "motion": ("First motion.", "Motion within the first 3 s."),
}

SIGNAL = Signal(
    id="hook",
    title="Hook",
    why="Whether the first seconds give a reason to stay, and what to change in them.",
    measure=measure,
    metrics={f"first_{what}_s": Metric("s", onset) for what, (onset, _) in _ONSET_MEANINGS.items()}
    | {f"{what}_in_hook": Metric("flag", within) for what, (_, within) in _ONSET_MEANINGS.items()}
    | {
        "types": Metric("text", "Types of hook that the first words show; none: unclassified."),
        "weak_openers": Metric("text", "Kinds of weak opener that were found."),
        "weak_opener_count": Metric("count", "How many kinds of weak opener were found."),
        "cover_usable": Metric("flag", "The first frame is neither black nor blurred."),
        "strength": Metric("points", "Strength of the hook, 0 to 100: a heuristic that predicts no reach."),
        "strength_label": Metric("text", "The strength in a word: weak, fair or strong."),
    },
    kinds=("video",),
    uses=tuple(dict.fromkeys((*ONSETS.values(), "captions"))),
)
