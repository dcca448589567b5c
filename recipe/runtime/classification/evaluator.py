"""How a network that classifies is judged: by its loss, and by which classes it takes images for."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from recipe.runtime.classification.losses import weight_of
from recipe.runtime.classification.scores import Counts, macro_scores
from recipe.runtime.steps import Tensors
from recipe.runtime.training.means import Means
from recipe.runtime.training.world import World


class ClassificationEvaluator:
    """Implements `recipe.runtime.steps.Evaluator`.

    Loss, accuracy, top-5 accuracy (whether the class is among the five that seem likeliest, or among all), and the
    means over the classes of precision, recall and F1.
    """

    def __init__(self, criterion: Any, normalize: Callable[[Tensor], Tensor], num_classes: int, world: World) -> None:
        self._criterion, self._normalize, self._world = criterion, normalize, world
        self._num_classes = num_classes
        self._losses, self._hits = Means(), Means()
        self._seen = [torch.empty(2, 0, dtype=torch.int64)]

    def step(self, network: torch.nn.Module, tensors: Tensors) -> None:
        self.judge(network, tensors)

    def judge(self, network: torch.nn.Module, tensors: Tensors) -> Tensor:
        """Take one batch into account; its logits. Everything that is counted leaves the device in one go."""
        images, labels = tensors
        logits: Tensor = network(self._normalize(images))
        loss = self._criterion(logits, labels)
        likeliest = logits.topk(min(5, logits.shape[1]), dim=1).indices
        is_among = (likeliest == labels[:, None]).any(1)
        said = torch.stack([likeliest[:, 0], labels, is_among]).to(torch.float32)  # exact up to 16 million classes
        *seen, among, losses = torch.cat([said, loss.float().expand(1, len(labels))]).cpu()
        predicted, true = torch.stack(seen).long()
        self._seen.append(torch.stack([predicted, true]))
        shares = {"accuracy": (predicted == true).sum(), "top5_accuracy": among.sum()}
        self._hits.add({name: int(count) / len(labels) for name, count in shares.items()}, len(labels))
        self._losses.add({"loss": float(losses[0])}, weight_of(labels, self._criterion))
        return logits

    @property
    def seen(self) -> tuple[Tensor, Tensor]:
        """The classes that the images of this process were taken for, and those that they are of [N]."""
        predicted, labels = torch.cat(self._seen, dim=1)
        return predicted, labels

    def results(self) -> dict[str, float]:
        predicted, labels = self.seen
        counts = self._world.summed(torch.stack(Counts.of(labels, predicted, self._num_classes)))
        return {
            **self._world.gathered(self._losses).values(),
            **self._world.gathered(self._hits).values(),
            **macro_scores(Counts(*counts)),
        }
