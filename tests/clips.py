"""Encodes small clips for tests, with exactly known frames, times and sound."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


def encode(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    *,
    fps: int = 30,
    times_ms: Iterable[int] | None = None,
    sound: NDArray[np.float32] | None = None,
    sound_start_s: float = 0.0,
    rotation: int = 0,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write RGB frames (height, width, 3) and float sound (channels, samples) at 48 kHz; MKV keeps the sound exact."""
    frames = list(frames)
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w", options=container_options or {}) as container:
        container.metadata.update(metadata or {})
        video = container.add_stream(codec, rate=fps)
        video.width, video.height, video.pix_fmt = width, height, pixel_format
        video.options = options or {"crf": "18", "preset": "ultrafast"}
        video.time_base = video.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            video.set_display_rotation(rotation)
        audio = (
            container.add_stream(
                "pcm_f32le" if path.suffix == ".mkv" else "aac", rate=RATE, layout="stereo" if len(sound) == 2 else "mono"
            )
            if sound is not None
            else None
        )
        times = list(times_ms) if times_ms is not None else [round(1000 * index / fps) for index in range(len(frames))]
        for time_ms, picture in zip(times, frames, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            for start in range(0, sound.shape[1], 1024):
                piece = np.ascontiguousarray(sound[:, start : start + 1024], np.float32)
                packed = audio.codec_context.format.name == "flt"
                samples = np.ascontiguousarray(piece.T).reshape(1, -1) if packed else piece
                frame = av.AudioFrame.from_ndarray(samples, "flt" if packed else "fltp", layout=audio.layout.name)
                frame.sample_rate, frame.pts = RATE, start + round(sound_start_s * RATE)
                frame.time_base = Fraction(1, RATE)
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def plain(colour: tuple[int, int, int], count: int, width: int = 128, height: int = 96) -> list[NDArray[np.uint8]]:
    """`count` frames of one colour."""
    return [np.full((height, width, 3), colour, np.uint8)] * count


def quadrants(width: int = 128, height: int = 96) -> NDArray[np.uint8]:
    """Red top left, green top right, blue bottom left, white bottom right: shows any turn or flip."""
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[: height // 2, : width // 2] = (220, 20, 20)
    picture[: height // 2, width // 2 :] = (20, 200, 20)
    picture[height // 2 :, : width // 2] = (20, 20, 220)
    return picture


def tone(seconds: float, hertz: float = 1000.0, level: float = 0.1, channels: int = 2) -> NDArray[np.float32]:
    """A sine at 48 kHz in all channels; `level` is its amplitude."""
    wave = level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)
    return np.tile(wave.astype(np.float32), (channels, 1))
