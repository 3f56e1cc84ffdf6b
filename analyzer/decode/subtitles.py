"""Subtitle streams and files as cues: {"start_s", "end_s", "text"}. Markup is dropped, line breaks stay."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, BinaryIO

import av

from analyzer.decode.limits import Limits
from analyzer.decode.spool import note

ASS_OVERRIDE = re.compile(r"\{[^}]*\}")
MAX_CUE_S = 30.0
"""A cue without an end is given this much at most."""


def _plain(ass: str) -> str:
    """Text of an ASS event: override blocks out, \\N to a line break."""
    return ASS_OVERRIDE.sub("", ass).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ").strip()


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
        text = _plain(raw.decode("utf-8", "replace").split(",", 8)[-1]) if raw else ""
        if text:
            cues.append({"start_s": start_s, "end_s": start_s + length_s, "text": text})
    return cues


def read_sidecar(file_name: str, file: BinaryIO | None, limits: Limits) -> dict[str, Any]:
    """A .srt, .vtt, .ass or .ssa file beside the asset; one that cannot be read has a note instead of cues."""
    import pysubs2

    path = PurePath(file_name)
    language = path.suffixes[-2].lstrip(".") if len(path.suffixes) > 1 and 2 <= len(path.suffixes[-2]) - 1 <= 5 else None
    track: dict[str, Any] = {"origin": "sidecar", "name": path.name, "language": language, "cues": []}
    try:
        if file is None:
            raise OSError("it could not be opened")
        data = file.read(limits.text_bytes + 1)
        if len(data) > limits.text_bytes:
            return track | {"note": note("The file {name} is too large for subtitles and was not read.", name=path.name)}
        text = data.decode("utf-8-sig", "replace")
        events = pysubs2.SSAFile.from_string(text, format_=_format(path)).events
    except (OSError, pysubs2.Pysubs2Error, ValueError, KeyError, IndexError):
        return track | {"note": note("The file {name} could not be read as subtitles.", name=path.name)}
    track["cues"] = [
        {"start_s": event.start / 1000, "end_s": event.end / 1000, "text": event.plaintext.strip()}
        for event in events[: limits.subtitle_cues]
        if not event.is_comment and event.plaintext.strip() and event.end > event.start
    ]
    return track


def _format(path: PurePath) -> str:
    return {".srt": "srt", ".vtt": "vtt", ".ass": "ass", ".ssa": "ssa"}[path.suffix.lower()]
