"""MixUp and CutMix: whole batches of training images, with their labels."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from recipe.runtime.build import build
from recipe.schemas.mixers import Mixer


class Mixing:
    """The mixers of a recipe, of which one is drawn for each batch; none: batches stay as they are.

    All draws are torch's, on the CPU, so that a checkpoint has what they come from.
    """

    def __init__(self, mixers: Sequence[Mixer], num_classes: int) -> None:
        self.mixers: tuple[Any, ...] = tuple(build(mixer, num_classes=num_classes) for mixer in mixers)
        """The objects of `torchvision.transforms.v2`."""

    def __bool__(self) -> bool:
        return bool(self.mixers)

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Normalized images [N, 3, H, W] and labels [N] → mixed images, and the share [N, C] of each class in them.

        Each image is mixed with the one before it, so that a single one stays itself. Without mixers labels stay [N].
        """
        if not self.mixers:
            return images, labels
        mixer = self.mixers[int(torch.randint(len(self.mixers), ()))]
        mixed: tuple[Tensor, Tensor] = mixer(images, labels)
        return mixed


def accuracy(logits: Tensor, labels: Tensor) -> Tensor:
    """Share of the images that are classified correctly; of mixed ones, the share that the class found has in them."""
    found = logits.argmax(1)
    right = found == labels if labels.dim() == 1 else labels.gather(1, found[:, None])
    return right.float().mean()
