"""The parameter groups of an optimizer: by layer, where layers have rates, and by role."""

from typing import Any

import torch

from recipe.runtime.parameters import trained_parameters
from recipe.schemas.layer_lr import LayerLR, group_name, groups_of
from recipe.schemas.models import Model
from recipe.schemas.optimizers import Optimizer

ROLES = ("weight", "bn", "bias")
"""Order of the groups of a layer; a resumed optimizer state depends on it."""


def param_groups(
    network: torch.nn.Module, model: Model, optimizer: Optimizer, layer_lr: LayerLR | None
) -> list[dict[str, Any]]:
    """Groups in the order of the layers, each with `name`, `role`, `lr` and `params`; only weights decay."""
    groups = _groups(network, model, optimizer, layer_lr)
    if "weight_decay" in type(optimizer).model_fields:
        for group in groups:
            if group["role"] != "weight":
                group["weight_decay"] = 0.0
    return groups


def _groups(
    network: torch.nn.Module, model: Model, optimizer: Optimizer, layer_lr: LayerLR | None
) -> list[dict[str, Any]]:
    parameters = list(trained_parameters(network))
    layers = groups_of([parameter.name for parameter in parameters], layer_lr, optimizer.lr, model.blocks)
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for layer in dict.fromkeys(layers):
        for role in ROLES:
            name = group_name(layer_lr, layer.label, role)
            groups[layer.label, role] = {"params": [], "lr": layer.lr, "role": role, "name": name}
    for parameter, layer in zip(parameters, layers, strict=True):
        groups[layer.label, parameter.role]["params"].append(parameter.parameter)
    return [group for group in groups.values() if group["params"]]
