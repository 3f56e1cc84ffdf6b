"""Where a network for pictures runs, and what happens when a GPU is full: the code of a GPU is run on the CPU here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer.engines import picture_network
from analyzer.engines.picture_network import PictureNetwork
from analyzer.engines.runtime import Device, Runtime, in_batches
from analyzer.nouns.errors import Unavailable
from analyzer.weights.manifests import Manifest
from tests.weights.test_manifests import FIELDS

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

MANIFEST = Manifest.model_validate(
    FIELDS
    | {"source": "hub", "repository": "someone/model", "files": ["model.safetensors"], "presets": ["light"]}
    | {"precision": {"cuda": "bfloat16"}, "batch": {"cuda": 4}}
)
SIZE = 6, 8
FULL = "CUDA out of memory. Tried to allocate 2.00 GiB"


class Sums(torch.nn.Module):  # type: ignore[misc]
    """The sum of each channel, and twice that; `room` is how many pictures a device takes."""

    room = 99

    def forward(self, pixels: Any) -> Any:
        if not torch.jit.is_tracing() and len(pixels) > self.room:
            raise torch.OutOfMemoryError(FULL)
        sums = pixels.sum((2, 3))
        return sums, 2 * sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / MANIFEST.id
    made.mkdir()
    (made / "model.safetensors").write_bytes(b"weights")
    return made


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose GPU is its CPU, by another name."""
    monkeypatch.setattr(picture_network, "_has_cpu_alone", lambda runtime: runtime.device == "cpu")
    monkeypatch.setattr(picture_network, "torch_device", lambda wanted: "cuda")
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, *_, **__: self)
    monkeypatch.setattr(torch.Tensor, "to", lambda self, *_, **__: self)
    monkeypatch.setattr(torch, "autocast", lambda device, kind, enabled: torch.no_grad())


def network(folder: Path, build: Callable[[], Any], device: Device = "auto", exact: bool = False) -> PictureNetwork:
    return PictureNetwork(MANIFEST, Runtime(folder, device, exact), SIZE, build, lambda answers: np.concatenate(answers, 1))


def pictures(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(count).random((count, 3, *SIZE), np.float32))


def sums(found: PictureNetwork, given: list[np.ndarray], batch: int = 4) -> list[Any]:
    """The answers, by batches as the engines make them."""
    return list(in_batches(given, batch, lambda some: list(zip(*found(np.stack(some)), strict=True))))


def assert_right(answers: list[Any], given: list[np.ndarray]) -> None:
    assert len(answers) == len(given)
    for (once, twice), pixels in zip(answers, given, strict=True):
        assert once == pytest.approx(pixels.sum((1, 2)), rel=1e-5) and twice == pytest.approx(2 * pixels.sum((1, 2)), rel=1e-5)


def test_several_pictures_are_answered_in_order_on_a_cpu(folder: Path) -> None:
    found = network(folder, Sums, "cpu")
    assert (found.device, found.precision) == ("cpu", "float32")
    assert_right(sums(found, pictures(5)), pictures(5))


def test_a_second_network_is_not_built_again_on_a_cpu(folder: Path) -> None:
    built: list[int] = []
    for _ in range(2):
        network(folder, lambda: built.append(1) or Sums(), "cpu")
    assert built == [1]


@pytest.mark.usefixtures("gpu")
def test_a_gpu_takes_batches(folder: Path) -> None:
    given: list[int] = []

    class Counting(Sums):
        def forward(self, pixels: Any) -> Any:
            given.append(len(pixels))
            return super().forward(pixels)

    found = network(folder, Counting, exact=True)
    assert_right(sums(found, pictures(6)), pictures(6))
    assert (found.device, found.precision, given) == ("cuda", "float32", [4, 2])


@pytest.mark.usefixtures("gpu")
def test_a_batch_that_does_not_fit_is_halved_and_the_gpu_kept(folder: Path) -> None:
    class Small(Sums):
        room = 1

    found = network(folder, Small)
    assert_right(sums(found, pictures(5)), pictures(5))
    assert found.device == "cuda" and found.precision == "bfloat16"


@pytest.mark.usefixtures("gpu")
def test_a_gpu_that_fills_up_on_the_way_leaves_the_rest_to_the_cpu(folder: Path) -> None:
    calls: list[int] = []

    class Filling(Sums):
        def forward(self, pixels: Any) -> Any:
            calls.append(len(pixels))
            self.room = 99 if len(calls) < 3 else 0
            return super().forward(pixels)

    found = network(folder, Filling, exact=True)
    assert_right(sums(found, pictures(12)), pictures(12))
    assert calls[:5] == [4, 4, 4, 2, 1] and found.device == "cpu" and found.precision == "float32"


@pytest.mark.usefixtures("gpu")
def test_a_gpu_without_room_for_the_network_itself_leaves_it_to_the_cpu(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError(FULL)

    monkeypatch.setattr(torch.nn.Module, "to", full)
    found = network(folder, Sums)
    assert found.device == "cpu"
    assert_right(sums(found, pictures(2)), pictures(2))


@pytest.mark.usefixtures("gpu")
def test_another_fault_of_a_gpu_is_not_hidden(folder: Path) -> None:
    class Broken(Sums):
        def forward(self, pixels: Any) -> Any:
            raise RuntimeError("an illegal memory access was encountered")

    with pytest.raises(RuntimeError, match="illegal"):
        network(folder, Broken, exact=True)(np.stack(pictures(1)))
    with pytest.raises(RuntimeError, match="illegal"):
        network(folder, Broken)


@pytest.mark.parametrize(
    ("device", "installed", "alone"),
    [
        ("cpu", "2.10.0", True), ("cuda", "2.10.0+cpu", False), ("mps", "2.10.0", False), ("auto", "2.10.0+cpu", True),
        ("auto", "2.10.0", False), ("auto", None, True),
    ],
)  # fmt: skip
def test_torch_is_asked_for_a_device_only_where_it_could_have_one(
    monkeypatch: pytest.MonkeyPatch, device: Device, installed: str | None, alone: bool
) -> None:
    def version(package: str) -> str:
        if installed is None:
            raise picture_network.PackageNotFoundError(package)
        return installed

    monkeypatch.setattr(picture_network, "version", version)
    assert picture_network._has_cpu_alone(Runtime(None, device)) is alone


def test_auto_takes_what_is_there_and_a_device_that_is_not_is_said(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    here = {"cuda": True, "mps": True}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: here["cuda"])
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: here["mps"])
    assert picture_network.torch_device("auto") == "cuda"
    here["cuda"] = False
    assert picture_network.torch_device("auto") == "mps"
    here["mps"] = False
    assert picture_network.torch_device("auto") == "cpu"
    with pytest.raises(Unavailable) as error:
        network(folder, Sums, "cuda")
    assert str(error.value.sentence) == "There is no cuda device on this machine."
    assert str(error.value.remedy) == "--device auto"


@pytest.mark.parametrize("package", ["torch", "onnx"])
def test_a_package_that_the_export_lacks_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setattr(picture_network, "find_spec", lambda name: None if name == package else SimpleNamespace())
    with pytest.raises(Unavailable) as error:
        network(folder, Sums, "cpu")
    assert error.value.code == "missing_package" and str(error.value.remedy) == f"pip install {package}"
