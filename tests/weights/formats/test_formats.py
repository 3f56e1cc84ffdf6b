"""Files of models that are hostile or broken: each is refused in a sentence, with little memory, before a library sees it."""

from __future__ import annotations

import json
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from analyzer.weights import formats, manifests


def refusal(path: Path, files: tuple[str, ...] = (), name: str = "") -> str:
    """Why a file is refused; reading it may not take more memory than a small part of what it claims."""
    tracemalloc.start()
    try:
        with pytest.raises(formats.Malformed) as error:
            formats.check(path.parent, name or path.name, files or (path.name,))
        assert tracemalloc.get_traced_memory()[1] < 150e6
    finally:
        tracemalloc.stop()
    assert "\n" not in str(error.value)
    return str(error.value)


def accepted(path: Path, files: tuple[str, ...] = ()) -> None:
    formats.check(path.parent, path.name, files or (path.name,))


def sparse(path: Path, size: int, start: bytes = b"") -> Path:
    """A file that claims a size and takes no room."""
    path.write_bytes(start)
    with path.open("r+b") as file:
        file.truncate(size)
    return path


def safetensors(path: Path, header: Any, data: bytes = b"", length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def tensor(first: int, last: int, shape: list[int], kind: str = "U8") -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [first, last]}


def test_safetensors_of_the_library_are_accepted(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file(
        {"a": np.zeros((2, 3), np.float32), "b": np.zeros((0, 3), np.float16), "c": np.array(1)}, tmp_path / "a.safetensors"
    )
    accepted(tmp_path / "a.safetensors")


@pytest.mark.parametrize(
    ("header", "data", "length", "says"),
    [
        ({}, b"", 1 << 62, "says that its header has"),
        (b"[" * 100_000, b"", None, "is not one of safetensors"),
        (b"not json", b"", None, "is not one of safetensors"),
        ([1], b"", None, "is not one of safetensors"),
        ({"a": tensor(0, 4, [4]), "b": tensor(2, 6, [4])}, b"123456", None, "overlap"),
        ({"a": tensor(0, 4, [4]), "b": tensor(6, 8, [2])}, b"12345678", None, "leave gaps"),
        ({"a": tensor(0, 1 << 50, [1 << 50])}, b"1234", None, "end elsewhere"),
        ({"a": tensor(0, 4, [5])}, b"1234", None, "is not one of safetensors"),
        ({"a": tensor(0, 4, [-2, -2])}, b"1234", None, "is not one of safetensors"),
        ({"a": tensor(0, 4, [1 << 62, 1 << 62, 0])}, b"1234", None, "is not one of safetensors"),
        ({"a": tensor(0, 4, [4], "Q9")}, b"1234", None, "is not one of safetensors"),
    ],
)
def test_safetensors_that_lie_are_refused(tmp_path: Path, header: Any, data: bytes, length: int | None, says: str) -> None:
    assert says in refusal(safetensors(tmp_path / "model.safetensors", header, data, length))


def test_a_header_of_hundreds_of_megabytes_is_not_read(tmp_path: Path) -> None:
    assert "MB is the bound" in refusal(sparse(tmp_path / "model.safetensors", 300_000_000, struct.pack("<Q", 200_000_000)))


def graph(path: Path, nodes: list[Any] | None = None, tensors: list[Any] | None = None) -> Path:
    nodes = nodes if nodes is not None else [helper.make_node("Identity", ["x"], ["y"])]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("x", "y")]
    made = helper.make_graph(nodes, "g", values[:1], values[1:], tensors or [])
    path.write_bytes(helper.make_model(made).SerializeToString())
    return path


def outside(location: str, offset: int = 0, length: int = 16) -> TensorProto:
    """A tensor of four floats whose data lie in another file."""
    made = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, "offset": str(offset), "length": str(length)}.items():
        made.external_data.add(key=key, value=value)
    return made


def test_graphs_of_the_library_are_accepted(tmp_path: Path) -> None:
    arrays = [np.zeros((3, 4), kind) for kind in (np.float32, np.float16, np.int64, np.uint8, np.bool_, np.complex64)]
    tensors = [numpy_helper.from_array(array, f"a{n}") for n, array in enumerate(arrays)]
    tensors += [
        helper.make_tensor(f"b{n}", kind, [3], [0, 1, 0])
        for n, kind in enumerate(
            (TensorProto.INT64, TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT4, TensorProto.BOOL)
        )
    ]
    accepted(graph(tmp_path / "model.onnx", tensors=tensors))


def test_data_in_another_file_of_the_model_is_accepted_and_all_else_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(bytes(16))
    (tmp_path.parent / "secret.bin").write_bytes(bytes(16))
    path = graph(tmp_path / "model.onnx", tensors=[outside("weights.bin")])
    accepted(path, ("model.onnx", "weights.bin"))
    assert "does not belong to the model" in refusal(path)
    for location in ("../secret.bin", "/etc/passwd", "a/../../secret.bin", "..\\secret.bin", "C:\\secret.bin", ""):
        assert "not in its folder" in refusal(graph(path, tensors=[outside(location)]), ("model.onnx", location))
    for found in (
        outside("weights.bin", 8),
        outside("weights.bin", 0, 1 << 60),
        outside("weights.bin", -4),
        outside("missing.bin"),
    ):
        assert "data in" in refusal(graph(path, tensors=[found]), ("model.onnx", "weights.bin", "missing.bin"))


def subgraph(deep: int) -> Any:
    made = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [], [])
    for _ in range(deep):
        node = helper.make_node("If", ["x"], ["y"], then_branch=made, else_branch=made) if deep < 3 else None
        node = node or helper.make_node("If", ["x"], ["y"], then_branch=made)
        made = helper.make_graph([node], "g", [], [])
    return made


def test_graphs_that_ask_for_absurd_sizes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    huge = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 40, 1 << 40], raw_data=b"1234")
    assert "bytes that are not in it" in refusal(graph(path, tensors=[huge]))
    negative = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[-1], raw_data=b"1234")
    assert "a size that cannot be" in refusal(graph(path, tensors=[negative]))
    shape = numpy_helper.from_array(np.array([100_000, 100_000], np.int64), "shape")
    fill = helper.make_node("ConstantOfShape", ["shape"], ["y"])
    assert "larger than any memory" in refusal(graph(path, [fill], [shape]))
    constant = helper.make_node("Constant", [], ["shape"], value=shape)
    assert "larger than any memory" in refusal(graph(path, [constant, helper.make_node("Expand", ["x", "shape"], ["y"])]))
    assert "larger than any memory" in refusal(
        graph(path, [helper.make_node("RandomNormal", [], ["y"], shape=[1 << 20, 1 << 20])])
    )
    nested = helper.make_node("If", ["x"], ["y"], then_branch=subgraph(26), else_branch=subgraph(1))
    assert "without end" in refusal(graph(path, [nested]))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\x80\x04.", b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"<html></html>", b"\x08\x08"]
)
def test_what_is_no_graph_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.onnx").write_bytes(data)
    assert "ONNX" in refusal(tmp_path / "model.onnx") or not data


def test_a_graph_that_is_cut_off_anywhere_is_never_a_crash(tmp_path: Path) -> None:
    whole = graph(tmp_path / "whole.onnx", tensors=[numpy_helper.from_array(np.zeros(4, np.float32), "a")]).read_bytes()
    for end in range(1, len(whole)):
        (tmp_path / "model.onnx").write_bytes(whole[:end])
        try:
            accepted(tmp_path / "model.onnx")
        except formats.Malformed as error:
            assert str(error)


def test_json_is_bounded_in_length_and_depth(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    for deep in (b"[" * 65 + b"]" * 65, b'{"a":' * 100_000, b"[" * 5_000_000):
        path.write_bytes(deep)
        assert "lists in lists" in refusal(path)
    path.write_bytes(b"not json")
    assert "not valid JSON" in refusal(path)
    assert "no model needs" in refusal(sparse(path, 5_000_000_000))
    path.write_bytes(b"[" * 60 + b"]" * 60)
    accepted(path)


def test_tokenizers_that_make_much_of_little_are_refused(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, processors

    path = tmp_path / "tokenizer.json"
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "[CLS]": 1}, unk_token="a"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("a", "b")])
    tokenizer.save(str(path))
    accepted(path)
    tokenizer.normalizer = normalizers.Replace("a", "b" * 10_000)
    tokenizer.save(str(path))
    assert "grow without bound" in refusal(path)
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] " * 300 + "$A", special_tokens=[("[CLS]", 1)])
    tokenizer.save(str(path))
    assert "adds 301 tokens" in refusal(path)
    assert "no model needs" in refusal(sparse(path, 5_000_000_000))


def variables(path: Path, shape: tuple[int, ...] = (2, 2), length: int = 16, count: int = 1, version: int = 6) -> Path:
    """A model.bin with one variable of 32-bit floats."""
    name = struct.pack("<H", 2) + b"a\0"
    head = struct.pack("<I", version) + name + struct.pack("<II", 3, count) + name
    dims = struct.pack("<B", len(shape)) + b"".join(struct.pack("<I", side) for side in shape)
    path.write_bytes(head + dims + struct.pack("<BI", 0, length) + bytes(16) + struct.pack("<I", 0))
    return path


def test_models_of_ctranslate2_hold_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    accepted(variables(path))
    assert "do not match" in refusal(variables(path, (1 << 31, 1 << 31)))
    assert "do not match" in refusal(variables(path, (1 << 29,), 1 << 31))
    assert "variables" in refusal(variables(path, count=1 << 31))
    assert "ends too early" in refusal(variables(path, count=2))
    assert "never loaded" in refusal(variables(path, version=99))
    path.write_bytes(pickle.dumps(["pytorch_model"]))
    assert "pickles" in refusal(path)


def test_checkpoints_of_torch_are_stored_archives(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as stored:
        stored.writestr("archive/data.pkl", pickle.dumps({}))
        stored.writestr("archive/data/0", bytes(1000))
    accepted(path)
    path.write_bytes(pickle.dumps({"a": 1}))
    assert "bare pickles" in refusal(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data/0", bytes(50_000_000))
    assert "compressed" in refusal(path)
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    assert "not a whole archive" in refusal(path)
    many = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 1 << 31, 0, 0)
    path.write_bytes(b"PK\x03\x04" + bytes(100) + many)
    assert "longer than any checkpoint" in refusal(path)


def test_kinds_that_cannot_be_checked_are_never_loaded(tmp_path: Path) -> None:
    for name in ("weights.npz", "model.pkl", "modeling.py", "model.h5", "model"):
        (tmp_path / name).write_bytes(pickle.dumps(1))
        assert "never loaded" in refusal(tmp_path / name)
    (tmp_path / "folder.json").mkdir()
    assert "not a regular file" in refusal(tmp_path / "folder.json")


def test_every_file_of_every_manifest_is_of_a_kind_that_can_be_checked() -> None:
    names = [name for manifest in manifests.load() if manifest.source != "package" for name in manifest.files]
    assert names and {Path(name).suffix for name in names} <= set(formats.kinds())


def test_the_real_weights_are_accepted(test_data: Path) -> None:
    found = [path for path in (test_data / "weights").rglob("*") if path.is_file()]
    assert found
    for path in found:
        accepted(path)
