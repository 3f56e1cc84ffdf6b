"""The tensors of an ONNX graph (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), read without a library.

The file is mapped and its messages are walked; the numbers within tensors are not read, save those of short shapes.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Collection, Iterator
from math import prod
from pathlib import Path, PurePosixPath

from analyzer.weights.formats.malformed import Malformed

Span = tuple[int, int]
"""Where a message lies in the file: first byte, and the one after the last."""

MODEL_GRAPH, MODEL_TRAINING, MODEL_FUNCTION = 7, 20, 25
GRAPH_NODE, GRAPH_TENSOR, GRAPH_SPARSE, FUNCTION_NODE = 1, 5, 15, 7
NODE_INPUT, NODE_OUTPUT, NODE_KIND, NODE_ATTRIBUTE = 1, 2, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_TENSOR, ATTRIBUTE_GRAPH, ATTRIBUTE_INTS = 1, (5, 10), (6, 11), 8
TENSOR_SHAPE, TENSOR_KIND, TENSOR_INT64, TENSOR_NAME, TENSOR_RAW, TENSOR_OUTSIDE = 1, 2, 7, 8, 9, 13
INT64 = 7

BITS = {
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16, 17: 8,
    18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}  # fmt: skip
"""Bits of an element by TensorProto.DataType; 8, a string, has no size of its own."""
MOST_FIELDS = 3_000_000
"""Fields of a whole file; the largest graph here has fewer than 100,000 (project choice)."""
DEEPEST = 24
"""Messages within each other (project choice; a graph in a graph in a graph takes nine)."""
MOST_ELEMENTS = 1 << 28
"""Elements of a tensor that a graph makes out of nothing but a constant shape (project choice: 1 GB of 32-bit floats)."""
SHAPED = {"ConstantOfShape": 0, "Expand": 1}
"""Operators that make a tensor of a shape, and the place of that input."""


def check(path: Path, name: str, files: Collection[str]) -> None:
    """Raise `Malformed` for what is no graph, tensors larger than their data, and data outside the files of the model."""
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise Malformed("is empty") from error
        with data:
            _Walk(data, path, name, files).model()


class _Walk:
    def __init__(self, data: mmap.mmap, path: Path, name: str, files: Collection[str]) -> None:
        self._data, self._path, self._name, self._files = data, path, PurePosixPath(name), files
        self._fields = 0
        self._shapes: dict[bytes, list[int]] = {}

    def model(self) -> None:
        whole, graphs = (0, len(self._data)), 0
        for field, value in self._message(whole):
            if field == MODEL_GRAPH and isinstance(value, tuple):
                graphs += 1
                self._graph(value, DEEPEST)
            elif field == MODEL_FUNCTION and isinstance(value, tuple):
                self._nodes(value, FUNCTION_NODE, DEEPEST)
            elif field == MODEL_TRAINING and isinstance(value, tuple):
                raise Malformed("holds steps of a training, which no model here needs")
        if graphs != 1:
            raise Malformed("is not an ONNX graph")

    def _message(self, span: Span) -> Iterator[tuple[int, int | Span]]:
        """The fields of a message: their numbers, and for each a number or where its bytes lie."""
        at, end = span
        while at < end:
            self._fields += 1
            if self._fields > MOST_FIELDS:
                raise Malformed("has more parts than any model needs")
            tag, at = self._varint(at, end)
            kind = tag & 7
            if kind == 0:
                number, at = self._varint(at, end)
                yield tag >> 3, number
                continue
            if kind == 2:
                length, at = self._varint(at, end)
            elif kind in (1, 5):
                length = 8 if kind == 1 else 4
            else:
                raise Malformed("is not an ONNX graph")
            if at + length > end:
                raise Malformed("ends too early, or is not an ONNX graph")
            yield tag >> 3, (at, at + length)
            at += length

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        number = shift = 0
        while at < end and shift < 70:
            byte = self._data[at]
            number |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                return number, at
        raise Malformed("ends too early, or is not an ONNX graph")

    def _graph(self, span: Span, deepest: int) -> None:
        if not deepest:
            raise Malformed("has graphs in graphs without end")
        for field, value in self._message(span):
            if isinstance(value, tuple):
                if field == GRAPH_TENSOR:
                    self._tensor(value)
                elif field == GRAPH_SPARSE:
                    raise Malformed("holds sparse tensors, which no model here needs")
        self._nodes(span, GRAPH_NODE, deepest)

    def _nodes(self, span: Span, which: int, deepest: int) -> None:
        for field, value in self._message(span):
            if field == which and isinstance(value, tuple):
                self._node(value, deepest)

    def _node(self, span: Span, deepest: int) -> None:
        inputs, outputs, kind = list[bytes](), list[bytes](), ""
        attributes = []
        for field, value in self._message(span):
            if isinstance(value, tuple):
                if field in (NODE_INPUT, NODE_OUTPUT):
                    (inputs if field == NODE_INPUT else outputs).append(self._data[slice(*value)])
                elif field == NODE_KIND:
                    kind = self._data[slice(*value)].decode("utf-8", "replace")
                elif field == NODE_ATTRIBUTE:
                    attributes.append(value)
        for attribute in attributes:
            self._attribute(attribute, kind, outputs, deepest)
        place = SHAPED.get(kind)
        if place is not None and place < len(inputs):
            self._made(self._shapes.get(inputs[place], []))

    def _attribute(self, span: Span, kind: str, outputs: list[bytes], deepest: int) -> None:
        name, numbers = b"", list[int]()
        for field, value in self._message(span):
            if field == ATTRIBUTE_NAME and isinstance(value, tuple):
                name = self._data[slice(*value)]
            elif field in ATTRIBUTE_TENSOR and isinstance(value, tuple):
                self._tensor(value, outputs[0] if kind == "Constant" and outputs else None)
            elif field in ATTRIBUTE_GRAPH and isinstance(value, tuple):
                self._graph(value, deepest - 1)
            elif field == ATTRIBUTE_INTS and len(numbers) < 64:
                numbers += self._numbers(value)
        if name == b"shape":
            self._made(numbers)
        if name == b"value_ints" and kind == "Constant" and outputs:
            self._shapes[outputs[0]] = numbers

    def _tensor(self, span: Span, known_as: bytes | None = None) -> None:
        shape, kind, inline, name, raw = list[int](), 0, 0, b"", b""
        outside = dict[bytes, bytes]()
        numbers = list[int]()
        for field, value in self._message(span):
            if field == TENSOR_SHAPE:
                shape += self._numbers(value)
                if len(shape) > 64:
                    raise Malformed("holds a tensor of more dimensions than any model needs")
            elif field == TENSOR_KIND and isinstance(value, int):
                kind = value
            elif isinstance(value, tuple):
                inline += value[1] - value[0]
                if field == TENSOR_NAME:
                    name = self._data[slice(*value)]
                elif field == TENSOR_OUTSIDE:
                    key, told = self._entry(value)
                    outside[key] = told
                elif field == TENSOR_INT64 and value[1] - value[0] < 512:
                    numbers += self._numbers(value)
                elif field == TENSOR_RAW and value[1] - value[0] < 512:
                    raw = self._data[slice(*value)]
            else:
                inline += 1
        if kind == INT64:
            numbers += struct.unpack(f"<{len(raw) // 8}q", raw[: len(raw) // 8 * 8])
        self._shapes[known_as or name] = numbers
        if any(not 0 <= number < 1 << 62 for number in shape):
            raise Malformed("holds a tensor of a size that cannot be")
        wanted = prod(shape) * BITS.get(kind, 0) // 8
        if outside:
            self._outside(outside, wanted)
        elif wanted > 16 * inline + 64:  # numbers may be packed as varints, 128 bits in at least one byte
            raise Malformed(f"holds a tensor of {wanted:,} bytes that are not in it")

    def _outside(self, told: dict[bytes, bytes], wanted: int) -> None:
        """Data in another file: one of the model's own, and within it."""
        location = told.get(b"location", b"").decode("utf-8", "replace")
        inside = PurePosixPath(location.replace("\\", "/"))
        if not location or inside.is_absolute() or ".." in inside.parts or ":" in location:
            raise Malformed(f"keeps data at {location[:100]!r}, which is not in its folder")
        if (self._name.parent / inside).as_posix() not in self._files:
            raise Malformed(f"keeps data in {location[:100]!r}, which does not belong to the model")
        try:
            first, length = int(told.get(b"offset", b"0")), int(told.get(b"length", str(wanted).encode()))
            size = (self._path.parent / inside).stat().st_size
        except (ValueError, OSError) as error:
            raise Malformed(f"keeps data in {location[:100]!r}, which cannot be read") from error
        if not 0 <= first <= first + length <= size or length < wanted:
            raise Malformed(f"keeps data in {location[:100]!r}, which is too short for it")

    def _entry(self, span: Span) -> tuple[bytes, bytes]:
        found = {field: self._data[slice(*value)] for field, value in self._message(span) if isinstance(value, tuple)}
        return found.get(1, b""), found.get(2, b"")

    def _numbers(self, value: int | Span) -> list[int]:
        """One number, or those that are packed; negative ones are told by their 64 bits."""
        if isinstance(value, int):
            return [_signed(value)]
        at, end = value
        found = list[int]()
        while at < end and len(found) < 65:
            number, at = self._varint(at, end)
            found.append(_signed(number))
        return found

    def _made(self, shape: list[int]) -> None:
        if prod(max(1, number) for number in shape) > MOST_ELEMENTS:
            raise Malformed("makes a tensor that is larger than any memory needs to be")


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number
