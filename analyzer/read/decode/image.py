"""Still images and animations (GIF, WebP, PNG) through Pillow, upright, in sRGB, on white."""

from __future__ import annotations

import io
import os
import time
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageFile, UnidentifiedImageError

from analyzer.read.decode.canvas import KEPT_SIDE, THUMBNAIL_SIDE
from analyzer.read.decode.geometry import Size
from analyzer.read.decode.headers import check_header
from analyzer.read.decode.isobmff import boxes_of
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.metadata import MAX_CHARACTERS, clean, leaks_of, shown_tags
from analyzer.read.decode.salvage import by_libav, damage_note, is_blank
from analyzer.read.decode.spool import Refused, Spool, check_pixels, note
from analyzer.read.decode.video import JPEG, NOT_MEDIA, TOO_LARGE, lacks_memory
from analyzer.read.sampling import GREY_SIDE, Sampler

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "PPM", "JPEG2000", "ICO")
STILL_SIDE = 2560
"""Long side of a still image as it is kept; small print of a poster survives."""
DEFAULT_DELAY_MS = 100
"""Browsers show frames whose delay is 0 or 10 ms for 100 ms."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture of each EXIF orientation upright (CIPA DC-008, tag 274)."""
TILE_WIDTH, TILE_LENGTH = 322, 323
"""Tags of TIFF."""
DAMAGED = "The image is damaged and cannot be decoded."
SERIAL_TAGS = {0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber", 0xA435: "LensSerialNumber"}


def read_image(file: BinaryIO, spool: Spool, limits: Limits, show_location: bool) -> dict[str, Any]:
    """Read an image, or every frame of an animation; returns its facts. Raises `Refused`."""
    deadline = time.monotonic() + min(limits.decode_s, limits.animation_s)
    frames = check_header(file, limits)
    if frames == 0:
        raise Refused("not_media", NOT_MEDIA)
    job = _Job(file, spool, limits, show_location, frames, deadline)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return job.read()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        most = limits.picture_pixels // 10**6
        sentence = f"A picture in the file has too many pixels; at most {most} million are read."
        raise Refused("too_many_pixels", sentence) from error
    except MemoryError as error:
        raise Refused("too_large", TOO_LARGE) from error


FATAL = (Refused, MemoryError, Image.DecompressionBombWarning, Image.DecompressionBombError)
"""What no second attempt mends."""


@dataclass
class _Job:
    """One image on its way into the spool."""

    file: BinaryIO
    spool: Spool
    limits: Limits
    show_location: bool
    frames: int | None
    """As the header tells."""
    deadline: float

    def read(self) -> dict[str, Any]:
        """Read strictly; where that fails, what can be decoded of the damage."""
        try:
            return self._attempt(tolerant=False)
        except FATAL:
            raise
        except Exception as error:  # Pillow's readers raise almost any type on damaged input
            unknown = isinstance(error, UnidentifiedImageError)
        try:
            return self._attempt(tolerant=True)
        except FATAL:
            raise
        except Exception as error:
            if lacks_memory(error):
                raise Refused("too_large", TOO_LARGE) from error
            saved = by_libav(self.file, self.limits)
            if saved is not None:
                return _facts(saved, self.show_location, 1) | self._damaged(_srgb(saved))
            if unknown and not self._is_cut():
                raise Refused("not_media", NOT_MEDIA) from error
            raise Refused("damaged_image", DAMAGED) from error

    def _attempt(self, tolerant: bool) -> dict[str, Any]:
        ImageFile.LOAD_TRUNCATED_IMAGES = tolerant
        Image.MAX_IMAGE_PIXELS = None
        self.file.seek(0)
        picture = Image.open(self.file, formats=FORMATS)
        self._check(picture)
        Image.MAX_IMAGE_PIXELS = self.limits.picture_pixels
        count = self.frames or _frames_of(picture, self.limits)
        size = picture.size if picture.format == "JPEG" else None
        if size is not None:
            picture.draft("RGB", (STILL_SIDE, STILL_SIDE))
        picture.load()
        facts = _facts(picture, self.show_location, count)
        frames = min(count, self.limits.animation_frames)
        if picture.format in ("GIF", "WEBP", "PNG", "AVIF") and frames > 1:
            return facts | self._animation(picture, frames, count, tolerant)
        turn = _orientation(picture)
        rgb = _srgb(picture.transpose(TURNS[turn]) if turn in TURNS else picture)
        if size is not None and turn in (5, 6, 7, 8):
            size = size[::-1]
        if not tolerant:
            return facts | self._still(rgb, size)
        return facts | self._damaged(rgb, size) | {"notes": [*facts["notes"], damage_note(rgb)]}

    def _check(self, picture: Image.Image) -> None:
        check_pixels(*picture.size, self.limits)
        tags = getattr(picture, "tag_v2", {})
        check_pixels(int(tags.get(TILE_WIDTH, 1)), int(tags.get(TILE_LENGTH, 1)), self.limits)

    def _is_cut(self) -> bool:
        """Whether the boxes of an AVIF announce more than there is."""
        size = self.file.seek(0, os.SEEK_END)
        self.file.seek(4)
        return self.file.read(4) == b"ftyp" and not all(box.whole for box in boxes_of(self.file, size))

    def _damaged(self, rgb: NDArray[np.uint8], size: Size | None = None) -> dict[str, Any]:
        if is_blank(rgb):
            raise Refused("damaged_image", DAMAGED)
        return self._still(rgb, size) | {"notes": [damage_note(rgb)], "decode_errors": 1}

    def _still(self, rgb: NDArray[np.uint8], size: Size | None) -> dict[str, Any]:
        """Leave a picture in the spool; `size` is its own where it was decoded smaller."""
        self.spool.add_thumbnail(0.0, _fitted(rgb, THUMBNAIL_SIDE))
        bgr = cv2.cvtColor(_fitted(rgb, STILL_SIDE), cv2.COLOR_RGB2BGR)
        ok, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        if not ok:
            raise Refused("damaged_image", DAMAGED)
        self.spool.keep(0.0, data.tobytes())
        return {
            "kind": "image",
            "width": size[0] if size else rgb.shape[1],
            "height": size[1] if size else rgb.shape[0],
            "thumbnail": _fitted(rgb, THUMBNAIL_SIDE).shape[:2],
            "end_s": 0.0,
        }

    def _animation(self, picture: Image.Image, frames: int, count: int, tolerant: bool) -> dict[str, Any]:
        """Every frame; one that reaches beyond the canvas of the first is clipped to it, as browsers do."""
        sampler, time_s, size = Sampler(), 0.0, (0, 0)
        notes: list[dict[str, Any]] = []
        total = frames * DEFAULT_DELAY_MS / 1000
        for index in range(frames):
            try:
                picture.seek(index)
                rgb = _srgb(picture)
            except FATAL:
                raise
            except Exception:  # Pillow's readers raise almost any type on damaged input
                if not index:
                    raise
                notes.append(note("The file is damaged: reading stopped after {seconds:.1f} s.", seconds=time_s))
                break
            if tolerant and not index:
                if is_blank(rgb):
                    raise Refused("damaged_image", DAMAGED)
                notes.append(damage_note(rgb))
            size = size if index else rgb.shape[:2]
            rgb = rgb[: size[0], : size[1]]
            thumbnail = _fitted(rgb, THUMBNAIL_SIDE)
            self.spool.add_thumbnail(time_s, thumbnail)
            if sampler.wants(time_s, thumbnail) and len(self.spool.kept) < self.limits.kept_frames:
                self._keep(time_s, rgb, sampler)
            delay_ms = float(picture.info.get("duration") or 0)
            delay_s = (delay_ms if delay_ms > 10 else DEFAULT_DELAY_MS) / 1000
            time_s += min(delay_s, self.limits.duration_s)
            self.spool.progress(time_s, total)
            if index + 1 < frames and (bound := self._bound(time_s)):
                notes.append(bound)
                break
        else:
            if count > frames:
                notes.append(note("Only the first {frames} frames of the animation were looked at.", frames=frames))
        return {
            "kind": "video", "width": size[1], "height": size[0], "thumbnail": thumbnail.shape[:2],
            "end_s": time_s, "duration_s": time_s, "notes": notes,
        }  # fmt: skip

    def _bound(self, time_s: float) -> dict[str, Any] | None:
        """The note on a bound that was reached, or None."""
        if time_s >= self.limits.duration_s:
            return note("Only the first {seconds:.0f} s were looked at: that is the bound on length.", seconds=time_s)
        if time.monotonic() > self.deadline:
            return note("Only the first {seconds:.0f} s were looked at: decoding took too long.", seconds=time_s)
        return None

    def _keep(self, time_s: float, rgb: NDArray[np.uint8], sampler: Sampler) -> None:
        if sampler.differs(cv2.cvtColor(_fitted(rgb, GREY_SIDE), cv2.COLOR_RGB2GRAY)):
            ok, data = cv2.imencode(".jpg", cv2.cvtColor(_fitted(rgb, KEPT_SIDE), cv2.COLOR_RGB2BGR), JPEG)
            if ok:
                self.spool.keep(time_s, data.tobytes())


def _frames_of(picture: Image.Image, limits: Limits) -> int:
    """Frames or pages, counted no further than anything would look at."""
    if picture.format != "TIFF":
        return int(getattr(picture, "n_frames", 1))
    pages = 1
    try:
        while pages < limits.animation_frames:
            picture.seek(pages)
            pages += 1
    except Exception:  # the end, or a damaged page
        pass
    picture.seek(0)
    return pages


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where it is missing or no number."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1) or 1)
    except Exception:  # damaged metadata is no damage of the picture
        return 1


def _named(picture: Image.Image) -> dict[str, str]:
    """Tags by name; none where the metadata are damaged. Called once the pixels are loaded, which may be damaged too."""
    try:
        exif = picture.getexif()
        named = {
            ExifTags.TAGS.get(tag, str(tag)): str(value) for tag, value in exif.items() if isinstance(value, str | int | float)
        }
        details = exif.get_ifd(ExifTags.IFD.Exif)
        named |= {name: str(details[tag]) for tag, name in SERIAL_TAGS.items() if details.get(tag)}
        if exif.get_ifd(ExifTags.IFD.GPSInfo):
            named["GPS"] = _coordinates(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except Exception:  # damaged metadata is no damage of the picture
        named = {}
    return named | {str(key): value for key, value in picture.info.items() if isinstance(value, str) and len(value) < 2_000}


def _facts(picture: Image.Image, show_location: bool, frames: int) -> dict[str, Any]:
    named = _named(picture)
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
            "format": picture.format or "",
            "mode": picture.mode,
            "bit_depth": 16 if picture.mode.startswith(("I", "F")) else 1 if picture.mode == "1" else 8,
            "icc": _profile_name(picture.info.get("icc_profile")),
            "exif_orientation": _orientation(picture),
            "frames": frames,
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
        return clean(ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc))).strip())[:MAX_CHARACTERS]
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
