"""Files become a `Media` with right times, orientation and sound, or end in one clear sentence."""

from __future__ import annotations

import os
import struct
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from analyzer.nouns.errors import MediaError
from analyzer.nouns.media import Media
from analyzer.read.decode.limits import Limits
from analyzer.read.open_media import read_media
from analyzer.read.sidecars import post_text_of, sidecars_of
from tests.clips import encode, plain, quadrants, tone


@pytest.fixture
def read():  # type: ignore[no-untyped-def]
    with ExitStack() as stack:
        yield lambda path, **options: stack.enter_context(read_media(path, asset_id="x", **options))


def refused(path: Path, **options: object) -> MediaError:
    with pytest.raises(MediaError) as caught, read_media(path, asset_id="x", **options):  # type: ignore[arg-type]
        pass
    return caught.value


def colour_at(media: Media, x: float, y: float) -> tuple[int, ...]:
    picture = media.frames[0].load()
    return tuple(int(v) for v in picture[int(y * picture.shape[0]), int(x * picture.shape[1])])


def test_times_are_presentation_times_of_a_variable_frame_rate(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    times = [0, 40, 120, 400, 440, 1000]
    clip = encode(tmp_path / "vfr.mp4", [*plain((10, 10, 10), 3), *plain((240, 240, 240), 3)], times_ms=times)
    media = read(clip)
    assert media.thumbnails.times_s == pytest.approx(np.array(times) / 1000, abs=0.002)
    assert media.facts["video"]["constant_frame_rate"] is False
    assert media.asset.kind == "video" and not media.asset.has_audio and media.audio is None


@pytest.mark.parametrize(("rotation", "corner"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_the_picture_is_upright(tmp_path: Path, read, rotation: int, corner: int) -> None:  # type: ignore[no-untyped-def]
    """The red quadrant goes where a player shows it; libav counts rotations counter-clockwise."""
    media = read(encode(tmp_path / "turned.mp4", [quadrants()] * 6, rotation=rotation))
    wanted = (128, 96) if rotation % 180 == 0 else (96, 128)
    assert (media.asset.width, media.asset.height) == wanted
    places = [(0.25, 0.25), (0.25, 0.75), (0.75, 0.75), (0.75, 0.25)]
    red = [
        index for index, place in enumerate(places) if colour_at(media, *place)[0] > 150 and colour_at(media, *place)[1] < 90
    ]
    assert red == [corner]
    thumbnail = media.thumbnails.read(0, 1)[0]
    x, y = places[corner]
    assert thumbnail[int(y * thumbnail.shape[0]), int(x * thumbnail.shape[1]), 0] > 150


def test_thumbnails_have_the_colours_of_the_frames(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    for pixel_format in ("yuv420p", "yuv444p", "yuv422p10le"):
        media = read(encode(tmp_path / f"{pixel_format}.mkv", plain((200, 60, 30), 4), pixel_format=pixel_format))
        assert media.thumbnails.read(0, 1)[0].reshape(-1, 3).mean(0) == pytest.approx((200, 60, 30), abs=5), pixel_format


def test_sound_that_starts_late_lies_where_it_is_heard(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    clip = encode(tmp_path / "late.mkv", plain((90, 90, 90), 60), sound=tone(1.0), sound_start_s=0.7)
    media = read(clip)
    samples = media.audio.read(0, 3)
    first = np.flatnonzero(np.abs(samples) > 0.02)[0] / 16_000
    assert first == pytest.approx(0.7, abs=0.05)
    loud = np.flatnonzero(media.loudness.rms_dbfs > -40)[0] * media.loudness.step_s
    assert loud == pytest.approx(0.7, abs=0.11)


def test_loudness_of_the_reference_tone(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    """A 1 kHz sine of -23 dBFS in both channels has -23 LUFS (EBU Tech 3341, case 1)."""
    level = 10 ** (-23 / 20)
    media = read(encode(tmp_path / "tone.mkv", plain((0, 0, 0), 150), sound=tone(5.0, level=level)))
    assert media.loudness.integrated_lufs == pytest.approx(-23.0, abs=0.2)
    assert media.loudness.true_peak_dbtp == pytest.approx(-23.0, abs=0.5)
    assert media.loudness.clipped_runs == 0


def test_a_still_clip_keeps_one_frame_and_a_change_keeps_another(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    still = read(encode(tmp_path / "still.mp4", plain((50, 50, 50), 90)))
    assert len(still.frames) == 1
    frames = plain((50, 50, 50), 60, 1280, 720)
    marked = frames[0].copy()
    marked[100:112, 100:400:6] = 255
    media = read(encode(tmp_path / "text.mp4", [*frames[:20], *[marked] * 15, *frames[:25]]))
    shown = [frame for frame in media.frames if 20 / 30 <= frame.time_s < 35 / 30]
    assert shown, "half a second of small print was not seen"


def test_frames_are_bounded_and_the_bound_is_said(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 255, (48, 64, 3), np.uint8) for _ in range(300)]
    media = read(encode(tmp_path / "busy.mp4", frames, fps=10), limits=Limits(kept_frames=40))
    assert len(media.frames) < 40
    assert any("frame was read every" in note.text for note in media.notes)
    assert len(media.thumbnails) == 300
    short = read(encode(tmp_path / "long.mp4", frames, fps=10), limits=Limits(duration_s=5))
    assert short.duration_s < 7 and any("bound on length" in note.text for note in short.notes)


def test_embedded_and_sidecar_subtitles_and_post_text(tmp_path: Path, read, test_data: Path) -> None:  # type: ignore[no-untyped-def]
    clip = tmp_path / "clip.mp4"
    clip.write_bytes((test_data / "video" / "nasa_13013.mp4").read_bytes())
    (tmp_path / "clip.fr.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.500\nBonjour <b>à tous</b>\n", encoding="utf-8")
    (tmp_path / "clip.srt").write_text("nonsense", encoding="utf-8")
    (tmp_path / "clipper.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nother\n", encoding="utf-8")
    (tmp_path / "clip.txt").write_text("Launch day 🚀", encoding="utf-8")
    assert [path.name for path in sidecars_of(clip)] == ["clip.fr.vtt", "clip.srt"]
    assert post_text_of(clip).text == "Launch day 🚀"
    tracks = read(clip).subtitles
    embedded = [track for track in tracks if track.origin == "embedded"]
    assert "optical" in " ".join(cue.text for cue in embedded[0].cues)
    french = next(track for track in tracks if track.name == "clip.fr.vtt")
    assert french.language == "fr" and french.cues[0].text == "Bonjour à tous" and french.cues[0].end_s == 2.5


def test_images_upright_on_white_and_without_coordinates(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "Jo Doe"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    Image.fromarray(quadrants()).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    media = read(tmp_path / "turned.jpg")
    assert (media.asset.width, media.asset.height, media.asset.kind) == (96, 128, "image")
    assert colour_at(media, 0.75, 0.25)[0] > 180 > 90 > colour_at(media, 0.75, 0.25)[1]
    assert {leak["field"] for leak in media.facts["leaks"]} == {"location", "Artist"}
    assert "48." not in str(media.facts)
    shown = read(tmp_path / "turned.jpg", show_location=True)
    assert any(leak["value"].startswith("+48.858") for leak in shown.facts["leaks"])

    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert colour_at(read(tmp_path / "clear.png"), 0.5, 0.5) == (255, 255, 255)
    Image.fromarray((np.arange(4096, dtype=np.uint16) * 16).reshape(64, 64)).save(tmp_path / "deep.png")
    assert read(tmp_path / "deep.png").frames[0].load().max() > 250
    Image.new("CMYK", (40, 40), (0, 255, 255, 0)).save(tmp_path / "cmyk.jpg")
    assert colour_at(read(tmp_path / "cmyk.jpg"), 0.5, 0.5)[0] > 180


def test_animations_are_clips(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    pictures = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green", "blue")]
    for suffix in ("gif", "webp", "png"):
        pictures[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=pictures[1:], duration=[200, 300, 500])
        media = read(tmp_path / f"a.{suffix}")
        assert media.asset.kind == "video" and media.thumbnails.times_s == pytest.approx([0, 0.2, 0.5]), suffix
        assert media.duration_s == pytest.approx(1.0)


def test_what_cannot_be_read_ends_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert refused(tmp_path / "empty.mp4").code == "empty"
    assert refused(tmp_path / "nowhere.mp4").code == "not_found"
    assert refused(tmp_path).code == "not_a_file"
    os.mkfifo(tmp_path / "pipe.mp4")
    assert refused(tmp_path / "pipe.mp4").code == "not_a_file"
    (tmp_path / "text.mp4").write_text("<html>no video</html>" * 50)
    assert refused(tmp_path / "text.mp4").code == "not_media"
    whole = encode(tmp_path / "whole.mp4", plain((9, 9, 9), 30))
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert refused(tmp_path / "cut.mp4").code == "truncated"
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    assert refused(tmp_path / "bomb.png").code == "too_many_pixels"
    (tmp_path / "phone.heic").write_bytes(struct.pack(">I4s4s", 24, b"ftyp", b"heic") + b"\0\0\0\0mif1heic" + bytes(99))
    assert "export it as JPEG" in str(refused(tmp_path / "phone.heic"))
    for error in (refused(tmp_path / "text.mp4"), refused(tmp_path / "empty.mp4")):
        assert str(error).endswith(".") and "Error" not in str(error)


def test_a_playlist_or_script_opens_no_other_file(tmp_path: Path) -> None:
    encode(tmp_path / "secret.mp4", plain((9, 9, 9), 30))
    disguises = {
        "concat.mp4": "ffconcat version 1.0\nfile secret.mp4\n",
        "list.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{tmp_path}/secret.mp4\n#EXT-X-ENDLIST\n",
        "net.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
        "sdp.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    }
    for name, text in disguises.items():
        (tmp_path / name).write_text(text)
        assert refused(tmp_path / name).code == "not_media", name


@pytest.mark.parametrize(
    "name",
    [
        "new\nline.mp4",
        "-rf.mp4",
        "$(touch x).mp4",
        "%d.mp4",
        "pipe:0",
        "concat:a|b",
        "<img onerror=x>.mp4",
        "é" * 100 + ".mp4",
        "\u202egpj.mp4",
    ],
)
def test_any_file_name_is_read(tmp_path: Path, read, name: str) -> None:  # type: ignore[no-untyped-def]
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3))
    (tmp_path / name).write_bytes(clip.read_bytes())
    assert len(read(tmp_path / name).thumbnails) == 3


def test_a_name_that_is_not_unicode_is_read(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3))
    odd = os.fsencode(tmp_path) + b"/\xff\xfe.mp4"
    with open(odd, "wb") as file:
        file.write(clip.read_bytes())
    media = read(Path(os.fsdecode(odd)))
    assert len(media.thumbnails) == 3 and "\ufffd" in media.asset.name
    assert media.asset.name.encode("utf-8")


def test_a_hanging_or_crashing_decoder_is_outlived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3))
    monkeypatch.setattr("analyzer.read.decoder.CHILD", "import time; time.sleep(60)  # {path!r}")
    began = time.monotonic()
    assert refused(clip, limits=Limits(stall_s=0.5)).code == "stalled"
    assert time.monotonic() - began < 5
    busy = (
        "import json, time\ntold = {{'kept_from': [], 'not_kept_from': [], 'failed': []}}\n"
        "print(json.dumps({{'confinement': told}}), flush=True)\n"
        "while True: print(json.dumps({{'done': 1, 'total': None}}), flush=True); time.sleep(0.1)  # {path!r}"
    )
    monkeypatch.setattr("analyzer.read.decoder.CHILD", busy)
    began = time.monotonic()
    late = refused(clip, limits=Limits(stall_s=0.5, decode_s=0.5))
    assert late.code == "stalled" and "longer than is allowed" in str(late), "progress is no excuse"
    assert time.monotonic() - began < 5
    monkeypatch.setattr("analyzer.read.decoder.CHILD", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)  # {path!r}")
    assert refused(clip).code == "crashed"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3))
    with read_media(clip, asset_id="x") as media:
        assert not list(spool.iterdir()), "a killed program would leave it"
        assert media.frames[0].load().shape == (96, 128, 3)
    with pytest.raises(MediaError):
        media.frames[0].load()
    (tmp_path / "bad.mp4").write_bytes(struct.pack(">I4s", 8, b"ftyp") * 9)
    refused(tmp_path / "bad.mp4")
    assert not list(spool.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no bound on the size of files")
@pytest.mark.parametrize("kind", ["picture", "clip"])
def test_a_bound_on_temporary_files_is_no_damage_of_the_asset(tmp_path: Path, kind: str) -> None:
    path = tmp_path / ("a.png" if kind == "picture" else "a.mp4")
    Image.effect_noise((900, 900), 80).save(path) if kind == "picture" else encode(path, plain((9, 99, 9), 40, 640, 360))
    error = refused(path, limits=Limits(spool_bytes=4_000))
    assert error.code == "no_space" and "damaged" not in str(error)
