"""Which lines of text belong together."""

from __future__ import annotations

import pytest

from analyzer.methods.text_blocks import rows_apart, shared_time
from tests.make import box, text_track


def test_shared_time_is_that_of_the_shorter_one() -> None:
    assert shared_time(text_track("a", 0, 4), text_track("b", 3, 5)) == pytest.approx(0.5)
    assert shared_time(text_track("a", 0, 4), text_track("b", 1, 2)) == pytest.approx(1.0)
    assert shared_time(text_track("a", 0, 1), text_track("b", 2, 3)) < 0


def test_rows_apart_counts_heights_of_the_smaller() -> None:
    assert rows_apart(box(0, 0.1, 1, 0.2), box(0, 0.25, 1, 0.30)) == pytest.approx(1.0)
    assert rows_apart(box(0, 0.1, 1, 0.2), box(0, 0.15, 1, 0.25)) < 0
