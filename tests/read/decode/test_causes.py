"""A file that cannot be read says why: encrypted, elsewhere, cut off, no codec."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from analyzer.read.decode import causes, ebml
from analyzer.read.decode.isobmff import Track
from analyzer.read.decode.spool import Refused
from analyzer.read.open_media import read_media
from tests.clips import encode, plain, tone
from tests.read.decode.refusals import refused
from tests.read.decode.test_isobmff import box


def tracks(data: bytes) -> list[Track] | None:
    return causes.tracks_of(io.BytesIO(data), len(data), data[:64])


def element(identity: int, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return identity.to_bytes((identity.bit_length() + 7) // 8, "big") + struct.pack(">Q", len(body) | 1 << 56) + body


def trak(handler: bytes, *entries: bytes, references: tuple[bytes, ...] = ()) -> bytes:
    count = struct.pack(">II", 0, len(entries))
    dref = box(b"dref", struct.pack(">II", 0, len(references)), *references)
    media = (box(b"dinf", dref), box(b"stbl", box(b"stsd", count, *entries)))
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12)), box(b"minf", *media)))


def entry(kind: bytes, reference: int = 1) -> bytes:
    return box(kind, bytes(6), struct.pack(">H", reference), bytes(70))


def movie(*traks: bytes) -> bytes:
    return box(b"ftyp", b"isom") + box(b"moov", *traks) + box(b"mdat", bytes(64))


def replaced(path: Path, old: bytes, new: bytes, to: Path) -> Path:
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    to.write_bytes(data.replace(old, new))
    return to


@pytest.mark.parametrize("kind", [b"encv", b"drmi"])
def test_a_protected_mp4_is_called_encrypted(tmp_path: Path, kind: bytes) -> None:
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 10))
    assert refused(replaced(clip, b"avc1\0\0\0\0\0\0", kind + bytes(6), tmp_path / "protected.mp4")).code == "encrypted"


def test_encrypted_sound_alone_is_a_note(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 30), sound=tone(1.0))
    with read_media(replaced(clip, b"mp4a\0\0\0\0\0\0", b"enca" + bytes(6), tmp_path / "half.mp4"), asset_id="x") as media:
        assert len(media.thumbnails) == 30 and media.audio is None
        assert any("sound is encrypted" in note.text for note in media.notes)


def test_a_clear_lead_beside_a_protected_entry_is_not_refused() -> None:
    found = tracks(movie(trak(b"vide", entry(b"encv"), entry(b"avc1"))))
    causes.refuse_encrypted(found)


def test_a_protected_matroska_is_called_encrypted(tmp_path: Path) -> None:
    encoding = element(ebml.ENCODING, element(ebml.ENCODING_TYPE, b"\1"), element(ebml.ENCRYPTION, b""))
    video = element(ebml.ENTRY, element(ebml.TYPE, b"\1"), element(ebml.CODEC, b"V_VP9"), element(ebml.ENCODINGS, encoding))
    sound = element(ebml.ENTRY, element(ebml.TYPE, b"\2"), element(ebml.CODEC, b"A_OPUS"))
    data = element(0x1A45DFA3) + element(ebml.SEGMENT, element(ebml.TRACKS, video, sound))
    assert [(t.kind, t.codec, t.encrypted) for t in tracks(data) or []] == [
        ("video", "V_VP9", True), ("audio", "A_OPUS", False),
    ]  # fmt: skip
    (tmp_path / "protected.webm").write_bytes(data + bytes(5000))
    assert refused(tmp_path / "protected.webm").code == "encrypted"


def test_a_clear_matroska_is_read_to_its_tracks(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mkv", plain((9, 9, 9), 3), sound=tone(0.2))
    found = tracks(clip.read_bytes())
    assert [(t.kind, t.encrypted) for t in found or []] == [("video", False), ("audio", False)]
    clip.write_bytes(clip.read_bytes()[:60])
    assert refused(clip).code == "truncated"


def test_a_protected_wmv_is_called_encrypted(tmp_path: Path) -> None:
    inner = sorted(causes.ASF_ENCRYPTION)[0] + struct.pack("<Q", 24)
    header = causes.ASF + struct.pack("<QIBB", 30 + len(inner), 1, 1, 2) + inner
    (tmp_path / "protected.wmv").write_bytes(header + bytes(5000))
    assert refused(tmp_path / "protected.wmv").code == "encrypted"
    assert tracks(causes.ASF + struct.pack("<QIBB", 30, 0, 1, 2)) == []


def test_a_scrambled_transport_stream_is_called_encrypted(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.ts", plain((9, 9, 9), 60, 640, 360), options={"crf": "1"})
    packets = bytearray(clip.read_bytes())
    assert tracks(bytes(packets)) == []
    for start in range(0, len(packets), 188):
        if 32 <= (packets[start + 1] & 31) << 8 | packets[start + 2] < 4096 and packets[start + 1] & 31:
            packets[start + 3] |= 0x80
    (tmp_path / "scrambled.ts").write_bytes(packets)
    assert refused(tmp_path / "scrambled.ts").code == "encrypted"


def test_media_in_another_file_are_named_so(tmp_path: Path) -> None:
    away = box(b"url ", bytes(4), b"file:///other.mov\0")
    here = box(b"url ", b"\0\0\0\1")
    assert [t.elsewhere for t in tracks(movie(trak(b"vide", entry(b"avc1"), references=(away,)))) or []] == [True]
    assert [t.elsewhere for t in tracks(movie(trak(b"vide", entry(b"avc1"), references=(here,)))) or []] == [False]
    assert [t.elsewhere for t in tracks(movie(trak(b"vide", entry(b"avc1", 2), references=(away, here)))) or []] == [False]
    reference = box(b"rmra", box(b"rmda", box(b"rdrf", bytes(4), b"url ", struct.pack(">I", 10), b"other.mov\0")))
    (tmp_path / "reference.mov").write_bytes(box(b"ftyp", b"qt  ") + box(b"moov", reference))
    assert refused(tmp_path / "reference.mov").code == "elsewhere"


def test_external_media_that_are_not_there(tmp_path: Path) -> None:
    """The samples are sought in this file where libav cannot open the other; there are none."""
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 30))
    data = clip.read_bytes()
    mdat = data.index(b"mdat")
    length = int.from_bytes(data[mdat - 4 : mdat], "big")
    data = data[: mdat + 4] + bytes(length - 8) + data[mdat - 4 + length :]
    (tmp_path / "away.mp4").write_bytes(data.replace(b"\0\0\0\x0curl \0\0\0\1", b"\0\0\0\x0curl \0\0\0\0"))
    assert refused(tmp_path / "away.mp4").code == "no_frames", "a reference without a place means this file"


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_an_mp4_without_its_index_is_called_cut_off(tmp_path: Path, share: float) -> None:
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 30))
    clip.write_bytes(clip.read_bytes()[: max(40, int(clip.stat().st_size * share))])
    error = refused(clip)
    assert error.code == "truncated" and "index" in str(error)


def test_a_codec_that_is_not_known_is_named() -> None:
    with pytest.raises(Refused) as error:
        causes.refuse_codec(tracks(movie(trak(b"vide", entry(b"xyz9")))))
    assert error.value.code == "no_decoder" and "xyz9" in str(error.value)


@pytest.mark.parametrize(
    "data", [b"", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3" + b"\xff" * 64, causes.ASF + b"\xff" * 64, b"G"]
)
def test_damaged_headers_end_quietly(data: bytes) -> None:
    assert not tracks(data)
