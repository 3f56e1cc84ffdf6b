"""Images: every format that may be opened can be opened, damage is shown as far as it decodes, bounds hold."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from analyzer.read.decode.image import FORMATS
from analyzer.read.decode.limits import Limits
from analyzer.read.open_media import read_media
from tests.read.decode.refusals import refused

WILD = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12\0\x02\0\0\0\4wide"
"""EXIF that announces 65,535 entries and has an orientation of words."""


def scenery(width: int = 300, height: int = 200) -> NDArray[np.uint8]:
    """A smooth picture of many colours, no row of which is of one."""
    grain = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.normalize(cv2.GaussianBlur(grain, (0, 0), 5), None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload,no-any-return]


def encoded(kind: str, picture: NDArray[np.uint8] | None = None, **options: Any) -> bytes:
    data = io.BytesIO()
    Image.fromarray(scenery() if picture is None else picture).save(data, kind, **options)
    return data.getvalue()


def notes_of(path: Path, **options: Any) -> tuple[tuple[int, int, int], str]:
    """(width, height, frames), and all notes of a file that is read."""
    with read_media(path, asset_id="x", **options) as media:
        shape = (media.asset.width, media.asset.height, len(media.thumbnails))
        return shape, " ".join(note.text.format(**note.params) for note in media.notes)


def gif(canvas: tuple[int, int], *places: tuple[int, int, int, int], delay: int = 10) -> bytes:
    """A GIF of one-colour frames at (left, top, width, height); frame n has the n-th of four colours."""
    table = bytes([255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255])
    data = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x81, 0, 0) + table
    for index, (left, top, width, height) in enumerate(places):
        frame = Image.new("P", (width, height), index % 4)
        frame.putpalette(table)
        stored = io.BytesIO()
        frame.save(stored, "GIF", optimize=False)
        body = stored.getvalue()
        start = body.index(b",", 13 + 3 * (2 << (body[10] & 7)))
        data += b"!\xf9\4" + struct.pack("<BHB", 0, delay, 0) + b"\0"
        local = body[start + 9]
        skip = 3 * (2 << (local & 7)) if local & 128 else 0
        data += b"," + struct.pack("<HHHHB", left, top, width, height, 0) + body[start + 10 + skip : -1]
    return data + b";"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_format_that_is_on_the_list_is_read(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"picture.{kind.lower()}"
    Image.new("RGB", (32, 32), (200, 30, 30)).save(file, kind)
    with read_media(file, asset_id="") as media:
        assert (media.asset.width, media.asset.height) == (32, 32)


def test_what_no_reader_knows_is_not_called_damaged(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert refused(file).code == "not_media"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {}), ("PNG", {}), ("BMP", {}), ("PPM", {}), ("TIFF", {}), ("WEBP", {}), ("ICO", {"sizes": [(64, 64)]}),
    ],
)  # fmt: skip
def test_a_picture_that_is_cut_is_shown_and_said_to_be_cut(tmp_path: Path, kind: str, options: dict[str, Any]) -> None:
    data = encoded(kind, **options)
    file = tmp_path / "cut.bin"
    file.write_bytes(data[: len(data) * 6 // 10])
    shape, notes = notes_of(file)
    assert shape[2] == 1
    assert "is cut off: about" in notes or (kind == "WEBP" and "is damaged" in notes), notes


def test_the_share_that_is_missing_is_about_right(tmp_path: Path) -> None:
    data = encoded("PPM")
    (tmp_path / "cut.ppm").write_bytes(data[: len(data) * 3 // 4])
    assert any(f"about {percent} %" in notes_of(tmp_path / "cut.ppm")[1] for percent in (24, 25, 26))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded("JPEG", exif=exif)
    (tmp_path / "turned.jpg").write_bytes(turned[: len(turned) // 2])
    shape, notes = notes_of(tmp_path / "turned.jpg")
    assert shape[:2] == (200, 300) and "is cut off" in notes


def test_bits_that_flipped_are_damage_and_not_the_end(tmp_path: Path) -> None:
    png = bytearray(encoded("PNG"))
    png[len(png) // 2] ^= 0x10
    (tmp_path / "flipped.png").write_bytes(png)
    assert "cut off" in notes_of(tmp_path / "flipped.png")[1]
    webp = bytearray(encoded("WEBP"))
    webp[len(webp) // 2] ^= 0x10
    (tmp_path / "flipped.webp").write_bytes(webp)
    assert "damaged" in notes_of(tmp_path / "flipped.webp")[1]
    with read_media(tmp_path / "flipped.png", asset_id="x") as media:
        assert media.facts["decode_errors"] == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_of_which_nothing_decodes_is_called_damaged(tmp_path: Path, kind: str) -> None:
    data = encoded(kind)
    start = {"JPEG": data.find(b"\xff\xda") + 14, "PNG": data.find(b"IDAT") + 4, "WEBP": 20}[kind]
    (tmp_path / "headless.bin").write_bytes(data[:start])
    assert refused(tmp_path / "headless.bin").code == "damaged_image"


def test_damaged_metadata_are_no_damage_of_the_picture(tmp_path: Path) -> None:
    for name, exif in {
        "cut": b"Exif\0\0II*\0\x08",
        "wild": WILD,
    }.items():
        (tmp_path / f"{name}.jpg").write_bytes(encoded("JPEG", exif=exif))
        shape, notes = notes_of(tmp_path / f"{name}.jpg")
        assert shape == (300, 200, 1) and not notes, name


def test_a_photo_that_is_decoded_smaller_keeps_its_own_size(tmp_path: Path) -> None:
    (tmp_path / "large.jpg").write_bytes(encoded("JPEG", np.zeros((5200, 5400, 3), np.uint8)))
    assert notes_of(tmp_path / "large.jpg")[0] == (5400, 5200, 1)


def test_a_gif_frame_beyond_the_canvas_is_clipped(tmp_path: Path) -> None:
    (tmp_path / "beyond.gif").write_bytes(gif((16, 16), (0, 0, 16, 16), (8, 8, 16, 16), (40, 40, 4, 4), (0, 0, 4, 4)))
    with read_media(tmp_path / "beyond.gif", asset_id="x") as media:
        assert (media.asset.width, media.asset.height, len(media.thumbnails)) == (16, 16, 4)
        pictures = media.thumbnails.read(0, 4)
    assert tuple(pictures[1][2, 2]) == (255, 0, 0) and tuple(pictures[1][12, 12]) == (0, 0, 255)
    assert (pictures[2] == pictures[1]).all() and tuple(pictures[3][2, 2]) == (255, 255, 255)


def test_slow_animations_end_in_time_and_say_so(tmp_path: Path) -> None:
    (tmp_path / "slow.gif").write_bytes(gif((3000, 3000), *[(place, place, 8, 8) for place in range(400)]))
    shape, notes = notes_of(tmp_path / "slow.gif", limits=Limits(decode_s=1.0))
    assert 1 <= shape[2] < 400 and "decoding took too long" in notes


def test_an_animation_that_is_cut_keeps_what_came_before(tmp_path: Path) -> None:
    data = gif((64, 64), *[(0, 0, 64, 64)] * 6)
    (tmp_path / "cut.gif").write_bytes(data[: len(data) * 2 // 3])
    assert 2 <= notes_of(tmp_path / "cut.gif")[0][2] < 6


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_pixels_are_counted_before_memory_is_set_aside(tmp_path: Path) -> None:
    from tests.read.decode.test_isobmff import box

    small = encoded("PNG", np.zeros((20_000, 8), np.uint8))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0))
    wide = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    ispe = box(b"ispe", bytes(4), struct.pack(">II", 17_000, 17_000))
    avif = box(b"ftyp", b"avif", bytes(4), b"avifmif1") + box(b"meta", bytes(4), box(b"iprp", box(b"ipco", ispe)))
    ico = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(wide), 22) + wide
    vp8x = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16_000).to_bytes(3, "little") * 2
    siz = b"\xff\x4f\xff\x51" + struct.pack(">HHIIII", 47, 0, 20_000, 20_000, 0, 0) + bytes(30)
    for name, data in {
        "canvas.gif": gif((60_000, 60_000), (0, 0, 1, 1)),
        "frame.gif": gif((64, 64), (0, 0, 1, 1), (19_999, 19_999, 1, 1)),
        "picture.png": wide,
        "picture.avif": avif + bytes(64),
        "inside.ico": ico,
        "canvas.webp": b"RIFF" + struct.pack("<I", 4 + len(vp8x)) + b"WEBP" + vp8x + bytes(64),
        "stream.jp2": b"\0\0\0\x0cjP  \r\n\x87\n" + siz,
    }.items():
        (tmp_path / name).write_bytes(data)
        assert refused(tmp_path / name).code == "too_many_pixels", name
    (tmp_path / "thin.png").write_bytes(small)
    assert notes_of(tmp_path / "thin.png")[0] == (8, 20_000, 1)
