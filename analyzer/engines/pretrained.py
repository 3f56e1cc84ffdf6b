"""What the torch engines for pictures share: a transformers network placed on a device, and what happens when that is full.

Loads local safetensors alone: no address is asked, no code of a repository is run, no pickle is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from analyzer.engines.runtime import Runtime, is_out_of_memory, precision_of, release_unused, torch_device
from analyzer.weights.manifests import Manifest

Result = TypeVar("Result")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from writing to the terminal: what a person should know is said by the report."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def local(auto_class: Any, runtime: Runtime, **options: Any) -> Any:
    """What one of transformers' Auto classes makes of the files that lie in the folder of the weights."""
    with quiet():
        return auto_class.from_pretrained(str(runtime.weights()), local_files_only=True, **options)


class Placed:
    """A network on the device and in the precision that manifest, machine and person agree on."""

    def __init__(self, auto_class: Any, manifest: Manifest, runtime: Runtime) -> None:
        """`auto_class` is one of transformers' AutoModel classes."""
        import torch

        self.device = torch_device(runtime.device)
        self.precision = precision_of(manifest, self.device, runtime.exact)
        if self.device == "cpu" and self.precision == "bfloat16" and not torch.cpu.get_capabilities().get("avx512_bf16"):
            self.precision = "float32"  # without the instructions for it, it is slower than 32-bit floats
        self.network = local(auto_class, runtime, use_safetensors=True, dtype=getattr(torch, self.precision))
        self.network.eval().to(self.device)

    def given(self, inputs: Any) -> dict[str, Any]:
        """The tensors of a processor on the device, floats in the precision of the network."""
        kind = self.network.dtype
        return {
            name: tensor.to(self.device, kind) if tensor.is_floating_point() else tensor.to(self.device)
            for name, tensor in inputs.items()
        }

    def run(self, call: Callable[[], Result], several: bool) -> Result:
        """Call the network; where a GPU has no room even for one item, it moves to the processor for good.

        With `several` items the want of memory is passed on, so that a smaller batch is tried first.
        """
        import torch

        with torch.inference_mode(), quiet():
            try:
                return call()
            except Exception as error:
                if several or self.device == "cpu" or not is_out_of_memory(error):
                    raise
            self.network.to("cpu", torch.float32)
            self.device, self.precision = "cpu", "float32"
            release_unused()
            return call()
