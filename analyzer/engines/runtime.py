"""What the engines share: the device, the precision, batches that shrink when memory runs out, and how much memory is free.

No model lives here. torch is imported only where it is already wanted by the engine that asks.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import message
from analyzer.weights.manifests import Manifest

Device = Literal["auto", "cpu", "cuda", "mps"]
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Runtime:
    """Where the weights lie, and how the person who asked wants them run."""

    folder: Path | None = None
    """The verified folder of the weights; None for a model inside a package."""
    device: Device = "auto"
    exact: bool = False
    """32-bit floats everywhere, instead of the precision that the manifest recommends."""

    def weights(self) -> Path:
        """The folder of the weights of a model that has one."""
        assert self.folder is not None
        return self.folder


def torch_device(wanted: Device) -> str:
    """cuda, mps or cpu for torch; raises `Unavailable` for one that was asked for and is not there."""
    import torch

    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(device for device, present in here.items() if present)
    if not here[wanted]:
        raise Unavailable(
            "no_device", message("There is no {device} device on this machine.", device=wanted), message("--device auto")
        )
    return wanted


def precision_of(manifest: Manifest, device: str, exact: bool) -> str:
    """float32 in exact mode, else what the manifest recommends for the device."""
    return "float32" if exact else manifest.precision.get(device, "float32")


def batch_of(manifest: Manifest, device: str) -> int:
    """Images or texts that are run together on a device."""
    return manifest.batch.get(device, 1)


def in_batches(items: Iterable[Item], size: int, run: Callable[[Sequence[Item]], Sequence[Result]]) -> Iterator[Result]:
    """Yield a result for each item, `size` at a time; when memory runs out, half as many are run together from there on.

    Out of memory with a single item is raised to the caller, which may go on on another device.
    """
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        done = 0
        while done < len(batch):
            try:
                results = run(batch[done : done + size])
            except Exception as error:
                if size == 1 or not is_out_of_memory(error):
                    raise
                size = max(1, size // 2)
                release_unused()
                continue
            yield from results
            done += len(results)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device said that it has no memory left: torch and onnxruntime say so in different ways."""
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower() or "bad_alloc" in str(error)


def release_unused() -> None:
    """Give memory that no engine holds any longer back to the device."""
    gc.collect()
    torch: Any = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def free_memory_mb(device: Device) -> float:
    """Memory in MB that a further model can have: that of the GPU where one is used, else of the machine."""
    torch: Any = sys.modules.get("torch")
    if torch is not None and device in ("auto", "cuda") and torch.cuda.is_available():
        return float(torch.cuda.mem_get_info()[0]) / 1e6
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) / 1e3
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) / 1e6
    except (OSError, ValueError, AttributeError):
        return float("inf")


def onnx_session(path: Path) -> Any:
    """An onnxruntime session on one thread: on few cores, its spinning threads double the cost (docs/PERFORMANCE.md)."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # Windows keeps events of its own, which no variable switches off
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
