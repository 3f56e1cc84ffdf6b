"""Graphs of torch networks: exported once, kept, checked, made anew where damaged, and fast only where that changes little."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.disk import folders
from analyzer.disk.files import unsealed
from analyzer.engines import graphs
from analyzer.engines.graphs import Graph, Recipe, agreement, open_exported
from analyzer.weights import store
from analyzer.weights.manifests import Manifest
from tests.weights.test_manifests import FIELDS

onnx = pytest.importorskip("onnx")

MANIFEST = Manifest.model_validate(
    FIELDS | {"source": "hub", "repository": "someone/model", "files": ["model.safetensors"], "presets": ["light"]}
)
SIZE = 8, 8


def draw(path: Path, factor: float = 2.0) -> None:
    """A graph that gives its pixels, times a factor."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Mul", ["pixels", "factor"], ["answer"])],
        "times",
        [helper.make_tensor_value_info("pixels", kind, [1, 3, *SIZE])],
        [helper.make_tensor_value_info("answer", kind, [1, 3, *SIZE])],
        [helper.make_tensor("factor", kind, [1], [factor])],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", graphs.OPSET)], ir_version=8), str(path))


class Exporter:
    """Counts its exports; `slow` lets another begin meanwhile."""

    def __init__(self, slow: bool = False) -> None:
        self.count, self._slow = 0, slow

    def __call__(self, path: Path) -> None:
        self.count += 1
        if self._slow:
            threading.Event().wait(0.3)
        draw(path)


def recipe(export: Exporter) -> Recipe:
    return Recipe(export, SIZE, lambda answers: answers[0])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / MANIFEST.id
    made.mkdir()
    (made / "model.safetensors").write_bytes(b"weights")
    return made


def place(folder: Path) -> Path:
    return folder.parent / store.EXPORTED / MANIFEST.id


def opened(folder: Path, export: Exporter, precision: str = "float32") -> Graph:
    graph = open_exported(MANIFEST, folder, precision, recipe(export))
    given = np.full((1, 3, *SIZE), 0.75, np.float32)
    assert graph.run([given])[0] == pytest.approx(2 * given, rel=0.01)
    return graph


def test_a_graph_is_exported_once(folder: Path) -> None:
    first, second = Exporter(), Exporter()
    opened(folder, first)
    [path] = place(folder).iterdir()
    before = path.stat().st_mtime_ns
    opened(folder, second)
    assert (first.count, second.count) == (1, 0) and path.stat().st_mtime_ns == before


@pytest.mark.parametrize("fault", ["cut off", "one bit", "empty", "no graph"])
def test_a_damaged_graph_is_made_anew(folder: Path, fault: str) -> None:
    opened(folder, Exporter())
    [path] = place(folder).iterdir()
    whole = path.read_bytes()
    last = whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]
    path.write_bytes({"cut off": whole[: len(whole) // 2], "one bit": last, "empty": b"", "no graph": b"<html>"}[fault])
    again, after = Exporter(), Exporter()
    opened(folder, again)
    opened(folder, after)
    assert (again.count, after.count) == (1, 0) and [one.read_bytes() for one in place(folder).iterdir()] == [whole]


def test_what_an_interrupted_export_left_is_deleted_by_the_next_and_nothing_else_is(folder: Path) -> None:
    theirs = [place(folder) / name for name in ("mine.onnx", "tmp123/graph.onnx", "analyzer-export-mine/graph.onnx")]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    old = place(folder) / f"{'0' * 16}-{'1' * 16}.onnx"
    old.write_bytes(b"of other weights")
    with folders.own(place(folder), graphs.EXPORTING) as left:
        kept = left.with_name("kept")
        left.rename(kept)  # as a killed export leaves it: nobody holds the lock any more
    kept.rename(left)
    opened(folder, Exporter())
    assert not left.exists() and not old.exists() and [path.read_bytes() for path in theirs] == [b"mine"] * 3


@pytest.mark.parametrize("change", ["weights", "version"])
def test_another_network_is_another_export_and_the_old_one_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    opened(folder, Exporter())
    [old] = place(folder).iterdir()
    if change == "weights":
        (folder / "model.safetensors").write_bytes(b"other weights")
    else:
        monkeypatch.setattr(graphs, "_version", lambda package: "99")
    again = Exporter()
    opened(folder, again)
    [new] = place(folder).iterdir()
    assert again.count == 1 and new.name != old.name


def test_two_at_the_same_time_export_once(folder: Path) -> None:
    exporter = Exporter(slow=True)
    threads = [threading.Thread(target=opened, args=(folder, exporter)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert exporter.count == 1


def test_a_folder_that_cannot_be_written_costs_an_export_each_time(folder: Path) -> None:
    (folder.parent / store.EXPORTED).write_text("in the way")
    exporter = Exporter()
    opened(folder, exporter)
    opened(folder, exporter)
    assert exporter.count == 2


def test_a_fault_of_the_export_leaves_nothing(folder: Path) -> None:
    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise ValueError("no such operator")

    with pytest.raises(ValueError, match="no such operator"):
        open_exported(MANIFEST, folder, "float32", Recipe(fails, SIZE, lambda answers: answers[0]))
    assert list(place(folder).iterdir()) == []


def test_agreement_is_1_for_the_same_and_0_for_nothing_that_can_be_compared() -> None:
    same = recipe(Exporter())
    assert agreement(lambda given: [given[0]], lambda given: [given[0] * 3 + 1], same) == pytest.approx(1.0)
    assert agreement(lambda given: [given[0]], lambda given: [1 - given[0]], same) == pytest.approx(-1.0)
    assert agreement(lambda given: [given[0] * 0], lambda given: [given[0]], same) == 0.0
    assert agreement(lambda given: [given[0] * np.nan], lambda given: [given[0]], same) == 0.0


@pytest.fixture
def bfloat16(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A machine with bfloat16, whose fast runs are those of onnxruntime; gives the agreements of the trials, all 0.99."""
    tried: list[float] = []

    def tries(*_: Any) -> float:
        tried.append(0.99)
        return tried[-1]

    monkeypatch.setattr(graphs, "_has_bfloat16", lambda: True)
    monkeypatch.setattr(graphs, "_openvino", graphs._onnxruntime)
    monkeypatch.setattr(graphs, "agreement", tries)
    return tried


def test_fast_mode_is_tried_once_and_remembered(folder: Path, bfloat16: list[float]) -> None:
    assert opened(folder, Exporter(), "bfloat16").precision == "bfloat16"
    assert opened(folder, Exporter(), "bfloat16").precision == "bfloat16"
    assert len(bfloat16) == 1
    assert opened(folder, Exporter(), "float32").precision == "float32"


def test_fast_mode_that_says_something_else_is_not_used(
    folder: Path, bfloat16: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphs, "agreement", lambda *_: graphs.LEAST_AGREEMENT - 0.001)
    assert opened(folder, Exporter(), "bfloat16").precision == "float32"
    assert opened(folder, Exporter(), "bfloat16").precision == "float32"


@pytest.mark.parametrize("left", ["", "high", "\xff"])
def test_a_record_that_cannot_be_read_is_tried_anew(folder: Path, bfloat16: list[float], left: str) -> None:
    opened(folder, Exporter(), "bfloat16")
    [record] = place(folder).glob("*.agreement")
    record.write_text(left, encoding="latin-1")
    assert opened(folder, Exporter(), "bfloat16").precision == "bfloat16"
    assert len(bfloat16) == 2 and float(unsealed(record) or b"") == 0.99


def test_without_openvino_or_the_processor_for_it_fast_is_float32(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "find_spec", lambda name: None)
    assert opened(folder, Exporter(), "bfloat16").precision == "float32"


@pytest.mark.slow
def test_openvino_runs_what_onnxruntime_runs(folder: Path) -> None:
    pytest.importorskip("openvino")
    draw(path := folder / "graph.onnx", 3.0)
    given = np.random.default_rng(0).random((1, 3, *SIZE), np.float32)
    assert graphs._openvino(path)([given])[0] == pytest.approx(graphs._onnxruntime(path)([given])[0], rel=0.01)
