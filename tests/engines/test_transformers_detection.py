"""DETR-like networks: the same answers as torch gives, exported once, on the CPU from there on without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer.engines import graphs, picture_network, transformers_detection
from analyzer.engines.picture_network import PictureNetwork
from analyzer.engines.runtime import Runtime
from analyzer.nouns.evidence import BoundingBox
from analyzer.weights import store
from analyzer.weights.manifests import Manifest, named
from tests.engines.detectors import picture

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

MANIFEST = named("dfine-small-coco")


@pytest.fixture(scope="module")
def trained(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the trained DEIMv2-Atto, whose exports the tests of this file share."""
    folder = tmp_path_factory.mktemp("models") / MANIFEST.id
    shutil.copytree(test_data / "weights" / "deimv2_atto_transformers", folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """D-FINE at its smallest, random: three kinds of objects, pictures of 64 pixels."""
    from tests.engines.tiny_detectors import d_fine

    return d_fine(tmp_path_factory.mktemp("models") / MANIFEST.id)


def sees_all(manifest: Manifest = MANIFEST) -> Manifest:
    """The manifest with a threshold that even random weights pass."""
    return manifest.model_copy(update={"settings": manifest.settings | {"least_confidence": 0.001}})


def pictures(test_data: Path) -> list[np.ndarray]:
    return [picture(test_data / "images" / name) for name in ("bus.jpg", "dog.jpg")]


def labels(found: Any) -> list[str]:
    return sorted(label for label, *_ in found)


def test_trained_weights_find_what_is_there(trained: Path, test_data: Path) -> None:
    """Boxes, labels and scores are those of `transformers.pipeline` in torch, but for the pixels to which it rounds."""
    from PIL import Image
    from transformers import pipeline

    engine = transformers_detection.load(MANIFEST, Runtime(trained, "cpu", exact=True))
    assert (engine.device, engine.precision) == ("cpu", "float32")
    bus, dog = engine.detect(pictures(test_data))
    assert labels(bus) == ["bus", *["person"] * 4] and labels(dog) == ["bicycle", "car", "dog"]
    plain = pipeline("object-detection", model=str(trained), device="cpu")
    for image, found in zip(pictures(test_data), (bus, dog), strict=True):
        wanted = plain(Image.fromarray(image), threshold=0.5)
        height, width = image.shape[:2]
        for one, (label, box, score) in zip(sorted(wanted, key=lambda w: -w["score"]), found, strict=True):
            corners = [side / whole for side, whole in zip(one["box"].values(), (width, height, width, height), strict=True)]
            assert label == one["label"] and score == pytest.approx(one["score"], abs=0.002)
            assert box.iou(BoundingBox(**dict(zip(("x0", "y0", "x1", "y1"), corners, strict=True)))) > 0.98


def test_fast_mode_is_refused_where_it_would_find_nothing(trained: Path, test_data: Path) -> None:
    """These weights fail in 16 bits; the trial shows it, so the report says float32 and everything is found."""
    engine = transformers_detection.load(MANIFEST, Runtime(trained, "cpu"))
    assert engine.precision == "float32"
    bus, dog = engine.detect(pictures(test_data))
    assert labels(bus) == ["bus", *["person"] * 4] and labels(dog) == ["bicycle", "car", "dog"]
    if graphs._has_bfloat16():
        [record] = trained.parent.rglob("*.agreement")
        assert float(record.read_text().splitlines()[-1]) < 0.5


def test_the_second_run_needs_no_torch(trained: Path) -> None:
    transformers_detection.load(MANIFEST, Runtime(trained, "cpu"))
    code = (
        "import sys; from pathlib import Path; import numpy as np; from analyzer.weights import manifests;"
        "from analyzer.engines import transformers_detection; from analyzer.engines.runtime import Runtime;"
        f"engine = transformers_detection.load(manifests.named({MANIFEST.id!r}), Runtime(Path({str(trained)!r}), 'cpu'));"
        "list(engine.detect([np.zeros((80, 60, 3), np.uint8)]));"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_tiny_network_says_the_same_exported_and_in_torch(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = list(np.random.default_rng(0).integers(0, 256, (3, 80, 60, 3), np.uint8))
    exported = list(transformers_detection.load(sees_all(), Runtime(tiny, "cpu", exact=True)).detect(images))
    monkeypatch.setattr(PictureNetwork, "_on_cpu", PictureNetwork._in_torch)
    batches = sees_all().model_copy(update={"batch": {"cpu": 2}})
    in_torch = list(transformers_detection.load(batches, Runtime(tiny, "cpu", exact=True)).detect(images))
    assert [len(found) for found in exported] == [len(found) for found in in_torch] and all(exported)
    for one, other in zip(exported, in_torch, strict=True):
        assert labels(one) == labels(other) and set(labels(one)) <= {"cup", "plate", "spoon"}
        assert sorted(s for *_, s in one) == pytest.approx(sorted(s for *_, s in other), abs=0.002)


@pytest.mark.parametrize(("agrees", "precision"), [(0.99, "bfloat16"), (0.5, "float32")])
def test_a_gpu_gets_16_bits_only_after_a_trial(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, agrees: float, precision: str
) -> None:
    """The code of a GPU, run on the CPU."""
    monkeypatch.setattr(PictureNetwork, "_on_cpu", PictureNetwork._in_torch)
    monkeypatch.setattr(picture_network, "agreement", lambda *_: agrees)
    engine = transformers_detection.load(sees_all(), Runtime(tiny, "cpu"))
    assert engine.precision == precision
    assert list(engine.detect([np.zeros((50, 70, 3), np.uint8)]))[0]


def test_a_gpu_without_room_for_one_picture_leaves_it_to_the_cpu(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(pixels: Any) -> Any:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(picture_network, "_has_cpu_alone", lambda runtime: False)
    monkeypatch.setattr(picture_network, "torch_device", lambda wanted: "cuda")
    monkeypatch.setattr(PictureNetwork, "_in_torch", lambda self: full)
    engine = transformers_detection.load(sees_all(), Runtime(tiny, "auto"))
    assert engine.device == "cuda"
    assert len(list(engine.detect([np.zeros((50, 70, 3), np.uint8)] * 3))) == 3
    assert engine.device == "cpu"


def test_a_folder_that_cannot_be_written_is_no_hindrance(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / MANIFEST.id
    shutil.copytree(tiny, folder)
    (tmp_path / store.EXPORTED).write_text("in the way")
    engine = transformers_detection.load(sees_all(), Runtime(folder, "cpu", exact=True))
    assert list(engine.detect([np.zeros((50, 70, 3), np.uint8)]))[0]


def test_other_weights_are_exported_anew_and_the_old_export_goes(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / MANIFEST.id
    shutil.copytree(tiny, folder)
    transformers_detection.load(MANIFEST, Runtime(folder, "cpu", exact=True))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"note": "changed"}))
    transformers_detection.load(MANIFEST, Runtime(folder, "cpu", exact=True))
    assert len(list((tmp_path / store.EXPORTED).rglob("*.onnx"))) == 1
    assert not [path for path in (tmp_path / store.EXPORTED).rglob("*") if path.is_dir() and path.name != MANIFEST.id]


def test_without_the_exporter_s_package_it_says_which(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from analyzer.nouns.errors import Unavailable

    folder = tmp_path / MANIFEST.id
    shutil.copytree(tiny, folder)
    find: Callable[[str], Any] = lambda name: None if name == "onnx" else SimpleNamespace()  # noqa: E731
    monkeypatch.setattr(picture_network, "find_spec", find)
    with pytest.raises(Unavailable) as error:
        transformers_detection.load(MANIFEST, Runtime(folder, "cpu", exact=True))
    assert str(error.value.remedy) == "pip install onnx"
