"""The optimizer of the recipe over Ultralytics' three parameter groups."""

from typing import Any

import torch

from recipe.runtime.build import build
from recipe.runtime.parameters import trained_parameters
from recipe.schemas.optimizers import Optimizer

ROLES = ("weight", "bn", "bias")
"""Order of the groups; a resumed optimizer state depends on it."""


def build_optimizer(component: Optimizer, network: torch.nn.Module) -> Any:
    """Weights decay by exactly what the recipe says (Ultralytics scales it by the batch size), the others do not."""
    parameters = list(trained_parameters(network))
    groups: list[dict[str, Any]] = [
        {"params": [p.parameter for p in parameters if p.role == role], "param_group": role} for role in ROLES
    ]
    if "weight_decay" in type(component).model_fields:
        for group in groups[1:]:
            group["weight_decay"] = 0.0
    return build(component, params=groups)
