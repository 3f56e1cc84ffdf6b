"""Text classification with onnxruntime, without torch: the graph of a manifest on the CPU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import Runtime, onnx_session
from analyzer.engines.texts import Classifier, Ids
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> Classifier:
    """The classifier of a manifest whose files hold one ONNX graph."""
    graph = next(file for file in manifest.files if file.endswith(".onnx"))
    session = onnx_session(runtime.weights() / graph)
    wanted = [node.name for node in session.get_inputs()]
    output = session.get_outputs()[0].name

    def run(ids: Ids, mask: Ids) -> NDArray[np.float32]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        logits: NDArray[np.float32] = session.run([output], {name: given[name] for name in wanted})[0]
        return logits

    return Classifier(manifest, runtime.weights(), run, "cpu", manifest.precision.get("cpu", "float32"))
