"""The trained parameters of a model, remembered so that a second look imports neither torch nor Ultralytics."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from recipe.runtime.detection import isolation
from recipe.runtime.files import write_atomically
from recipe.runtime.places import cache_dir
from recipe.schemas.base import canonical_json
from recipe.schemas.facts import ParameterTensor, Weights
from recipe.schemas.models.yolov8 import YOLOv8


def list_parameters(model: YOLOv8, classes: Sequence[str], weights: Weights) -> tuple[ParameterTensor, ...]:
    """In the order of `named_parameters()`. Raises `RecipeError` (R606) where the weights do not fit.

    The weights count: Ultralytics keeps their width of the class head, which depends on their number of classes.
    """
    key = [isolation.version(), model.word(), model.size, len(classes), weights.sha256]
    remembered = cache_dir() / "parameters" / f"{hashlib.sha256(canonical_json(key).encode()).hexdigest()[:24]}.json"
    try:
        rows = json.loads(remembered.read_bytes())
    except (OSError, ValueError):
        rows = _look(model, classes, weights)
        with suppress(OSError):  # without a cache that can be written, the next look builds it again
            write_atomically(remembered, json.dumps(rows))
    return tuple(ParameterTensor(name=name, numel=numel, role=role) for name, numel, role in rows)


def _look(model: YOLOv8, classes: Sequence[str], weights: Weights) -> list[tuple[str, int, str]]:
    from recipe.runtime.detection.engine.model import build_model, load_weights, read_checkpoint
    from recipe.runtime.parameters import trained_parameters

    network = build_model(model, classes)
    if weights.path is not None:
        source, _ = read_checkpoint(Path(weights.path))
        load_weights(network, source, Path(weights.path))
    return [(p.name, p.parameter.numel(), p.role) for p in trained_parameters(network)]
