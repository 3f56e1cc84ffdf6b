"""Still images and animations (GIF, WebP, PNG) through Pillow, upright, in sRGB, on white."""

from __future__ import annotations

import io
import warnings
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from analyzer.decode.limits import Limits
from analyzer.decode.metadata import leaks_of, shown_tags
from analyzer.decode.spool import Refused, Spool, check_pixels, note
from analyzer.decode.canvas import KEPT_SIDE, THUMBNAIL_SIDE
from analyzer.decode.video import JPEG
from analyzer.sampling import GREY_SIDE, Sampler

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "PPM", "JPEG2000", "ICO")
STILL_SIDE = 2560
"""Long side of a still image as it is kept; small print of a poster survives."""
DEFAULT_DELAY_MS = 100
"""Browsers show frames whose delay is 0 or 10 ms for 100 ms."""
SERIAL_TAGS = {0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber", 0xA435: "LensSerialNumber"}


def read_image(file: BinaryIO, spool: Spool, limits: Limits, show_location: bool) -> dict[str, Any]:
    """Read an image, or every frame of an animation; returns its facts. Raises `Refused`."""
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file, formats=FORMATS)
            check_pixels(*picture.size, limits)
            facts = _facts(picture, show_location)
            frames = min(getattr(picture, "n_frames", 1), limits.animation_frames)
            if picture.format in ("GIF", "WEBP", "PNG", "AVIF") and frames > 1:
                return facts | _animation(picture, frames, spool, limits)
            return facts | _still(picture, spool)
    except Refused:
        raise
    except UnidentifiedImageError as error:
        raise Refused(
            "not_media", "This is not a video or image that can be read; it may be damaged or of another type."
        ) from error
    except MemoryError as error:
        raise Refused("too_large", "The file asks for more memory than is allowed for reading it.") from error
    except Exception as error:  # Pillow's readers raise almost any type on damaged input
        raise Refused("damaged_image", "The image is damaged and cannot be decoded.") from error


def _facts(picture: Image.Image, show_location: bool) -> dict[str, Any]:
    exif = picture.getexif()
    named = {
        ExifTags.TAGS.get(tag, str(tag)): str(value) for tag, value in exif.items() if isinstance(value, str | int | float)
    }
    details = exif.get_ifd(ExifTags.IFD.Exif)
    named |= {name: str(details[tag]) for tag, name in SERIAL_TAGS.items() if details.get(tag)}
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        named["GPS"] = _coordinates(exif.get_ifd(ExifTags.IFD.GPSInfo))
    named |= {str(key): value for key, value in picture.info.items() if isinstance(value, str) and len(value) < 2_000}
    alpha = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info
    return {
        "container": (picture.format or "").lower(),
        "start_s": 0.0,
        "bit_rate": None,
        "moov_first": None,
        "edit_list": False,
        "fragmented": False,
        "video": None,
        "audio": None,
        "loudness": None,
        "image": {
            "format": picture.format,
            "mode": picture.mode,
            "bit_depth": 16 if picture.mode.startswith(("I", "F")) else 1 if picture.mode == "1" else 8,
            "icc": _profile_name(picture.info.get("icc_profile")),
            "exif_orientation": int(exif.get(ExifTags.Base.Orientation, 1) or 1),
            "frames": int(getattr(picture, "n_frames", 1)),
            "alpha": alpha,
        },
        "tags": shown_tags(named),
        "leaks": leaks_of(named, show_location),
        "subtitles": [],
        "decode_errors": 0,
        "notes": [note("Transparent parts are shown and measured on white.")] if alpha else [],
    }


def _coordinates(gps: dict[int, Any]) -> str:
    def degrees(parts: Any, reference: Any) -> float:
        value = sum(float(part) / 60**power for power, part in enumerate(parts))
        return -value if str(reference) in ("S", "W") else value

    try:
        return f"{degrees(gps[2], gps.get(1)):+.5f}{degrees(gps[4], gps.get(3)):+.5f}"
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return "present"


def _profile_name(icc: bytes | None) -> str | None:
    if not icc:
        return None
    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc))).strip()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return "unreadable"


def _srgb(picture: Image.Image) -> NDArray[np.uint8]:
    """Any Pillow mode as RGB uint8 in sRGB, transparency on white."""
    icc = picture.info.get("icc_profile")
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, np.float64)
        top = 65535.0 if picture.mode.startswith("I;16") or values.max(initial=0) > 255 else 255.0
        top = top if picture.mode != "F" or values.max(initial=0) > 1 else 1.0
        grey = np.clip(np.nan_to_num(values) * 255 / top, 0, 255).astype(np.uint8)
        return np.dstack([grey] * 3)
    if icc and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return np.asarray(converted, np.uint8)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    if picture.mode in ("P", "PA", "LA", "La", "RGBa", "RGBA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return np.asarray(Image.alpha_composite(white, layered).convert("RGB"), np.uint8)
    return np.asarray(picture.convert("RGB"), np.uint8)


def _fitted(rgb: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    scale = side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


def _still(picture: Image.Image, spool: Spool) -> dict[str, Any]:
    if picture.format == "JPEG":
        picture.draft("RGB", (STILL_SIDE, STILL_SIDE))
    turned = ImageOps.exif_transpose(picture)
    rgb = _srgb(turned)
    height, width = rgb.shape[:2]
    spool.add_thumbnail(0.0, _fitted(rgb, THUMBNAIL_SIDE))
    ok, data = cv2.imencode(".png", cv2.cvtColor(_fitted(rgb, STILL_SIDE), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not ok:
        raise Refused("damaged_image", "The image is damaged and cannot be decoded.")
    spool.keep(0.0, data.tobytes(), ".png")
    return {
        "kind": "image",
        "width": width,
        "height": height,
        "thumbnail": _fitted(rgb, THUMBNAIL_SIDE).shape[:2],
        "end_s": 0.0,
    }


def _animation(picture: Image.Image, frames: int, spool: Spool, limits: Limits) -> dict[str, Any]:
    sampler, time_s, size = Sampler(), 0.0, (1, 1)
    notes: list[dict[str, Any]] = []
    total = frames * DEFAULT_DELAY_MS / 1000
    for index in range(frames):
        try:
            picture.seek(index)
            rgb = _srgb(picture)
        except (EOFError, OSError, ValueError, SyntaxError):
            notes.append(note("The file is damaged: reading stopped after {seconds:.1f} s.", seconds=time_s))
            break
        size = rgb.shape[:2]
        thumbnail = _fitted(rgb, THUMBNAIL_SIDE)
        spool.add_thumbnail(time_s, thumbnail)
        if sampler.wants(time_s, thumbnail):
            grey = cv2.cvtColor(_fitted(rgb, GREY_SIDE), cv2.COLOR_RGB2GRAY)
            if len(spool.kept) < limits.kept_frames and sampler.differs(grey):
                ok, data = cv2.imencode(".jpg", cv2.cvtColor(_fitted(rgb, KEPT_SIDE), cv2.COLOR_RGB2BGR), JPEG)
                if ok:
                    spool.keep(time_s, data.tobytes(), ".jpg")
        delay_ms = float(picture.info.get("duration") or 0)
        time_s += (delay_ms if delay_ms > 10 else DEFAULT_DELAY_MS) / 1000
        spool.progress(time_s, total)
        if time_s >= limits.duration_s:
            break
    if not spool.frames:
        raise Refused("no_frames", "Not one frame of the video could be decoded; the file is damaged or cut off.")
    if getattr(picture, "n_frames", 1) > frames:
        notes.append(note("Only the first {frames} frames of the animation were looked at.", frames=frames))
    return {
        "kind": "video", "width": size[1], "height": size[0], "thumbnail": thumbnail.shape[:2],
        "end_s": time_s, "duration_s": time_s, "notes": notes,
    }  # fmt: skip
