"""The network of a run that has weights, ready to say what it sees."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from recipe.runtime.classification.model import build_network
from recipe.runtime.classification.normalization import normalization_of
from recipe.runtime.data.images import Pixels
from recipe.runtime.data.pipeline import Pipeline
from recipe.runtime.trained import TrainedRun
from recipe.runtime.training.checkpoints import read_checkpoint
from recipe.schemas.plan import RunPlan
from recipe.schemas.tasks.classification import Classification


class TrainedClassifier(NamedTuple):
    """A network in evaluation mode, and what images go through before it: the transforms of validation."""

    network: torch.nn.Module
    classes: tuple[str, ...]
    pipeline: Pipeline
    device: torch.device

    @torch.no_grad()
    def probabilities(self, images: Sequence[Pixels]) -> Tensor:
        """Decoded images → probability of each class [N, C], on the CPU. Their transformed sizes must agree."""
        batch = torch.stack([self.pipeline.apply(image, seed=0) for image in images])
        logits: Tensor = self.network(self.pipeline.normalize(batch, self.device))
        return logits.float().softmax(dim=1).cpu()


def load_classifier(trained: TrainedRun, device: torch.device) -> TrainedClassifier:
    """The averaged weights where the run has them: they are what it was judged by. Raises `RecipeError` (R606)."""
    recipe, classes = trained.plan.recipe, classes_of(trained.plan)
    assert isinstance(recipe, Classification)
    state = read_checkpoint(trained.weights)
    network = build_network(recipe, len(classes), None)
    network.load_state_dict(state["average"] or state["network"])
    pipeline = Pipeline(recipe.augment.val, *normalization_of(recipe.data))
    return TrainedClassifier(network.to(device).eval(), classes, pipeline, device)


def classes_of(plan: RunPlan) -> tuple[str, ...]:
    """The names of the classes, in the order of the network's outputs."""
    classes = plan.details["classes"]
    assert isinstance(classes, list | tuple)
    return tuple(map(str, classes))
