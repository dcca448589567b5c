"""The samples of a split: images on their way into the network, and their classes."""

import warnings
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from recipe.runtime.data.ordering import mix
from recipe.runtime.data.pipeline import Pipeline, Pixels, own_draws
from recipe.schemas.diagnostics import Diagnostic, RecipeError


class Images(Protocol):
    """The images of a split, whose files have been looked at."""

    @property
    def labels(self) -> Sequence[int]:
        """The class of each image."""

    def __len__(self) -> int: ...

    def name(self, index: int) -> str:
        """The file of an image, as a person finds it."""

    def decode(self, index: int) -> Pixels:
        """An image, perhaps a view into the cache."""


class ClassificationDataset:
    """Implements `recipe.runtime.data.loader.Samples`."""

    def __init__(self, images: Images, pipeline: Pipeline, seed: int) -> None:
        self._images, self._pipeline, self._seed = images, pipeline, seed

    def __len__(self) -> int:
        return len(self._images)

    def name(self, item: int) -> str:
        return self._images.name(item)

    def load(self, items: tuple[int, ...], epoch: int) -> tuple[Tensor, Tensor]:
        """Images of 8 bits [N, 3, H, W], to be normalized where they are used, and labels [N].

        The draws of an image depend on the seed, the epoch and its place in the split, and on nothing else. Raises
        `RecipeError` (R605) for a file that has become unreadable.
        """
        with own_draws(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given NumPy array is not writable")
            images = [self._pipeline.apply(self._decode(item), mix(self._seed, epoch, item)) for item in items]
        assert len({image.shape for image in images}) == 1, "the compiler saw to one size"
        return torch.stack(images), torch.tensor([self._images.labels[item] for item in items])

    def _decode(self, item: int) -> Pixels:
        try:
            return self._images.decode(item)
        except (OSError, SyntaxError, ValueError) as error:
            name = self._images.name(item)
            message = f"`{name}` could be read when the run began, and cannot now: {error}"
            raise RecipeError(Diagnostic("R605", message, path=("data",), file=name)) from error
