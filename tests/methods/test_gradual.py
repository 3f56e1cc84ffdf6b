"""Dissolves: what a mixture of two pictures is, and what only looks like one."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.methods.gradual import _superimposed
from tests.make import media


@pytest.mark.parametrize(("weight", "mixed"), [(0.5, True), (0.56, False)])
def test_the_weights_of_a_mixture_sum_to_one(weight: float, mixed: bool) -> None:
    one, other = np.random.default_rng(0).normal(0, 25, (2, 36, 64, 1))
    grey = [128 + detail * np.ones(3) for detail in (one, weight * (one + other), other)]
    pixels = np.clip(np.stack(grey), 0, 255).astype(np.uint8)
    assert _superimposed(media(pixels).thumbnails, 0, 1, 2) == mixed
