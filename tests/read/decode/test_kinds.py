"""Files that are neither video nor image are named by what they are."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from analyzer.read.decode.kinds import SENTENCES, looks_like_image, refuse_other
from analyzer.read.decode.spool import Refused
from tests.clips import encode, plain
from tests.read.decode.refusals import refused

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def kind_of(data: bytes) -> str | None:
    try:
        refuse_other(io.BytesIO(data))
    except Refused as error:
        assert error.code == "not_media"
        return next(kind for kind, sentence in SENTENCES.items() if sentence == str(error))
    return None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        (b"PK\3\4\x14\0\6\0", "zip"),
        (b"\x1f\x8b\x08\0", "archive"),
        (b"MZ\x90\0", "program"),
        (b"8BPS\0\1", "layers"),
        (SVG, "svg"),
        (b'<?xml version="1.0"?>\n<!-- made by hand -->\n' + SVG, "svg"),
        (b"\xef\xbb\xbf" + SVG, "svg"),
        (SVG.decode().encode("utf-16"), "svg"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "html"),
        (b"  <HTML><head>", "html"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "link"),
        (b"ffconcat version 1.0\nfile a.mp4\n", "link"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "link"),
        (b"https://example.org/video.mp4", "link"),
        (b"[InternetShortcut]\r\nURL=https://example.org\r\n", "link"),
        (b'<?xml version="1.0"?><MPD xmlns="x"></MPD>', "link"),
        (b"RTSPtextRTSP://127.0.0.1/x", "link"),
        ("Une note à moi-même, et rien d’autre.".encode(), "text"),
        (bytes(5000), "zeros"),
        (b"\0\0\0\x18ftypisom", None),
        (b"\x1a\x45\xdf\xa3\x01\x02", None),
        (b"ID3\x04\0\0\0\0\0\0" + bytes(50), None),
        (bytes(range(256)) * 20, None),
        (b"G" + bytes(187), None),
    ],
)
def test_each_kind_has_its_own_sentence(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind


def test_no_image_is_taken_for_another_kind() -> None:
    assert looks_like_image(b"\x89PNG\r\n\x1a\n") and looks_like_image(b"P6\n1 1\n255\n") and not looks_like_image(b"%PDF-1.7")


def test_an_asset_of_another_kind_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "poster.png").write_bytes(SVG)
    assert "SVG" in str(refused(tmp_path / "poster.png"))
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3))
    (tmp_path / "zeros.mp4").write_bytes(bytes(clip.stat().st_size + 5000))
    assert "zeros" in str(refused(tmp_path / "zeros.mp4"))
