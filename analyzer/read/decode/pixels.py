"""Pixels of a decoded frame as arrays, at the size that is wanted and no more work than that takes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

SUBSAMPLING = {(1, 1): "4:2:0", (1, 0): "4:2:2", (0, 0): "4:4:4", (2, 0): "4:1:1", (2, 2): "4:1:0", (0, 1): "4:4:0"}


def chroma(frame: VideoFrame) -> str:
    """Chroma subsampling as the field writes it, such as 4:2:0; empty where it has no name."""
    if len(frame.planes) == 1 and len(frame.format.components) == 1:
        return "4:0:0"
    width, height = frame.format.chroma_width(64), frame.format.chroma_height(64)
    shifts = {64: 0, 32: 1, 16: 2}
    return SUBSAMPLING.get((shifts.get(width, -1), shifts.get(height, -1)), "")


def reduced(plane: Any, width: int, height: int) -> NDArray[np.uint8]:
    """A plane of bytes reduced by area.

    Of large planes a grid of 6 x 4 samples a cell is read: all of them would cost ten times as much.
    """
    pixels = _bytes_of(plane)
    if pixels.shape[1] > 6 * width and pixels.shape[0] > 4 * height:
        pixels = cv2.resize(pixels, (6 * width, 4 * height), interpolation=cv2.INTER_NEAREST)
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)


def _bytes_of(plane: Any) -> NDArray[np.uint8]:
    """A plane of a frame as rows and columns, without a copy."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


def has_luma_bytes(frame: VideoFrame) -> bool:
    """Whether the first plane is 8-bit luma, stored from the top."""
    planes = frame.planes
    return not frame.format.is_rgb and len(planes) >= 3 and frame.format.components[0].bits == 8 and planes[0].line_size > 0


def grey(frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    """The frame in grey, reduced by area, with the levels that its RGB picture would have."""
    if not has_luma_bytes(frame):
        return cv2.cvtColor(rgb(frame, width, height), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(_bytes_of(frame.planes[0]), (width, height), interpolation=cv2.INTER_AREA)
    full = frame.format.name.startswith("yuvj") or frame.color_range == 2
    return small if full else cv2.convertScaleAbs(cv2.subtract(small, 16), alpha=255 / 219)


def rgb(frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    """The frame as RGB uint8 of a size, with the matrix and range that it states."""
    return _converted(frame, width, height, "rgb24")


def bgr(frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
    """The same in the order that OpenCV writes."""
    return _converted(frame, width, height, "bgr24")


def _converted(frame: VideoFrame, width: int, height: int, order: str) -> NDArray[np.uint8]:
    same = (width, height) == (frame.width, frame.height)
    picture: NDArray[np.uint8] = frame.reformat(
        width=width, height=height, format=order, interpolation="BILINEAR" if same else "AREA"
    ).to_ndarray()  # type: ignore[assignment]
    return picture
