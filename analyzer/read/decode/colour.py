"""YUV and HDR to displayable sRGB, for thumbnails and kept frames.

Matrices after ITU-R BT.601, BT.709 and BT.2020; PQ after SMPTE ST 2084, HLG after ITU-R BT.2100. HDR is brought to SDR by
scaling its reference white (203 cd/m2, ITU-R BT.2408) to SDR white and clipping what is brighter, so that text and palette
are measured in plausible colours; it is not a grade.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

BT601, BT709, BT2020 = (0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593)
_BY_AV_COLORSPACE = {1: BT709, 5: BT601, 6: BT601, 9: BT2020, 10: BT2020}
PQ, HLG = 16, 18
"""`color_trc` of AVCodecContext."""
BT2020_PRIMARIES = 9

_BT2020_TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
"""ITU-R BT.2087, linear light."""


def matrix_of(colorspace: int, height: int) -> tuple[float, float]:
    """(Kr, Kb) of a frame; an unspecified matrix is BT.709 from 720 lines on and BT.601 below, as players take it."""
    return _BY_AV_COLORSPACE.get(colorspace, BT709 if height >= 720 else BT601)


@lru_cache(maxsize=8)
def _to_rgb(kr: float, kb: float, full_range: bool) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    kg = 1 - kr - kb
    luma, chroma = (1.0, 1.0) if full_range else (255 / 219, 255 / 224)
    matrix = np.array(
        [
            [luma, 0, 2 * (1 - kr) * chroma],
            [luma, -2 * kb * (1 - kb) / kg * chroma, -2 * kr * (1 - kr) / kg * chroma],
            [luma, 2 * (1 - kb) * chroma, 0],
        ],
        np.float32,
    )
    offset = matrix @ np.array([0 if full_range else 16, 128, 128], np.float32)
    return matrix.T.copy(), offset


def yuv_to_rgb(yuv: NDArray[np.uint8], kr_kb: tuple[float, float], full_range: bool) -> NDArray[np.uint8]:
    """uint8 YUV of shape (..., 3) to uint8 RGB."""
    matrix, offset = _to_rgb(*kr_kb, full_range)
    rgb = yuv.reshape(-1, 3).astype(np.float32) @ matrix - offset
    return np.clip(rgb + 0.5, 0, 255).astype(np.uint8).reshape(yuv.shape)


@lru_cache(maxsize=2)
def _linear_of_hdr(transfer: int) -> NDArray[np.float32]:
    """Table from an 8-bit HDR code to linear light, 1 = SDR white."""
    signal = np.arange(256) / 255.0
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        power = signal ** (1 / m2)
        nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
        return (nits / 203).astype(np.float32)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return (scene**1.2 / 0.265**1.2).astype(np.float32)


def hdr_to_srgb(rgb: NDArray[np.uint8], transfer: int, primaries: int) -> NDArray[np.uint8]:
    """A PQ or HLG picture (uint8 codes) as sRGB uint8; any other is returned as it is."""
    if transfer not in (PQ, HLG):
        return rgb
    linear = _linear_of_hdr(transfer)[rgb]
    if primaries == BT2020_PRIMARIES:
        linear = linear @ _BT2020_TO_BT709.T
    linear = np.clip(linear, 0, 1)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(srgb * 255 + 0.5, 0, 255).astype(np.uint8)


def is_hdr(transfer: Any) -> bool:
    return transfer in (PQ, HLG)
