"""Builds inputs by hand: a `Media` of arrays, an `OcrLine`, results of signals. No files, no decoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import BoundingBox, OcrLine, TextTrack
from analyzer.nouns.media import Audio, Frame, Loudness, Media, Samples, SubtitleTrack, Thumbnails
from analyzer.nouns.report import Asset, SignalResult
from analyzer.nouns.signal import Reading, Signal

FPS = 30.0


def asset(**fields: Any) -> Asset:
    base = {
        "id": "0" * 64, "name": "clip.mp4", "kind": "video", "bytes": 1_000_000, "width": 1080, "height": 1920,
        "duration_s": 6.0, "frame_rate": "30/1", "has_audio": False, "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "video_codec": "h264", "audio_codec": None,
    }  # fmt: skip
    return Asset(**(base | fields))


def plain(colour: tuple[int, int, int], frames: int, size: tuple[int, int] = (64, 36)) -> NDArray[np.uint8]:
    """Frames of one colour, shape (frames, *size, 3)."""
    return np.full((frames, *size, 3), colour, np.uint8)


def noise(frames: int, size: tuple[int, int] = (64, 36), seed: int = 0) -> NDArray[np.uint8]:
    """Frames of independent noise: never still, never one shot."""
    return np.random.default_rng(seed).integers(0, 256, (frames, *size, 3), np.uint8)


def media(
    pixels: NDArray[np.uint8] | None = None,
    *,
    fps: float = FPS,
    times_s: NDArray[np.float64] | None = None,
    frames: Sequence[tuple[float, NDArray[np.uint8]]] | None = None,
    sound: NDArray[np.float32] | None = None,
    loudness: Loudness | None = None,
    subtitles: Sequence[SubtitleTrack] = (),
    post_text: str | None = None,
    facts: dict[str, Any] | None = None,
    **fields: Any,
) -> Media:
    """A clip of thumbnails (`pixels`), kept `frames` as (time, RGB picture), and `sound` (float, 16 kHz, one channel)."""
    pixels = plain((120, 120, 120), int(2 * fps)) if pixels is None else pixels
    times = np.arange(len(pixels)) / fps if times_s is None else times_s
    end_s = float(times[-1] + 1 / fps) if len(times) else 0.0
    kept = tuple(
        Frame(index=int(np.clip(np.searchsorted(times, t + 1e-6) - 1, 0, max(0, len(times) - 1))), time_s=t, load=lambda p=p: p)
        for t, p in (frames or [])
    )
    audio = None if sound is None else Audio(Samples(np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)))
    fields = {"duration_s": end_s, "has_audio": audio is not None, "audio_codec": "aac" if audio else None} | fields
    return Media(
        asset=asset(**fields), thumbnails=Thumbnails(times, Samples(pixels), end_s), frames=kept, audio=audio,
        loudness=loudness, subtitles=tuple(subtitles), post_text=post_text, facts=facts or {},
    )  # fmt: skip


def image(picture: NDArray[np.uint8], **fields: Any) -> Media:
    """An image asset of one picture."""
    height, width = picture.shape[:2]
    fields = {"kind": "image", "duration_s": None, "frame_rate": None, "width": width, "height": height} | fields
    return media(picture[None, :: max(1, height // 64), :: max(1, width // 64)], frames=[(0.0, picture)], **fields)


class Engines(dict[str, Any]):
    """Engines by task; a task that is not there is unavailable, as in the product."""

    def __missing__(self, task: str) -> Any:
        raise Unavailable("no_engine", f"No engine for {task}.")


def result(signal: Signal, reading: Reading) -> SignalResult:
    """What the catalogue makes of a reading, for signals that need it."""
    return SignalResult(
        id=signal.id, title=signal.title, status="ok", metrics=dict(reading.metrics), evidence=dict(reading.evidence),
        unmeasured=dict(reading.unmeasured), notes=reading.notes,
    )  # fmt: skip


def ok(signal_id: str, metrics: dict[str, Any] | None = None, **evidence: Any) -> SignalResult:
    """A made-up result of another signal."""
    return SignalResult(id=signal_id, title=signal_id, status="ok", metrics=metrics or {}, evidence=evidence)


def box(x0: float, y0: float, x1: float, y1: float) -> BoundingBox:
    return BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1)


def ocr_line(text: str, time_s: float = 0.0, at: BoundingBox | None = None, confidence: float = 0.95) -> OcrLine:
    return OcrLine(time_s=time_s, text=text, box=at or box(0.2, 0.7, 0.8, 0.74), confidence=confidence)


def text_track(text: str, start_s: float = 0.0, end_s: float = 2.0, **fields: Any) -> TextTrack:
    base = {
        "id": 0, "box": box(0.2, 0.7, 0.8, 0.74), "role": "caption", "confidence": 0.95, "height_px": 70.0,
        "contrast": 12.0, "contrast_median": 14.0, "needed_s": 1.0,
    }  # fmt: skip
    return TextTrack(**(base | {"text": text, "start_s": start_s, "end_s": end_s} | fields))


def tone(seconds: float, hertz: float = 440.0, level: float = 0.5) -> NDArray[np.float32]:
    """A sine at 16 kHz."""
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * 16_000)) / 16_000)).astype(np.float32)
