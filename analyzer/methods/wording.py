"""The words of an asset by where they stand: said, shown, posted, commented; and whether a model knows their language.

Pure: it looks at results of signals and asks engines that it is given. What the words express is for signals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.methods.hook_lines import TOGETHER_S
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import TextTrack, TranscriptSegment, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines

SOURCES = {"transcript": "transcript", "onscreen": "on-screen text", "post": "post text", "comments": "comments"}
"""Where words stand, with the names that a report shows."""
SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])|\n+")
"""Where a sentence ends."""
END_MARKS = (".", "!", "?", "…", "。", "！", "？")
LONGEST_WORDS = 40
"""Words after which what is said is cut where a segment ends, for some speech engines write no full stops (project choice)."""
MOST_COMMENTS = 10_000
"""Comments that are looked at (project choice)."""
QUOTED = 200
"""Characters of a sentence that are quoted (project choice)."""


@dataclass(frozen=True)
class Line:
    """A sentence, or lines that are shown together, with the time at which it begins where it has one."""

    text: str
    time_s: float | None = None

    @property
    def quote(self) -> str:
        """The words on one line, cut to what a report quotes."""
        text = " ".join(self.text.split())
        return text if len(text) <= QUOTED else text[: QUOTED - 1].rstrip() + "…"


Lines = tuple[Line, ...]


def lines_of(media: Media, needed: Mapping[str, SignalResult]) -> dict[str, Lines | Reason]:
    """The lines of each of `SOURCES`: none where there is no text, or the reason why it is not known.

    Sentences of what is said and posted, lines of what is shown, and comments as they are.
    """
    post = tuple(map(Line, sentences(media.post_text or "")))
    comments = tuple(Line(text) for text in (media.comments or ())[:MOST_COMMENTS] if text.strip())
    return {"transcript": _said(media, needed), "onscreen": _shown(needed), "post": post, "comments": comments}


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break ends one as a full stop does."""
    return [part.strip() for part in SENTENCE.split(text) if part and any(not mark.isspace() for mark in part)]


def whole(lines: Lines) -> str:
    """Lines as one text."""
    return "\n".join(line.text for line in lines)


def _said(media: Media, needed: Mapping[str, SignalResult]) -> Lines | Reason:
    if media.audio is None:
        return ()
    speech = needed.get("speech")
    if speech is None:
        return Reason(code="needs:speech", sentence=message("What is said was not measured."))
    if "transcript" in speech.unmeasured:
        return speech.unmeasured["transcript"]
    if "transcript" in speech.evidence:
        return tuple(_spoken(speech.evidence["transcript"].items))  # type: ignore[union-attr,arg-type]
    return tuple(map(Line, sentences(str(speech.metrics["transcript"] or ""))))


def _spoken(segments: Sequence[TranscriptSegment]) -> Iterator[Line]:
    """What is said sentence by sentence, each with the time of its first word."""
    words: list[str] = []
    began_s = 0.0
    for segment in segments:
        for text, time_s in _timed(segment):
            began_s = began_s if words else time_s
            words.append(text)
            if text.endswith(END_MARKS):
                yield Line(" ".join(words), round(began_s, 3))
                words = []
        if len(words) >= LONGEST_WORDS:
            yield Line(" ".join(words), round(began_s, 3))
            words = []
    if words:
        yield Line(" ".join(words), round(began_s, 3))


def _timed(segment: TranscriptSegment) -> list[tuple[str, float]]:
    """Words with their times; where the engine gave none, spread evenly over the segment."""
    if segment.words:
        return [(word.text.strip(), word.start_s) for word in segment.words if word.text.strip()]
    words = segment.text.split()
    step = (segment.end_s - segment.start_s) / max(1, len(words))
    return [(word, segment.start_s + step * number) for number, word in enumerate(words)]


def _shown(needed: Mapping[str, SignalResult]) -> Lines | Reason:
    """What is shown: lines of one role that appear together are one, one that comes again counts once, marks are left out."""
    onscreen = needed.get("onscreen_text")
    if onscreen is None:
        return Reason(code="needs:onscreen_text", sentence=message("The on-screen text was not measured."))
    if "tracks" not in onscreen.evidence:
        return tuple(map(Line, sentences(str(onscreen.metrics["text"] or ""))))
    groups: list[list[TextTrack]] = []
    for track in onscreen.evidence["tracks"].items:  # type: ignore[union-attr]
        assert isinstance(track, TextTrack)
        if track.role == "watermark":
            continue
        if groups and track.role == groups[-1][0].role and track.start_s - groups[-1][0].start_s <= TOGETHER_S:
            groups[-1].append(track)
        else:
            groups.append([track])
    found = (Line(" ".join(track.text for track in sorted(group, key=_place)), group[0].start_s) for group in groups)
    return tuple({line.text: line for line in reversed(list(found))}.values())[::-1]


def _place(track: TextTrack) -> tuple[float, float]:
    return track.box.y0, track.box.x0


def understood(source: str, lines: Lines, engines: Engines, known: Collection[str]) -> Lines:
    """The lines whose language a model knows; raises `Unavailable` where there is none.

    A text has one language. Comments have one each: one that is too short to tell is taken to be in the language of most of
    the others. What holds no letters is in every language.
    """
    lettered = [line for line in lines if any(map(str.isalpha, line.text))]
    if not lettered:
        return lines
    identify = engines["language-identification"].identify
    texts = [line.text for line in lettered] if source == "comments" else [whole(lines)]
    languages = [identify(text)[0] for text in texts]
    told = Counter(filter(None, languages))
    if not told:
        raise Unavailable("unsure", message("The text is too short or too mixed to tell its language."))
    usual = told.most_common(1)[0][0]
    if not told.keys() & set(known):
        raise Unavailable(
            "language",
            message(
                "The text is in the language '{language}'; the model knows {known} alone.",
                language=usual,
                known=", ".join(known),
            ),
        )
    if source != "comments":
        return lines
    foreign = {text for text, language in zip(texts, languages, strict=True) if (language or usual) not in known}
    return tuple(line for line in lines if line.text not in foreign)


def classified(source: str, lines: Lines, engines: Engines, engine: Any) -> list[tuple[Line, dict[str, float]]]:
    """What a classifier says of each line that it can read; raises `Unavailable` where it can read none."""
    asked = understood(source, lines, engines, engine.languages)
    answers = engine.classify([line.text for line in asked])
    found = [(line, answer) for line, answer in zip(asked, answers, strict=True) if answer]
    if not found:
        raise Unavailable("unsure", message("The model does not know the signs of this text."))
    return found
