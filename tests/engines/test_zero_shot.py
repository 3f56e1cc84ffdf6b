"""Zero-shot labels with known directions: what is likely, what is none of the labels, and what is kept beside the weights."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer.disk.files import seal
from analyzer.engines.zero_shot import ZeroShot, _kept, groups
from analyzer.weights import manifests
from analyzer.weights.manifests import Manifest

MANIFEST = manifests.named("siglip2-base")
MATCHING = [manifest for manifest in manifests.load() if manifest.task == "image-text-matching"]


def direction(angle: float) -> np.ndarray:
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


def engine(folder: Path, angles: dict[str, float], scale: float = 20.0, **settings: Any) -> tuple[ZeroShot, list[str]]:
    """An engine in a plane: captions of a label point at its angle, any other straight down, a picture at its pixel."""
    asked: list[str] = []
    of_caption = {
        caption: angles[label]
        for group in groups().values()
        for label, captions in group["labels"].items()
        if label in angles
        for caption in captions
    }

    def texts(captions: Sequence[str]) -> np.ndarray:
        asked.extend(captions)
        plain = [text.removeprefix("this is a photo of ").removeprefix("a frame of a video that shows ") for text in captions]
        return 3 * np.stack([direction(of_caption.get(caption, -np.pi / 2)) for caption in plain])

    def images(pictures: Sequence[np.ndarray]) -> np.ndarray:
        return 5 * np.stack([direction(float(picture[0, 0, 0]) / 100) for picture in pictures])

    manifest = MANIFEST.model_copy(update={"settings": MANIFEST.settings | settings})
    return ZeroShot(manifest, folder, images, texts, scale, SimpleNamespace(device="cpu", precision="float32")), asked


def picture(angle: float) -> np.ndarray:
    return np.full((2, 2, 3), round(angle * 100), np.uint8)


def test_a_picture_is_what_it_points_at(tmp_path: Path) -> None:
    found, _ = engine(tmp_path, {"kitchen": 0.0, "street": 1.5})
    embeddings = found.embed(picture(angle) for angle in (0.0, 1.5))
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1.0)
    shares = found.probabilities(embeddings, "setting")
    labels = found.labels["setting"]
    assert [labels[n] for n in shares.argmax(axis=1)] == ["kitchen", "street"]
    assert shares.max(axis=1).min() > 0.99


def test_between_two_labels_neither_passes_the_floor(tmp_path: Path) -> None:
    found, _ = engine(tmp_path, {"kitchen": 0.0, "street": 1.5})
    [shares] = found.probabilities(found.embed([picture(0.75)]), "setting")
    assert max(shares) == pytest.approx(0.5, abs=0.01)
    assert max(shares) < found.floors["setting"] + 0.01


def test_what_is_nothing_of_the_list_takes_the_probability(tmp_path: Path) -> None:
    """Captions of no label point elsewhere than the labels: a picture there is none of them, however alike they are."""
    everything = {label: 1.0 for label in groups()["setting"]["labels"]}
    found, _ = engine(tmp_path, everything)
    down = -direction(np.pi / 2)[None]
    assert found.probabilities(down, "setting").sum() < 0.01


def test_a_higher_temperature_is_less_sure(tmp_path: Path) -> None:
    cold, _ = engine(tmp_path, {"kitchen": 0.0, "street": 0.6})
    warm, _ = engine(tmp_path, {"kitchen": 0.0, "street": 0.6}, temperature={"setting": 4.0})
    embeddings = cold.embed([picture(0.1)])
    assert warm.probabilities(embeddings, "setting").max() < cold.probabilities(embeddings, "setting").max()


def test_captions_are_read_once_and_kept_beside_the_weights(tmp_path: Path) -> None:
    first, asked = engine(tmp_path, {"kitchen": 0.0})
    embeddings = first.embed([picture(0.0)])
    shares = first.probabilities(embeddings, "setting")
    count = len(asked)
    first.probabilities(embeddings, "setting")
    second, asked_again = engine(tmp_path, {"kitchen": 0.0})
    assert np.array_equal(second.probabilities(embeddings, "setting"), shares)
    assert (len(asked), asked_again) == (count, []) and count > 60


@pytest.mark.parametrize("change", ["flipped", "truncated", "of a former version", "other shape"])
def test_captions_that_changed_are_read_again(tmp_path: Path, change: str) -> None:
    first, asked = engine(tmp_path, {"kitchen": 0.0})
    embeddings = first.embed([picture(0.0)])
    shares = first.probabilities(embeddings, "setting")
    [path] = tmp_path.glob("captions-*.npy")
    data = path.read_bytes()
    if change == "other shape":
        np.save(made := io.BytesIO(), np.zeros((3, 3), np.float32))
        seal(path, made.getvalue())
    else:
        flipped = data[:-6] + bytes([data[-6] ^ 64]) + data[-5:]
        former = data.partition(b"\n")[2]
        path.write_bytes({"flipped": flipped, "truncated": data[:-9], "of a former version": former}[change])
    second, asked_again = engine(tmp_path, {"kitchen": 0.0})
    assert np.array_equal(second.probabilities(embeddings, "setting"), shares) and len(asked_again) == len(asked)
    assert path.read_bytes() == data


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    missing, _ = engine(tmp_path / "not" / "there", {"kitchen": 0.0})
    kept, _ = engine(tmp_path, {"kitchen": 0.0})
    embeddings = kept.embed([picture(0.2)])
    assert np.array_equal(missing.probabilities(embeddings, "setting"), kept.probabilities(embeddings, "setting"))


def test_no_picture_has_no_direction(tmp_path: Path) -> None:
    assert engine(tmp_path, {})[0].embed([]).shape == (0, 0)


@pytest.mark.parametrize("manifest", MATCHING, ids=lambda manifest: manifest.id)
def test_every_model_has_a_floor_and_a_temperature_for_every_group(manifest: Manifest) -> None:
    assert set(manifest.settings["floors"]) == set(manifest.settings["temperature"]) == set(groups())
    assert all(0.5 <= floor < 1 for floor in manifest.settings["floors"].values())
    assert all("{}" in template for template in manifest.prompts["templates"])
    assert "alibrated" in manifest.limits


def test_every_label_has_its_own_captions() -> None:
    for group in groups().values():
        captions = [caption for each in group["labels"].values() for caption in each] + group["nothing"]
        assert len(captions) == len(set(captions)) and len(group["nothing"]) >= 3


@pytest.mark.parametrize("shape", [(1 << 40, 1 << 20), (3, 4), (2, 4, 1)])
def test_directions_that_were_not_kept_by_us_are_not_read(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "captions.npy"
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
        file.write(bytes(48))
    with pytest.raises(EOFError):
        _kept(path, 2)
