"""Colour: conversion, swatches, names and distances, against known values and real pictures."""

from __future__ import annotations

import io
import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from coloraide import Color
from PIL import Image

from analyzer.methods import colour
from analyzer.nouns.evidence import Swatch


def pixels(*parts: tuple[tuple[int, int, int], int]) -> np.ndarray:
    return np.concatenate([np.full((count, 3), rgb, np.uint8) for rgb, count in parts])


def palette_of(picture: Image.Image) -> tuple[Swatch, ...]:
    scale = (20_000 / (picture.width * picture.height)) ** 0.5
    size = (round(picture.width * scale), round(picture.height * scale))
    small = picture.convert("RGB").resize(size, Image.Resampling.BOX)
    return colour.swatches(colour.oklab(np.asarray(small).reshape(-1, 3)))


@pytest.mark.parametrize("code", ["#000000", "#ffffff", "#ff0000", "#12ab9f", "#7f7f80", "#010203"])
def test_oklab_agrees_with_coloraide_and_comes_back(code: str) -> None:
    lab = colour.oklab(colour.pixel_of(code))
    assert lab == pytest.approx(Color(code).convert("oklab").coords(), abs=2e-4)
    assert colour.hex_of(lab) == code


def test_swatches_of_flat_areas_are_exact_and_ordered() -> None:
    found = colour.swatches(colour.oklab(pixels(((220, 30, 40), 300), ((20, 40, 120), 600), ((250, 250, 250), 100))))
    assert [swatch.share for swatch in found] == [0.6, 0.3, 0.1]
    assert [swatch.hex for swatch in found] == ["#142878", "#dc1e28", "#fafafa"]
    assert [swatch.name for swatch in found] == ["dark blue", "red", "white"]


def test_shades_that_look_alike_are_one_swatch() -> None:
    found = colour.swatches(colour.oklab(pixels(((100, 100, 100), 500), ((104, 103, 102), 500))))
    assert len(found) == 1
    assert found[0].share == 1.0


def test_specks_join_the_nearest_swatch_and_shares_still_sum_to_one() -> None:
    found = colour.swatches(colour.oklab(pixels(((255, 255, 255), 995), ((0, 0, 0), 5))))
    assert [swatch.share for swatch in found] == [1.0]
    many = colour.swatches(colour.oklab(np.random.default_rng(1).integers(0, 256, (5000, 3), np.uint8)))
    assert sum(swatch.share for swatch in many) == pytest.approx(1.0, abs=1e-9)
    assert list(many) == sorted(many, key=lambda swatch: -swatch.share)


def test_swatches_do_not_depend_on_the_random_state() -> None:
    lab = colour.oklab(np.random.default_rng(2).integers(0, 256, (4000, 3), np.uint8))
    colour.cv2.setRNGSeed(1)
    first = colour.swatches(lab)
    colour.cv2.setRNGSeed(99)
    assert colour.swatches(lab) == first
    assert colour.swatches(lab[:0]) == ()


def test_delta_e_2000_of_published_pair() -> None:
    """Black and white differ by 100, and a colour from itself by nothing."""
    assert colour.delta_e("#000000", "#ffffff") == pytest.approx(100.0, abs=0.1)
    assert colour.delta_e("#3a7f55", "#3a7f55") == 0.0


def test_palette_distance_is_the_mean_difference_of_repainting() -> None:
    red, white = Swatch(hex="#c02020", share=1.0), Swatch(hex="#ffffff", share=1.0)
    full = colour.palette_distance((red,), (white,))
    assert full == pytest.approx(colour.delta_e("#c02020", "#ffffff"), abs=0.01)
    half = (Swatch(hex="#ffffff", share=0.5), Swatch(hex="#c02020", share=0.5))
    assert colour.palette_distance(half, (white,)) == pytest.approx(full / 2, abs=0.01)
    assert colour.palette_distance(half, half) == pytest.approx(0.0, abs=1e-4)


def test_colourfulness_orders_grey_pale_and_vivid() -> None:
    grey = np.full((1, 100, 3), 90, np.uint8)
    rng = np.random.default_rng(0)
    pale = rng.integers(110, 140, (1, 400, 3), np.uint8)
    vivid = rng.choice(np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8), (1, 400))
    values = [float(colour.colourfulness(picture)[0]) for picture in (grey, pale, vivid)]
    assert values[0] == 0.0
    assert values[0] < values[1] < 25
    assert values[2] > 109


def test_warmth_and_saturation() -> None:
    def of(rgb: tuple[int, int, int]) -> np.ndarray:
        return colour.oklab(pixels((rgb, 10)))

    assert colour.warmth(of((255, 150, 40))) > 0.9
    assert colour.warmth(of((40, 140, 255))) < -0.8
    assert abs(colour.warmth(of((128, 128, 129)))) < 0.1
    assert colour.saturation(of((255, 0, 255))) == pytest.approx(1.0, abs=0.01)
    assert colour.saturation(of((128, 128, 128))) == pytest.approx(0.0, abs=1e-3)


def test_reference_colours_of_photos_are_found(test_data: Path) -> None:
    """node-vibrant's swatches that cover much of its sample photos are in our palettes too."""
    listed = {entry["name"]: entry["palettes"]["node"] for entry in
              json.loads((test_data / "palette/vibrant_palettes.json").read_text())}  # fmt: skip
    large = [("1.jpg", "Vibrant"), ("2.jpg", "DarkVibrant"), ("3.jpg", "LightMuted"), ("3.jpg", "LightVibrant")]
    for name, kind in large:
        expected = "#{:02x}{:02x}{:02x}".format(*map(int, listed[name][kind]["rgb"]))
        found = palette_of(Image.open(test_data / f"palette/vibrant_{name}"))
        assert min(colour.delta_e(swatch.hex, expected) for swatch in found) < 5, (name, kind)


def test_palette_survives_scaling_and_re_encoding(test_data: Path) -> None:
    for path in sorted((test_data / "palette").glob("*.jpg"))[:11]:
        picture = Image.open(path).convert("RGB")
        small = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
        coded = io.BytesIO()
        picture.save(coded, "JPEG", quality=60)
        whole = palette_of(picture)
        assert colour.palette_distance(whole, palette_of(small)) <= 3, path.name
        assert colour.palette_distance(whole, palette_of(Image.open(coded))) <= 3, path.name


def test_one_look_is_nearer_than_unrelated_photos(test_data: Path) -> None:
    def mean_distance(pattern: str) -> float:
        found = [palette_of(Image.open(path)) for path in sorted((test_data / "palette").glob(pattern))]
        return float(np.mean([colour.palette_distance(a, b) for a, b in permutations(found, 2)]))

    assert mean_distance("sbcreative_[1-6].jpg") < 0.75 * mean_distance("vibrant_site_*.jpg")
