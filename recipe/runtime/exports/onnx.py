"""ONNX, by torch's exporter that goes through `torch.export`; its older one, which traces, is on its way out."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from recipe.runtime.exports.formats import DESCRIPTION, Answers, GraphFormat, Written, in_parts

INPUT, OUTPUT = "images", "probabilities"


def _write(module: torch.nn.Module, example: torch.Tensor, file: Path, description: str) -> Written:
    """Weights are in the file itself, unless they are too large for its format: about 2 GB."""
    import onnxruntime

    program = torch.onnx.export(
        module,
        (example,),
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes={INPUT: {0: torch.export.Dim("N")}},
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()  # where in torchvision's files each came from, on this machine
    program.model.metadata_props[DESCRIPTION] = description
    program.save(file)
    return Written(f"onnxruntime {onnxruntime.__version__}", program.model.opset_imports[""])


def _answer(file: Path, images: NDArray[np.uint8]) -> Answers:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run([OUTPUT], {INPUT: part})[0] for part in in_parts(images)])


ONNX = GraphFormat("model.onnx", ("onnx", "onnxscript", "onnxruntime"), _write, _answer)
