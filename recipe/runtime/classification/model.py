"""The network of a classification recipe, and what its parameters are."""

from typing import Any

from recipe.runtime.build import build
from recipe.runtime.remembered import remember_names
from recipe.schemas.facts import ParameterTensor
from recipe.schemas.manifest import Row, manifest_of
from recipe.schemas.models import Model


def list_parameters(model: Model, num_classes: int) -> tuple[ParameterTensor, ...]:
    """In the order of `named_parameters()`; a model without a manifest is built for this, without any memory."""
    rows = manifest_of(model)
    if rows is None:
        return _look(model, num_classes)
    return tuple(_tensor(row, num_classes if row.name.startswith(model.class_head) else 1) for row in rows)


def _tensor(row: Row, times: int) -> ParameterTensor:
    return ParameterTensor(name=row.name, numel=row.numel * times, role=row.role)


def _look(model: Model, num_classes: int) -> tuple[ParameterTensor, ...]:
    from recipe.runtime.parameters import trained_parameters

    found = list(trained_parameters(build_on_meta(model, num_classes)))
    remember_names(model, [parameter.name for parameter in found])
    return tuple(ParameterTensor(name=p.name, numel=p.parameter.numel(), role=p.role) for p in found)


def build_on_meta(model: Model, num_classes: int) -> Any:
    """The network without memory for its weights: its parameters have names and shapes only."""
    import torch

    with torch.device("meta"):
        return build(model, num_classes=num_classes)
