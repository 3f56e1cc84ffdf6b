"""What kind of file the first bytes speak of: an image, a video, or something that is neither and has a name."""

from __future__ import annotations

import re
from typing import BinaryIO

from analyzer.read.decode.spool import Refused

HEAD_BYTES = 4096
HEIC_BRANDS = (
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avci", b"avcs", b"vvic", b"j2ki",
)  # fmt: skip
"""Major brands of HEIF pictures other than AVIF: Pillow does not read them, and libav would show single tiles of them."""
IMAGES = (
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"\0\0\1\0", b"\xff\x4f\xff\x51",
    b"P1", b"P2", b"P3", b"P4", b"P5", b"P6",
)  # fmt: skip
OTHER = (
    (b"%PDF", "pdf"), (b"PK\3\4", "zip"), (b"PK\5\6", "zip"), (b"\x1f\x8b", "archive"), (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"), (b"\xfd7zXZ", "archive"), (b"BZh", "archive"), (b"\x28\xb5\x2f\xfd", "archive"), (b"MZ", "program"),
    (b"\x7fELF", "program"), (b"8BPS", "layers"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"), (b"{\\rtf", "office"),
    (b"RTSPtext", "link"),
)  # fmt: skip
"""Signatures that no video or image has."""
TEXT = (
    ("link", rb"#extm3u|ffconcat|\[playlist\]|\[internetshortcut\]|\[reference\]|<asx\b|v=0\r?\no=|(https?|rtsp|mms|file)://"),
    ("link", rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<smil|<mpd|<playlist|<plist|<compositionplaylist)\b"),
    ("svg", rb"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype svg.*?>\s*)?<svg\b"),
    ("svg", rb".*<svg[^>]*http://www\.w3\.org/2000/svg"),
    ("html", rb"(<!--.*?-->\s*)*<(!doctype html|html|head|body|script)\b"),
)
"""Expressions that the beginning of a text is matched against, in order."""
SENTENCES = {
    "pdf": "This is a PDF document, not a video or an image; export its pages as PNG or JPEG.",
    "zip": "This is a ZIP archive or an Office document, not a video or an image; unpack it and name what is inside.",
    "archive": "This is a packed archive, not a video or an image; unpack it and name what is inside.",
    "program": "This is a program, not a video or an image.",
    "layers": "Photoshop files cannot be read; export it as PNG or JPEG first.",
    "office": "This is an Office document, not a video or an image; export it as PNG or JPEG.",
    "link": "This is a playlist or a link: the video lies elsewhere and is not in this file. Name the video itself.",
    "svg": "SVG drawings cannot be read; export it as PNG first.",
    "html": "This is a web page, not a video or an image; a download may have saved the page instead of the file.",
    "text": "This is a text file, not a video or an image.",
    "zeros": "The file holds nothing but zeros; it may not have been copied or downloaded whole.",
}


def is_heic(head: bytes) -> bool:
    """Whether the first bytes are those of a HEIC picture."""
    return head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS and b"avif" not in head and b"avis" not in head


def looks_like_image(head: bytes) -> bool:
    """Whether the first bytes are those of an image format (and not of a video)."""
    return (
        head.startswith(IMAGES)
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and (b"avif" in head[8:] or b"avis" in head[8:]))
        or head[4:8] == b"jP  "
    )


def refuse_other(file: BinaryIO) -> None:
    """Raise `Refused` where the file begins as something that is neither video nor image; the file stands at 0 after it."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    kind = next((kind for start, kind in OTHER if head.startswith(start)), None) or _text_kind(head)
    if kind is None and len(head) == HEAD_BYTES and not any(head):
        kind = "zeros"
    if kind is not None:
        raise Refused("not_media", SENTENCES[kind])


def _text_kind(head: bytes) -> str | None:
    """The kind of a text file; None where the bytes are no text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    elif any(byte < 9 or 13 < byte < 32 for byte in head[:512]):
        return None
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for kind, expression in TEXT:
        if re.match(expression, text, re.DOTALL):
            return kind
    return "text" if len(head) >= 16 and _is_words(head) else None


def _is_words(head: bytes) -> bool:
    """Whether the bytes are text of some language: UTF-8 without control characters."""
    try:
        text = head[:512].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head[:512]) - 4:
            return False
        text = head[: error.start].decode("utf-8", "ignore")
    return all(char.isprintable() or char in "\t\n\r\f\v" for char in text)
