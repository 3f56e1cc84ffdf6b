"""Where photographs under drawn clips hold text of their own, which counts neither as right nor as wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.make import box

SCRIPTS = Path(__file__).parent.parent / "scripts"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from evaluation import drawn_clips, figures

    return drawn_clips, figures


def maker(drawn: Any, pan: float) -> Any:
    """A maker over plain ground, as if its photograph held one word, 100 pixels wide and 40 high."""
    clips, figures = drawn
    made = clips.Maker(figures.Setup(7, Path("no such folder")), "captions", 0)
    made.own_text, made.pan = [(100.0, 300.0, 200.0, 340.0)], pan
    return made


def at(x0: float, y0: float, x1: float, y1: float) -> Any:
    return box(x0 / 540, y0 / 960, x1 / 540, y1 / 960)


def test_a_box_of_a_photograph_lies_where_the_photograph_is_scaled_and_cut_to() -> None:
    sys.path.insert(0, str(SCRIPTS))
    try:
        from evaluation.drawn_clips import placed
    finally:
        sys.path.remove(str(SCRIPTS))
    assert placed([0.25, 0.5, 0.5, 1.0], (400, 200), (100, 100)) == (0.0, 50.0, 50.0, 100.0)


def test_a_track_half_of_which_is_text_of_the_photograph_does_not_count_and_another_does(drawn: Any) -> None:
    still = maker(drawn, pan=0.0)
    assert still.is_own_text(at(110, 305, 190, 335), 0.0, 5.0, [])
    assert still.is_own_text(at(60, 305, 190, 335), 0.0, 5.0, [])
    assert not still.is_own_text(at(10, 305, 140, 335), 0.0, 5.0, []), "less than half"
    assert not still.is_own_text(at(110, 405, 190, 435), 0.0, 5.0, []), "texture elsewhere"
    assert not still.is_own_text(at(10, 405, 40, 435), 0.0, 5.0, []), "away in both directions"


def test_text_of_the_photograph_goes_where_the_camera_pans(drawn: Any) -> None:
    pans = maker(drawn, pan=20.0)
    assert pans.is_own_text(at(30, 305, 110, 335), 3.0, 4.0, [])
    assert not pans.is_own_text(at(30, 305, 110, 335), 0.0, 0.5, [])


def test_a_second_reading_of_a_drawn_line_counts_wherever_it_stands(drawn: Any) -> None:
    still = maker(drawn, pan=0.0)
    line = still.line("Save", "caption", 1.0, 2.0, 320, 30, x=150)
    assert not still.is_own_text(at(110, 305, 190, 335), 1.2, 2.0, [line])
    assert still.is_own_text(at(110, 305, 190, 335), 3.0, 4.0, [line])
