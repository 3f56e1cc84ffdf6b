"""What the decoding process hands back, checked as the word of a stranger: a hostile asset may have taken that process over.

Each thing is bounded before it is read, and typed before it is used. Whatever does not fit is `ValueError`.
"""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analyzer.nouns.evidence import Message
from analyzer.nouns.sentences import names_in, strays_in
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.spool import HIGHEST_DB, LOWEST_DB, MOST_CHARACTERS, MOST_ENTRIES

MOST_LINE_BYTES = 8_192
"""Of a line of the protocol."""
MOST_DEPTH = 6
MOST_SECONDS = 1e9
MOST_INTEGER = 2**63

Text = Annotated[str, Field(max_length=MOST_CHARACTERS)]
Word = Annotated[str, Field(max_length=500)]
Seconds = Annotated[float, Field(ge=-MOST_SECONDS, le=MOST_SECONDS)]
Count = Annotated[int, Field(ge=0, le=MOST_INTEGER)]
Side = Annotated[int, Field(ge=1, le=1_000_000)]
ThumbnailSide = Annotated[int, Field(ge=1, le=256)]
Decibel = Annotated[float, Field(ge=-1_000, le=1_000)]


class _Checked(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Note(_Checked):
    text: Word
    params: dict[Word, Text | int | float | bool | None] = {}

    @model_validator(mode="after")
    def _can_be_said(self) -> _Note:
        if strays_in(self.text) or not names_in(self.text) <= self.params.keys():
            raise ValueError("a sentence and its parameters do not fit")
        return self

    def message(self) -> Message:
        return Message(text=self.text, params=self.params)


class _Cue(_Checked):
    start_s: Seconds
    end_s: Seconds
    text: Text


class _Track(_Checked):
    origin: Literal["embedded", "sidecar"]
    name: Text
    language: Word | None
    cues: list[_Cue]
    note: _Note | None = None


class _Loudness(_Checked):
    integrated_lufs: Decibel | None
    range_lu: Decibel | None
    true_peak_dbtp: Decibel | None
    sample_peak_dbfs: Decibel | None
    clipped_runs: Count
    step_s: Annotated[float, Field(ge=0.001, le=10)]


class _Video(_Checked):
    codec: Word
    frame_rate: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}(/[1-9][0-9]{0,18})?$")] | None
    pixel_format: Word | None = None
    chroma: Word | None = None
    bit_depth: Count | None = None
    bit_rate: int | None = None
    streams: Count | None = None
    hdr: bool | None = None
    interlaced: bool | None = None
    alpha: bool | None = None
    rotation: int | None = None
    keyframe_interval_s: Seconds | None = None


class _Audio(_Checked):
    codec: Word
    bit_rate: int | None = None
    channels: Count | None = None
    sample_rate: Count | None = None
    streams: Count | None = None


class _Image(_Checked):
    format: Word
    mode: Word | None = None
    bit_depth: Count | None = None
    frames: Count = 1
    alpha: bool | None = None
    exif_orientation: int = 1


class _Leak(_Checked):
    field: Text
    value: Text


class Facts(_Checked):
    """What is used of the facts of an asset; others are shown as they are."""

    kind: Literal["image", "video"]
    container: Word
    width: Side
    height: Side
    end_s: Annotated[float, Field(ge=0, le=MOST_SECONDS)]
    thumbnail: Annotated[list[ThumbnailSide], Field(min_length=2, max_length=2)]
    kept: list[tuple[Count, Seconds, bool]]
    video: _Video | None
    audio: _Audio | None
    image: _Image | None
    loudness: _Loudness | None
    subtitles: list[_Track]
    notes: list[_Note]
    brand: Word | None = None
    bit_rate: int | float | None = None
    duration_s: Seconds | None = None
    moov_first: bool | None = None
    edit_list: bool | None = None
    fragmented: bool | None = None
    decode_errors: Count = 0
    leaks: list[_Leak] = []
    tags: dict[Text, Text] = {}

    @model_validator(mode="after")
    def _has_a_codec(self) -> Facts:
        if self.video is None and self.image is None:
            raise ValueError("it is neither a video nor an image")
        return self


class _Confinement(_Checked):
    kept_from: list[Word]
    not_kept_from: list[Word]
    failed: list[Word]


class _Error(_Checked):
    code: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    sentence: Annotated[str, Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def _is_plain(self) -> _Error:
        if not self.sentence.isprintable():
            raise ValueError("a sentence is not plain text")
        return self


class Event(_Checked):
    """A line of the protocol: exactly one of what it may tell."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, extra="forbid")

    confinement: _Confinement | None = None
    finished: Literal[True] | None = None
    error: _Error | None = None
    done: Annotated[float, Field(ge=-1, le=MOST_SECONDS)] | None = None
    total: Annotated[float, Field(ge=0, le=MOST_SECONDS)] | None = None
    shape: Annotated[list[Side], Field(min_length=2, max_length=3)] | None = None

    @model_validator(mode="after")
    def _tells_one_thing(self) -> Event:
        told = self.model_fields_set - {"total"}
        if len(told) != 1 or getattr(self, next(iter(told))) is None:
            raise ValueError("a line tells nothing, or several things")
        return self


def event_of(line: bytes) -> Event:
    """A line of at most `MOST_LINE_BYTES`."""
    if not line.endswith(b"\n"):
        raise ValueError("a line has no end")
    return Event.model_validate_json(line)


def facts_of(text: bytes) -> tuple[Facts, dict[str, Any]]:
    """The facts that are used, typed, and all of them as they came."""
    try:
        everything = json.loads(text)
        _check(everything, 0)
    except RecursionError as error:
        raise ValueError("the facts are nested too deep") from error
    return Facts.model_validate_json(text), everything


def times_of(data: bytes, facts: Facts, limits: Limits) -> NDArray[np.float64]:
    """Presentation times in seconds: increasing, none before 0, none after the end; and the kept frames are among them."""
    if len(data) % 8 or not 1 <= len(data) // 8 <= max(limits.frames, limits.animation_frames) + 1:
        raise ValueError("the times are not times of frames")
    times_s = np.frombuffer(data, "<f8").copy()
    if not np.isfinite(times_s).all() or times_s[0] < 0 or (np.diff(times_s) <= 0).any() or times_s[-1] > facts.end_s:
        raise ValueError("the times do not increase from 0 to the end")
    last = -1
    if len(facts.kept) > limits.kept_frames:
        raise ValueError("too many frames are kept")
    for index, time_s, _ in facts.kept:
        if not last < index < len(times_s) or time_s != times_s[index]:
            raise ValueError("a kept frame is none of the frames")
        last = index
    return times_s


def curve_of(data: bytes) -> NDArray[np.float32]:
    """Levels in dB, one each step."""
    if len(data) % 4:
        raise ValueError("a curve is cut off")
    curve = np.frombuffer(data, "<f4").copy()
    if not np.isfinite(curve).all() or (np.abs(curve) > max(HIGHEST_DB, -LOWEST_DB)).any():
        raise ValueError("a curve has levels that cannot be")
    return curve


def _check(value: Any, depth: int) -> None:
    """Refuse what is too deep, too long, or no number."""
    if depth > MOST_DEPTH:
        raise ValueError("the facts are nested too deep")
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            raise ValueError("a text is too long")
        value.encode()
    elif isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > MOST_INTEGER:
            raise ValueError("a number is out of bounds")
    elif isinstance(value, dict | list):
        if len(value) > MOST_ENTRIES:
            raise ValueError("a list is too long")
        for entry in value.values() if isinstance(value, dict) else value:
            _check(entry, depth + 1)
        for key in value if isinstance(value, dict) else ():
            _check(key, depth + 1)
