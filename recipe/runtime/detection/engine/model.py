"""The network: built as the recipe says, filled with the weights it names."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ultralytics.nn import tasks
from ultralytics.utils import ROOT

from recipe.runtime.build import build
from recipe.runtime.detection.isolation import replaced
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.models import Model

LEAST_TRANSFER = 0.9
"""Share of the tensors outside the class head that weights must fill; another size fills about a tenth."""


def build_model(model: Model, classes: Sequence[str]) -> Any:
    """A new network with random weights."""
    with replaced(tasks, "check_yaml", _shipped_file):
        network = build(model, nc=len(classes), ch=3, verbose=False)
    network.names = dict(enumerate(classes))
    return network


def read_checkpoint(path: Path) -> tuple[Any, dict[str, Any]]:
    """The network of a `.pt` file in full precision, and all that the file holds. Raises `RecipeError` (R606)."""
    try:
        network, checkpoint = tasks.load_checkpoint(str(path))
    except Exception as error:
        message = f"`{path}` is no checkpoint that can be loaded safely: {_first_line(error)}"
        raise RecipeError(Diagnostic("R606", message, path=("model", "weights"))) from error
    return network, checkpoint


def load_weights(network: Any, source: Any, path: Path) -> None:
    """Copy what fits. Ultralytics takes any checkpoint, and copies nothing without a word where nothing fits."""
    fitting, wanted = _count_fitting(network, source)
    if fitting < LEAST_TRANSFER * wanted:
        message = f"`{path}` does not fit the model: {fitting} of {wanted} tensors outside the class head transfer"
        way_out = "name weights of the same model and size, or set model.size to theirs"
        raise RecipeError(Diagnostic("R606", message, help=(way_out,), path=("model", "weights")))
    network.load(source)


def _count_fitting(network: Any, source: Any) -> tuple[int, int]:
    class_head = f"model.{len(network.model) - 1}.cv3."
    tensors = {k: v for k, v in network.state_dict().items() if v.is_floating_point() and not k.startswith(class_head)}
    theirs = source.state_dict()
    fitting = [name for name, tensor in tensors.items() if name in theirs and theirs[name].shape == tensor.shape]
    return len(fitting), len(tensors)


def _shipped_file(file: Any, hard: bool = True) -> str:
    """Only the package's own files: Ultralytics would take a `yolov8n.yaml` of the working directory first."""
    path = ROOT / "cfg" / "models" / "v8" / Path(file).name
    if hard and not path.is_file():
        raise FileNotFoundError(path)
    return str(path) if path.is_file() else ""


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
