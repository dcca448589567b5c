"""The optimizer of the recipe, with what Ultralytics' warm-up looks for in it."""

from typing import Any

import torch

from recipe.runtime.build import build
from recipe.runtime.param_groups import param_groups
from recipe.schemas.tasks.detection import Detection


def build_optimizer(recipe: Detection, network: torch.nn.Module) -> Any:
    """Weights decay by exactly what the recipe says (Ultralytics scales it by the batch size), the others do not."""
    groups = param_groups(network, recipe.model, recipe.optimizer, recipe.layer_lr)
    for group in groups:
        group["param_group"] = group["role"]
    return build(recipe.optimizer, params=groups)
