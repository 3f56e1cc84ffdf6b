"""A file becomes a `Media`: opened once, decoded in a process that may crash or hang without harm, and checked.

This side trusts nothing that it has not checked; whatever goes wrong becomes one clear `MediaError`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from analyzer.methods.reading_speed import cps
from analyzer.nouns.evidence import Cue
from analyzer.nouns.media import Audio, Confinement, Frame, Loudness, Media, Samples, SubtitleTrack, Thumbnails
from analyzer.nouns.report import Asset
from analyzer.read.decode import spool as names
from analyzer.read.decode.limits import Limits
from analyzer.read.decoder import Decoder, Progress, nameless, untrusted
from analyzer.read.opening import OpenAsset, opened, printable
from analyzer.read.returned import Facts, curve_of, facts_of, times_of
from analyzer.read.sidecars import sidecars_of

MOST_CURVE_BYTES = 4_000_000
"""Of loudness over time: a value each tenth of a second of a day."""


@contextlib.contextmanager
def read_media(
    asset: Path | OpenAsset,
    *,
    asset_id: str,
    post_text: str | None = None,
    find: tuple[str, ...] = (),
    comments: tuple[str, ...] | None = None,
    limits: Limits | None = None,
    show_location: bool = False,
    on_progress: Progress | None = None,
) -> Iterator[Media]:
    """Read an asset once. The `Media` lives as long as the context: its arrays are files, its frames come from a process.

    Raises `MediaError` with one sentence when the file cannot be read at all.
    """
    limits = limits or Limits()
    with contextlib.ExitStack() as stack:
        source = asset if isinstance(asset, OpenAsset) else stack.enter_context(opened(asset, sidecars_of))
        spool = {name: stack.enter_context(nameless()) for name in names.FILES}
        decoder = Decoder(source, spool, limits, show_location)
        stack.callback(decoder.close)
        confinement = decoder.follow(on_progress)
        source.check()
        try:
            media = _media(source, asset_id, spool, limits, decoder, confinement)
        except (ValueError, OSError) as error:
            raise untrusted(error) from error
        yield dataclasses.replace(media, post_text=post_text, find=find, comments=comments)


def _media(
    source: OpenAsset, asset_id: str, spool: Mapping[str, BinaryIO], limits: Limits, decoder: Decoder, confinement: Confinement
) -> Media:
    facts, everything = facts_of(_all_of(spool[names.FACTS], names.MOST_FACTS_BYTES))
    times_s = times_of(_all_of(spool[names.TIMES], 8 * (limits.frames + limits.animation_frames)), facts, limits)
    record = (*facts.thumbnail, 3)
    if _size(spool[names.THUMBNAILS]) != len(times_s) * int(np.prod(record)):
        raise ValueError("there are not as many thumbnails as frames")
    if video := everything["video"]:
        steps = np.diff(times_s)
        video["constant_frame_rate"] = bool(np.ptp(steps) < 0.0025) if len(steps) > 1 else None
    return Media(
        asset=_asset(source, asset_id, facts),
        thumbnails=Thumbnails(times_s, Samples(spool[names.THUMBNAILS], "u1", record, len(times_s)), facts.end_s),
        frames=tuple(
            Frame(
                index,
                time_s,
                functools.partial(decoder.picture, place),
                functools.partial(decoder.grey, place) if soon else None,
            )
            for place, (index, time_s, soon) in enumerate(facts.kept)
        ),
        audio=_audio(spool[names.AUDIO]) if facts.loudness else None,
        loudness=_loudness(facts, spool),
        subtitles=tuple(_subtitles(track) for track in facts.subtitles),
        facts=everything,
        notes=tuple(note.message() for note in facts.notes),
        confinement=confinement,
    )


def _asset(source: OpenAsset, asset_id: str, facts: Facts) -> Asset:
    video, image = facts.video, facts.image
    return Asset(
        id=asset_id,
        name=printable(source.path.name),
        kind=facts.kind,
        bytes=source.size,
        width=facts.width,
        height=facts.height,
        duration_s=None if facts.kind == "image" else facts.end_s,
        frame_rate=video.frame_rate if video else None,
        has_audio=facts.loudness is not None,
        container=facts.container,
        video_codec=video.codec if video else image.format.lower() if image else None,
        audio_codec=facts.audio.codec if facts.audio else None,
    )


def _audio(file: BinaryIO) -> Audio:
    size = _size(file)
    if size % 2:
        raise ValueError("the sound is cut off")
    return Audio(Samples(file, "<i2", length=size // 2))


def _loudness(facts: Facts, spool: Mapping[str, BinaryIO]) -> Loudness | None:
    if facts.loudness is None:
        return None
    return Loudness(
        **facts.loudness.model_dump(),
        momentary_lufs=curve_of(_all_of(spool[names.MOMENTARY], MOST_CURVE_BYTES)),
        rms_dbfs=curve_of(_all_of(spool[names.LEVELS], MOST_CURVE_BYTES)),
    )


def _subtitles(track: Any) -> SubtitleTrack:
    cues = tuple(
        Cue(
            start_s=cue.start_s,
            end_s=cue.end_s,
            text=cue.text,
            cps=round(cps(cue.text, cue.start_s, cue.end_s), 2),
        )
        for cue in track.cues
    )
    return SubtitleTrack(track.origin, track.name, track.language, cues, track.note and track.note.message())


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _all_of(file: BinaryIO, most_bytes: int) -> bytes:
    """The whole of a file that may have so many bytes."""
    size = _size(file)
    if size > most_bytes:
        raise ValueError("it left more than it may")
    file.seek(0)
    pieces = []
    while size > 0 and (piece := file.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
