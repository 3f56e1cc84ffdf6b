"""A survey holds fingerprints and the styles of overlays, and is read again as it was written."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from analyzer.collection.survey import load, save, survey_clip, survey_image
from analyzer.nouns.evidence import TextTracks
from tests import make
from tests.collection.sets import Picture, report, scene


def with_text(plate: bool) -> tuple[Picture, object]:
    """A picture with a line of text, and its report."""
    picture = np.random.default_rng(0).integers(60, 120, (600, 400, 3), np.uint8)
    if plate:
        picture[400:480, 20:380] = (10, 10, 60)
    cv2.putText(picture, "HELLO WORLD", (40, 455), cv2.FONT_HERSHEY_DUPLEX, 1.4, (250, 220, 40), 3, cv2.LINE_AA)
    box = make.box(36 / 400, 420 / 600, 350 / 400, 460 / 600)
    track = make.text_track("HELLO WORLD", box=box, role="headline")
    return picture, report(None, make.ok("onscreen_text", {"tracks": 1}, tracks=TextTracks(title="t", items=(track,))))


def test_the_colour_of_letters_and_their_plate_are_measured() -> None:
    styles = [survey_image(*with_text(plate)).overlays[0] for plate in (True, False)]
    assert [style.box for style in styles] == [True, False]
    for style in styles:
        red, green, blue = bytes.fromhex(style.colour[1:])
        assert red > 200 and green > 180 and blue < 110


def test_a_survey_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = survey_image(*with_text(True))
    save(made, tmp_path / "a" / "survey.npz")
    found = load(tmp_path / "a" / "survey.npz")
    assert found is not None and found.overlays == made.overlays
    assert np.array_equal(found.small, made.small) and np.array_equal(found.views[0].descriptors, made.views[0].descriptors)


def test_a_broken_survey_is_none(tmp_path: Path) -> None:
    (tmp_path / "survey.npz").write_bytes(b"PK broken")
    assert load(tmp_path / "survey.npz") is None and load(tmp_path / "none.npz") is None


def test_a_survey_with_a_flipped_byte_is_none(tmp_path: Path) -> None:
    save(survey_image(*with_text(True)), tmp_path / "survey.npz")
    data = bytearray((tmp_path / "survey.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "survey.npz").write_bytes(data)
    assert load(tmp_path / "survey.npz") is None and not (tmp_path / "survey.npz").exists()


def test_a_still_clip_has_one_fingerprint_and_a_changing_one_several() -> None:
    still = np.repeat(scene(1, (36, 64))[None], 60, axis=0)
    cut = np.concatenate([still[:30], np.repeat(scene(2, (36, 64))[None], 30, axis=0)])
    for pixels, count in ((still, 1), (cut, 2)):
        frames = [(0.0, scene(1)), (1.5, scene(2))]
        survey = survey_clip(make.media(pixels, frames=frames), report())
        assert len(survey.small) == count and 1 <= len(survey.views) <= count


def test_a_clip_without_a_frame_has_no_fingerprint() -> None:
    empty = make.media(np.zeros((0, 36, 64, 3), np.uint8))
    survey = survey_clip(empty, report())
    assert len(survey.hashes()) == 0 and survey.views == ()
