"""How a frame lies on the screen: turned by its display matrix, stretched by its sample aspect, fitted into the first frame.

What the first frame shows fixes the display; a later frame of another shape is fitted into it with black bars, as players
do that keep their window.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Size = tuple[int, int]
"""Width and height in pixels."""


def _unnamed(cls: Any, value: int) -> Any:
    """A member for a kind of side data that libav knows and PyAV does not name."""
    member = object.__new__(cls)
    member._name_, member._value_ = f"UNNAMED_{value}", value
    return member


Type._missing_ = classmethod(_unnamed)  # type: ignore[method-assign,assignment]
"""Without it one unnamed item, such as EXIF or the view of spatial video, hides the display matrix beside it (PyAV 18.1)."""


def turn_of(frame: VideoFrame) -> NDArray[np.int32] | None:
    """The four whole numbers (a, b, c, d) of the frame's display matrix, -1, 0 or 1 for right angles; None without one."""
    item: Any
    for item in frame.side_data:
        data = bytes(item) if item.type is Type.DISPLAYMATRIX else b""
        if len(data) >= 36:
            return np.frombuffer(data, np.int32)[[0, 1, 3, 4]] >> 16
    return None


def swaps_sides(turn: NDArray[np.int32] | None) -> bool:
    """Whether a turn swaps width and height."""
    return turn is not None and bool(turn[0] == 0 and turn[1] != 0)


def upright(picture: NDArray[np.uint8], turn: NDArray[np.int32] | None) -> NDArray[np.uint8]:
    """Apply a turn: rows and columns as a player shows them."""
    if turn is None:
        return picture
    a, b, c, d = (int(value) for value in turn)
    if swaps_sides(turn):
        picture = np.swapaxes(picture, 0, 1)
        flip_x, flip_y = c < 0, b < 0
    else:
        flip_x, flip_y = a < 0, d < 0
    picture = picture[:, ::-1] if flip_x else picture
    picture = picture[::-1] if flip_y else picture
    return np.ascontiguousarray(picture)


def degrees(turn: NDArray[np.int32] | None) -> int:
    """Degrees clockwise that a player turns the picture."""
    if turn is None:
        return 0
    return {(0, 1): 90, (-1, 0): 180, (0, -1): 270}.get((int(turn[0]), int(turn[1])), 0)


def aspect_of(ratio: Any) -> float:
    """A sample aspect ratio as a number; 1 where it is not stated or absurd."""
    return float(ratio) if ratio and 0.1 < ratio < 10 else 1.0


def displayed(width: int, height: int, aspect: float) -> Size:
    """Size of a frame with square pixels: the shorter side is stretched, none shrinks."""
    return max(1, round(width * max(1.0, aspect))), max(1, round(height / min(1.0, aspect)))


def inside(shown: Size, display: Size, box: Size) -> Size:
    """Size that a picture `shown` takes in a `box` that stands for a `display`: as large as fits, its shape kept."""
    scale = min(display[0] / shown[0], display[1] / shown[1])
    return tuple(  # type: ignore[return-value]
        min(side, max(1, round(own * scale * side / whole))) for own, whole, side in zip(shown, display, box, strict=True)
    )


def barred(picture: NDArray[np.uint8], box: Size) -> NDArray[np.uint8]:
    """A picture in the middle of a box, black around it."""
    height, width = picture.shape[:2]
    if (width, height) == box:
        return picture
    left, top = (box[0] - width) // 2, (box[1] - height) // 2
    return cv2.copyMakeBorder(
        picture, top, box[1] - height - top, left, box[0] - width - left, cv2.BORDER_CONSTANT, value=(0, 0, 0)
    )
