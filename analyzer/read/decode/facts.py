"""What a container and its codecs state of picture, sound and subtitles, as the report shows it."""

from __future__ import annotations

from typing import Any

from av.video.frame import VideoFrame

from analyzer.read.decode import colour, geometry, pixels
from analyzer.read.decode.metadata import clean
from analyzer.read.decode.subtitles import told_once

MAX_NAME = 40
"""Characters of a language or codec name."""


def of_picture(video: Any, first: VideoFrame) -> dict[str, Any]:
    """Facts of a video stream by its first frame; counts over all frames are added by the pass."""
    codec, components = video.codec_context, first.format.components
    rate = rate_of(video)
    return {
        "codec": codec.codec.canonical_name,
        "profile": codec.profile,
        "pixel_format": first.format.name,
        "bit_depth": max((component.bits for component in components), default=8),
        "chroma": "RGB" if first.format.is_rgb else pixels.chroma(first),
        "coded_width": first.width,
        "coded_height": first.height,
        "frame_rate": str(rate) if rate else None,
        "bit_rate": max(0, codec.bit_rate or 0) or None,
        "primaries": int(first.color_primaries),
        "transfer": int(first.color_trc),
        "matrix": int(first.colorspace),
        "range": "full" if first.color_range == 2 else "limited",
        "hdr": colour.is_hdr(int(first.color_trc)),
        "rotation": geometry.degrees(geometry.turn_of(first)),
        "alpha": any(component.is_alpha for component in components),
    }


def of_sound(audio: Any) -> dict[str, Any]:
    """Facts of an audio stream."""
    codec = audio.codec_context
    return {
        "codec": codec.codec.canonical_name,
        "profile": codec.profile,
        "sample_rate": codec.sample_rate,
        "channels": codec.layout.nb_channels,
        "layout": codec.layout.name,
        "bit_rate": max(0, codec.bit_rate or 0) or None,
    }


def of_subtitles(stream: Any, cues: list[dict[str, Any]]) -> dict[str, Any]:
    """One embedded track with its cues, which ASS in MP4 and Matroska may hold in any order and twice."""
    language = clean(stream.metadata.get("language") or "und")[:MAX_NAME]
    return {
        "origin": "embedded",
        "name": stream.codec_context.name,
        "language": None if language == "und" else language,
        "cues": told_once(cue for cue in cues if cue["end_s"] > cue["start_s"]),
    }


def rate_of(video: Any) -> Any:
    """Frames a second as a fraction, or None."""
    return video.average_rate or video.guessed_rate or None
