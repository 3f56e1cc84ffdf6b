"""The bounds within which an asset is read. Data only: the parent sends them to the child, the child keeps to them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Project choices, with the reason for each."""

    picture_pixels: int = 50_000_000
    """Largest picture that is decoded; an 8K frame has 33 million pixels."""
    duration_s: float = 3600.0
    """What lies beyond is not looked at; an hour leaves about 0.8 GB of thumbnails on disk."""
    frames: int = 150_000
    """An hour at 30 frames a second has 108,000."""
    kept_frames: int = 600
    """Frames kept in full, about 0.2 MB each; beyond that every second one is given up."""
    decode_s: float = 900.0
    """Seconds after which decoding stops by itself and what was read so far is reported."""
    animation_s: float = 120.0
    """The same for an animated GIF, WebP or PNG: a few kilobytes of one can ask for hours."""
    stall_s: float = 40.0
    """Seconds without any progress after which the process is killed."""
    memory_bytes: int = 6_000_000_000
    """Address space of the decoding process; frame threads over 8K pictures need most of it."""
    spool_bytes: int = 4_000_000_000
    """Largest file that the decoding process may write."""
    animation_frames: int = 5_000
    """Frames of an animated GIF, WebP or PNG."""
    subtitle_cues: int = 20_000
    text_bytes: int = 5_000_000
    """Largest sidecar file that is read."""
