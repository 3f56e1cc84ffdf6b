"""Image safety: what a model takes for sexual content and when; nothing is called safe that was not looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.measure import catalog
from analyzer.measure.signals.image_safety import MOST_LOOKS, SIGNAL, measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.media import Media
from analyzer.nouns.signal import Reading
from tests.engines.test_onnx_pictures import MOBILENET, SAFETY
from tests.make import Engines, image, media, plain


class Classifier:
    """Gives a picture of one grey the probability of sexual content that belongs to its shade."""

    unsafe, threshold = ("sexual",), 0.8

    def __init__(self, **sexual: float) -> None:
        self.sexual, self.looks = {int(grey[1:]): share for grey, share in sexual.items()}, 0

    def classify(self, images: Iterable[Any]) -> Iterator[dict[str, float]]:
        for picture in images:
            self.looks += 1
            share = self.sexual.get(int(picture[0, 0, 0]), 0.01)
            yield {"neutral": round(1 - share, 4), "sexual": share}


def clip(*shots: tuple[int, float]) -> Media:
    pixels = np.concatenate([plain((grey,) * 3, round(seconds * 10)) for grey, seconds in shots])
    return media(pixels, fps=10, frames=[(i / 10, pixels[i]) for i in range(0, len(pixels), 5)])


def run(asset: Media, classifier: Any) -> Reading:
    return measure(asset, Engines({"image-safety": classifier}), {})


def test_an_unsafe_stretch_has_its_time_and_probability() -> None:
    reading = run(clip((20, 2.0), (140, 1.5), (220, 2.0)), Classifier(g140=0.93))
    assert reading.metrics == {"unsafe_max": 0.93, "unsafe_label": "sexual", "first_unsafe_s": 2.0}
    [span] = reading.evidence["unsafe"].items  # type: ignore[union-attr]
    assert (span.start_s, span.end_s, span.label, span.value) == (2.0, 3.5, "sexual", 0.93)
    assert reading.evidence["classes"].rows[0] == ("neutral", 0.99)  # type: ignore[union-attr]


def test_unsafe_looks_in_a_row_are_one_stretch_with_the_highest_probability() -> None:
    reading = run(clip((20, 2.0), (100, 2.0), (140, 2.0), (20, 2.0), (140, 1.0)), Classifier(g100=0.85, g140=0.95))
    found = [(span.start_s, span.end_s, span.value) for span in reading.evidence["unsafe"].items]  # type: ignore[union-attr]
    assert found == [(2.0, 6.0, 0.95), (8.0, 9.0, 0.95)]


def test_below_the_threshold_the_highest_probability_is_still_told() -> None:
    reading = run(clip((20, 2.0), (140, 2.0)), Classifier(g140=0.79))
    assert reading.metrics == {"unsafe_max": 0.79, "unsafe_label": None, "first_unsafe_s": None}
    assert reading.evidence["unsafe"].items == ()  # type: ignore[union-attr]


def test_what_is_not_looked_for_is_said() -> None:
    assert "not violence" in str(run(clip((20, 1.0)), Classifier()).notes[0])


def test_a_still_picture_is_looked_at_once_and_the_bound_on_looks_is_said() -> None:
    still = Classifier()
    run(clip((20, 30.0)), still)
    assert still.looks == 1
    busy = Classifier()
    reading = run(clip(*((10 if n % 2 else 90, 1.0) for n in range(MOST_LOOKS + 30))), busy)
    assert busy.looks == MOST_LOOKS and f"{MOST_LOOKS} frames" in str(reading.notes[1])


def test_an_image() -> None:
    reading = run(image(plain((140, 140, 140), 1, (90, 60))[0]), Classifier(g140=0.9))
    assert reading.metrics == {"unsafe_max": 0.9, "unsafe_label": "sexual", "first_unsafe_s": 0.0}
    assert "unsafe" not in reading.evidence


def test_without_a_model_or_a_frame_nothing_is_said() -> None:
    with pytest.raises(NotApplicable):
        run(media(plain((1, 1, 1), 9)), Classifier())
    with pytest.raises(Unavailable):
        measure(clip((20, 1.0)), Engines(), {})
    result = catalog.run(SIGNAL, clip((20, 1.0)), Engines(), {})
    assert result.status == "unavailable" and result.metrics == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "false_alarm"),
    [
        ("remotion_tiktok_sample.mp4", False),
        ("editly_dancer1.webm", False),
        ("moviepy_chaplin.mp4", False),
        ("imageio_cockatoo_yuv420.mp4", True),
    ],
)
def test_a_real_net_on_harmless_clips(test_data: Path, name: str, false_alarm: bool) -> None:
    """The real net of the test data through the real engine: it mistakes the beak of a cockatoo from close by."""
    from analyzer.engines import onnx_image_classifier
    from analyzer.engines.runtime import Runtime
    from analyzer.read.open_media import read_media

    engine = onnx_image_classifier.load(SAFETY.model_copy(update=MOBILENET), Runtime(test_data / "weights"))
    with read_media(test_data / "video" / name, asset_id="0") as clip:
        reading = run(clip, engine)
    assert (reading.metrics["unsafe_label"] == "sexual") is false_alarm
    assert (reading.metrics["unsafe_max"] >= engine.threshold) is false_alarm  # type: ignore[operator]
