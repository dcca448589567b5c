"""The optimizer of the recipe over groups of parameters: by layer, where layers have rates, and by role."""

from typing import Any

import torch

from recipe.runtime.build import build
from recipe.runtime.parameters import trained_parameters
from recipe.schemas.layer_lr import group_name, groups_of
from recipe.schemas.tasks.detection import Detection

ROLES = ("weight", "bn", "bias")
"""Order of the groups of a layer; a resumed optimizer state depends on it."""


def build_optimizer(recipe: Detection, network: torch.nn.Module) -> Any:
    """Weights decay by exactly what the recipe says (Ultralytics scales it by the batch size), the others do not."""
    groups = _groups(recipe, network)
    if "weight_decay" in type(recipe.optimizer).model_fields:
        for group in groups:
            if group["param_group"] != "weight":
                group["weight_decay"] = 0.0
    return build(recipe.optimizer, params=groups)


def _groups(recipe: Detection, network: torch.nn.Module) -> list[dict[str, Any]]:
    """In the order of the layers. Ultralytics' warm-up goes by `param_group`, our metrics by `name`."""
    parameters = list(trained_parameters(network))
    names = [parameter.name for parameter in parameters]
    layers = groups_of(names, recipe.layer_lr, recipe.optimizer.lr, recipe.model.blocks)
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for layer in dict.fromkeys(layers):
        for role in ROLES:
            name = group_name(recipe.layer_lr, layer.label, role)
            groups[layer.label, role] = {"params": [], "lr": layer.lr, "param_group": role, "name": name}
    for parameter, layer in zip(parameters, layers, strict=True):
        groups[layer.label, parameter.role]["params"].append(parameter.parameter)
    return [group for group in groups.values() if group["params"]]
