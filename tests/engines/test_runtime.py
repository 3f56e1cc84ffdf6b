"""What the engines share: batches that shrink when memory runs out, the precision, the device."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analyzer.engines.runtime import batch_of, free_memory_mb, in_batches, is_out_of_memory, precision_of
from analyzer.weights.manifests import Manifest
from tests.weights.test_manifests import FIELDS


class Device:
    """Doubles numbers, at most `room` at a time; remembers how many it was given."""

    def __init__(self, room: int) -> None:
        self.room, self.given = room, list[int]()

    def run(self, items: Sequence[int]) -> Sequence[int]:
        self.given.append(len(items))
        if len(items) > self.room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return [2 * item for item in items]


def test_results_come_in_order_and_in_batches() -> None:
    device = Device(room=4)
    assert list(in_batches(iter(range(10)), 4, device.run)) == [2 * n for n in range(10)]
    assert device.given == [4, 4, 2]


def test_a_batch_that_does_not_fit_is_halved_and_nothing_is_lost() -> None:
    device = Device(room=2)
    assert list(in_batches(range(9), 8, device.run)) == [2 * n for n in range(9)]
    assert device.given == [8, 4, 2, 2, 2, 2, 1]


def test_one_item_that_does_not_fit_is_the_callers_to_handle() -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        list(in_batches(range(3), 2, Device(room=0).run))


def test_another_fault_is_not_taken_for_lack_of_memory() -> None:
    def broken(items: Sequence[int]) -> Sequence[int]:
        raise ValueError("shapes do not fit")

    with pytest.raises(ValueError, match="shapes"):
        list(in_batches(range(3), 2, broken))
    assert is_out_of_memory(MemoryError()) and is_out_of_memory(RuntimeError("std::bad_alloc"))


def test_items_are_taken_no_faster_than_they_are_run() -> None:
    taken = []

    def source() -> object:
        for number in range(100):
            taken.append(number)
            yield number

    next(in_batches(source(), 4, Device(4).run))  # type: ignore[arg-type]
    assert len(taken) == 4


def test_exact_mode_is_32_bit_whatever_the_manifest_recommends() -> None:
    manifest = Manifest.model_validate(FIELDS | {"precision": {"cuda": "bfloat16"}, "batch": {"cuda": 16}})
    assert precision_of(manifest, "cuda", exact=False) == "bfloat16"
    assert precision_of(manifest, "cuda", exact=True) == precision_of(manifest, "cpu", exact=False) == "float32"
    assert (batch_of(manifest, "cuda"), batch_of(manifest, "cpu")) == (16, 1)


def test_this_machine_has_memory() -> None:
    assert 100 < free_memory_mb("cpu") < 1e7
