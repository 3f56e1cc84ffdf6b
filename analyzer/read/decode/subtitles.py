"""Subtitle streams and files as cues: {"start_s", "end_s", "text"}. Markup is dropped, line breaks stay."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import PurePath
from typing import Any

import av

from analyzer.disk import encodings
from analyzer.methods.languages import language_of
from analyzer.read.decode.cue_text import MOST_CHARACTERS, ass_text
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.spool import note
from analyzer.read.decode.subtitle_formats import language_in, raw_cues

MAX_CUE_S = 30.0
"""A cue without an end is given this much at most."""
TOUCH_S = 0.05
"""Cues this close follow each other without a gap: a frame at 25 frames a second is 0.04 s."""

SHIFTED, SHIFTED_WITHIN = "X-TIMESTAMP-MAP", 4_000
"""A row of the head of a WebVTT file whose times count from elsewhere (RFC 8216, section 3.5), and how far a head goes."""
MOST_ROWS = 8
"""Rows of a cue that may have rolled up: a screen holds four."""


def ready() -> None:
    """Load all that reading a sidecar needs, before this process may open no more files. It takes some tenths of a second."""
    encodings.ready()
    language_of("clip.en.srt")


def cues_of_packet(packet: Any, zero_s: float) -> list[dict[str, Any]]:
    """Cues of one packet of a text subtitle stream; pictures and damage give none."""
    if packet.pts is None:
        return []
    try:
        events = packet.decode()
    except (av.error.FFmpegError, ValueError):
        return []
    start_s = float(packet.pts * packet.time_base) - zero_s
    length_s = float((packet.duration or 0) * packet.time_base) or MAX_CUE_S
    cues = []
    for event in events:
        raw = getattr(event, "ass", b"")
        text = ass_text(raw.decode("utf-8", "replace").split(",", 8)[-1])[:MOST_CHARACTERS] if raw else ""
        if text:
            cues.append({"start_s": start_s, "end_s": start_s + length_s, "text": text})
    return cues


def read_sidecar(name: str, data: bytes | None, limits: Limits) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A subtitle file beside the asset as a track, and notes on what was left out or guessed.

    `data` are its first `limits.text_bytes` + 1 bytes, or None where it could not be opened. Takes time in proportion to them.
    """
    name, language = encodings.shown(name), language_of(name)
    track: dict[str, Any] = {"origin": "sidecar", "name": name, "language": language, "cues": []}
    if data is None:
        return track, [note("The file {name} could not be opened, so its subtitles were not read.", name=name)]
    if not data.strip():
        return track, [note("The file {name} is empty; it holds no subtitles.", name=name)]
    notes = []
    if len(data) > limits.text_bytes:
        data = data[: limits.text_bytes]
        notes.append(note("Of the file {name} only the first {bytes} bytes were read.", name=name, bytes=limits.text_bytes))
    text, encoding = encodings.decoded(data, language)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    track["language"] = language or language_in(text)
    raw = list(islice(raw_cues(text, PurePath(name).suffix), limits.subtitle_cues + 1))
    if not raw:
        return track, [*notes, note("The file {name} could not be read as subtitles.", name=name)]
    if encoding is not None:
        notes.append(note("The file {name} was read as {encoding}, which is a guess.", name=name, encoding=encoding))
    if len(raw) > limits.subtitle_cues:
        raw.pop()
        notes.append(note("Of the file {name} only the first {count} cues were read.", name=name, count=len(raw)))
    if SHIFTED in text[:SHIFTED_WITHIN]:
        notes.append(note("The file {name} is a piece of a stream; its times were taken as they stand.", name=name))
    cues: list[dict[str, Any]] = [
        {"start_s": cue.start_s, "end_s": cue.end_s, "text": words} for cue in raw if (words := cue.text)
    ]
    timed = [cue for cue in cues if cue["end_s"] > cue["start_s"]]
    if left := len(cues) - len(timed):
        notes.append(note("Cues of the file {name} that end before they begin were left out: {count}.", name=name, count=left))
    track["cues"] = told_once(timed)
    long = [cue for cue in track["cues"] if len(cue["text"]) > MOST_CHARACTERS]
    for cue in long:
        cue["text"] = cue["text"][:MOST_CHARACTERS].strip()
    if long:
        most, count = MOST_CHARACTERS, len(long)
        notes.append(
            note("Cues of the file {name} that were cut after {most} characters: {count}.", name=name, most=most, count=count)
        )
    return track, notes


def told_once(cues: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cues in order of time. A text that stands on is one cue, and rows that roll up from the cue before are left out."""
    kept: list[dict[str, Any]] = []
    standing: dict[str, dict[str, Any]] = {}
    before: list[str] = []
    before_end_s = float("-inf")
    for cue in sorted(cues, key=lambda cue: (cue["start_s"], cue["end_s"])):
        rows = cue["text"].split("\n")
        rolled = _shared(before, rows) if cue["start_s"] <= before_end_s + TOUCH_S else 0
        before, before_end_s = rows, max(before_end_s, cue["end_s"])
        text = "\n".join(rows[rolled:])
        former = standing.get(text or cue["text"]) or (None if text else kept[-1])
        if former and cue["start_s"] <= former["end_s"] + TOUCH_S:
            former["end_s"] = max(former["end_s"], cue["end_s"])
        elif text:
            standing[text] = cue | {"text": text}
            kept.append(standing[text])
    return kept


def _shared(before: list[str], rows: list[str]) -> int:
    """How many of the rows are the last of those before."""
    most = min(len(before), len(rows), MOST_ROWS)
    return next((count for count in range(most, 0, -1) if before[-count:] == rows[:count]), 0)
