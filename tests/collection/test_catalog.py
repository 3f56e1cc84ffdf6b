"""Every measure keeps to the contract: it reads JSON, knows no difference from itself, and says why it read nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from analyzer.collection.catalog import measures
from analyzer.collection.contract import Measure
from analyzer.nouns.errors import SignalError
from tests.collection.sets import report, scene, survey


@pytest.mark.parametrize("measure", measures(), ids=lambda measure: measure.id)
def test_a_measure_reads_json_or_says_why_not(measure: Measure) -> None:
    for one in (report(scene(1)), report()):
        try:
            features = measure.read(one, survey(scene(1)))
        except SignalError as error:
            assert str(error).endswith(".")
            continue
        assert json.loads(json.dumps(features)) == features
        gaps = measure.gaps([features] * 2, [features] * 3)
        assert gaps.shape == (2, 3) and np.nanmax(gaps, initial=0.0) < measure.noise
        assert str(measure.explain(features, [features] * 3))


@pytest.mark.parametrize("measure", measures(), ids=lambda measure: measure.id)
def test_a_measure_of_nothing_is_empty(measure: Measure) -> None:
    assert measure.gaps([], []).shape == (0, 0)
