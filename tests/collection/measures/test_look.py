"""Embeddings are compared where there are any, and only with those of the same model."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from analyzer.collection.consistency import findings_of_set, standing
from analyzer.collection.measures.look import MEASURE
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import Embedding, message
from analyzer.nouns.report import Reason, SignalResult
from tests import make
from tests.collection.sets import report, scene, survey


def embedded(direction: list[float], model: str = "clip") -> SignalResult:
    unit = np.array(direction) / np.linalg.norm(direction)
    values = base64.b64encode(unit.astype("<f2").tobytes()).decode()
    return make.ok("content", {}, embedding=Embedding(title="e", model=model, dims=len(direction), values=values))


def features(*directions: list[float]) -> list[dict[str, object]]:
    return [dict(MEASURE.read(report(None, embedded(one)), survey(scene(1)))) for one in directions]


def test_the_picture_that_points_elsewhere_is_named() -> None:
    near = [[1.0, 0.01 * n, 0.0] for n in range(10)]
    read = features(*near, [0.0, 0.0, 1.0])
    found = findings_of_set(standing(MEASURE, read, range(11)), read)
    assert [str(f.sentence) for f in found if f] == [
        "An image model sees another kind of picture: the nearest of 10 others is 1.00 away."
    ]


def test_embeddings_of_two_models_are_not_compared() -> None:
    one = MEASURE.read(report(None, embedded([1.0, 0.0])), survey(scene(1)))
    other = MEASURE.read(report(None, embedded([1.0, 0.0], "siglip")), survey(scene(1)))
    gaps = MEASURE.gaps([one], [one, other])
    assert gaps[0, 0] == pytest.approx(0, abs=1e-3) and np.isnan(gaps[0, 1])


def test_without_a_model_the_report_s_own_reason_is_given() -> None:
    reason = Reason(code="no_model", sentence=message("No model is here."), remedy=message("analyzer models pull light"))
    lacking = SignalResult(id="content", title="c", status="unavailable", reason=reason)
    with pytest.raises(Unavailable) as error:
        MEASURE.read(report(None, lacking), survey(scene(1)))
    assert error.value.code == "no_model" and str(error.value.remedy) == "analyzer models pull light"
