"""What holds for every signal, whatever it measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analyzer.measure import catalog
from analyzer.nouns.media import Media
from analyzer.nouns.signal import Signal
from tests.make import Engines, image, media, noise, plain, tone

SIGNALS = {signal.id: signal for signal in catalog.signals()}
UNITS = {
    "s", "px", "share", "ratio", "LUFS", "LU", "dBTP", "count", "flag", "text", "fps", "bytes", "kbps", "bit", "deg", "Hz",
    "cps", "wpm", "dE", "number", "points", "per minute",
}  # fmt: skip


def cases() -> dict[str, Media]:
    rgb = noise(1, (640, 360))[0]
    return {
        "silent video": media(noise(90), frames=[(0.0, rgb), (1.0, rgb)]),
        "still video with sound": media(plain((9, 9, 9), 90), frames=[(0.0, rgb)], sound=tone(3.0)),
        "one frame": media(plain((99, 9, 9), 1), frames=[(0.0, rgb)]),
        "two frames, slow": media(noise(2), times_s=np.array([0.0, 5.0]), frames=[(0.0, rgb)]),
        "no kept frames": media(noise(30)),
        "tiny": media(noise(30, (2, 3)), frames=[(0.0, rgb[:4, :4])]),
        "image": image(rgb),
        "with post text": media(noise(30), frames=[(0.0, rgb)], post_text="New! Shop now #sale https://example.com"),
    }


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS)
def test_declared_as_the_contract_says(signal: Signal) -> None:
    assert signal.why.endswith(".") and signal.title
    for name, metric in signal.metrics.items():
        assert metric.meaning[:1].isupper(), name
        assert metric.unit in UNITS, (name, metric.unit)


@pytest.mark.parametrize("case", cases())
def test_no_input_makes_a_signal_fail(case: str) -> None:
    """Without any engine, over odd media: each signal is ok, skipped or unavailable, and twice the same."""
    first, second = (measured(cases()[case]) for _ in range(2))
    assert {name: result.reason for name, result in first.items() if result.status == "failed"} == {}
    for name, result in first.items():
        assert result.model_copy(update={"seconds": 0}) == second[name].model_copy(update={"seconds": 0})


def measured(asset: Media) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for signal in catalog.signals():
        results[signal.id] = catalog.run(signal, asset, Engines(), results)
    return results
