"""A logo is found at any size, never where it is not, and what cannot be known is not called missing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from analyzer.collection.logos import load_logo, seen
from analyzer.nouns.errors import UsageError
from tests.collection.sets import Picture, report, scene


def drawn(name: str = "Kiln") -> Picture:
    logo = np.full((200, 600, 3), 255, np.uint8)
    cv2.circle(logo, (90, 100), 70, (20, 60, 180), -1)
    cv2.circle(logo, (110, 100), 40, (255, 255, 255), -1)
    cv2.putText(logo, name, (180, 130), cv2.FONT_HERSHEY_TRIPLEX, 3, (20, 60, 180), 6, cv2.LINE_AA)
    return logo


def written(path: Path, logo: Picture) -> Path:
    cv2.imwrite(str(path), cv2.cvtColor(logo, cv2.COLOR_RGB2BGR))
    return path


def with_logo(width: int, seed: int = 1) -> Picture:
    picture = scene(seed, (720, 960))
    small = cv2.resize(drawn(), (width, width // 3), interpolation=cv2.INTER_AREA)
    picture[40 : 40 + width // 3, 700 - width : 700] = small
    return picture


@pytest.mark.parametrize("width", [100, 150, 300])
def test_a_logo_is_found_at_any_size(tmp_path: Path, width: int) -> None:
    logo = load_logo(written(tmp_path / "logo.png", drawn()))
    assert seen([logo], report(with_logo(width))) == {"logo.png": True}


def test_a_picture_without_it_and_another_logo_are_not_taken_for_it(tmp_path: Path) -> None:
    logo = load_logo(written(tmp_path / "logo.png", drawn()))
    assert seen([logo], report(scene(2, (720, 960)))) == {"logo.png": False}


def test_what_cannot_be_known_is_not_called_missing(tmp_path: Path) -> None:
    logo = load_logo(written(tmp_path / "logo.png", drawn()))
    plain = load_logo(written(tmp_path / "plain.png", np.full((200, 200, 3), 128, np.uint8)))
    assert plain.plain and not logo.plain
    assert seen([plain], report(scene(2, (720, 960)))) == {"plain.png": None}
    assert seen([logo], report(scene(2, (120, 160)))) == {"logo.png": None}, "too small a picture"
    assert seen([], report(scene(2))) == {}


def test_a_transparent_logo_is_learnt_on_light_and_on_dark(tmp_path: Path) -> None:
    cover = np.where(drawn().min(axis=2) < 200, 255, 0).astype(np.uint8)
    picture = np.dstack([cv2.cvtColor(drawn(), cv2.COLOR_RGB2BGR), cover])
    cv2.imwrite(str(tmp_path / "logo.png"), picture)
    assert len(load_logo(tmp_path / "logo.png").grounds) == 2


def test_a_file_that_is_no_picture_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"nothing")
    with pytest.raises(UsageError, match="cannot be read"):
        load_logo(tmp_path / "logo.png")
