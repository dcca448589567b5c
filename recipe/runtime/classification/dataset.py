"""The samples of a split: images on their way into the network, and their classes."""

import warnings

import torch
from torch import Tensor

from recipe.runtime.data.images import Images, Pixels
from recipe.runtime.data.ordering import mix
from recipe.runtime.data.pipeline import Pipeline, own_draws
from recipe.schemas.diagnostics import Diagnostic, RecipeError


class ClassificationDataset:
    """Implements `recipe.runtime.data.loader.Samples`."""

    def __init__(self, images: Images, pipeline: Pipeline, seed: int) -> None:
        self._images, self._pipeline, self.seed = images, pipeline, seed

    def __len__(self) -> int:
        return len(self._images)

    def name(self, item: int) -> str:
        return self._images.name(item)

    def load(self, items: tuple[int, ...], epoch: int) -> tuple[Tensor, Tensor]:
        """Images of 8 bits [N, 3, H, W], to be normalized where they are used, and labels [N].

        The draws of an image depend on the seed, the epoch and its place in the split, and on nothing else. Raises
        `RecipeError`: R605 for a file that has become unreadable, R801 for an image that a transform refuses.
        """
        with own_draws(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The given NumPy array is not writable")
            images = [self._transformed(item, epoch) for item in items]
        assert len({image.shape for image in images}) == 1, "the compiler saw to one size"
        return torch.stack(images), torch.tensor([self._images.labels[item] for item in items])

    def _transformed(self, item: int, epoch: int) -> Tensor:
        pixels = self._decoded(item)
        try:
            return self._pipeline.apply(pixels, mix(self.seed, epoch, item))
        except (ValueError, RuntimeError) as error:
            name, (height, width, _) = self._images.name(item), pixels.shape
            message = f"the transforms cannot be applied to `{name}`, which is {width} × {height} pixels: {error}"
            raise RecipeError(Diagnostic("R801", message, path=("augment",), file=name)) from error

    def _decoded(self, item: int) -> Pixels:
        try:
            return self._images.decode(item)
        except Exception as error:  # Pillow's readers let out errors of every kind
            name = self._images.name(item)
            message = f"`{name}` could be read when the run began, and cannot now: {error}"
            raise RecipeError(Diagnostic("R605", message, path=("data",), file=name)) from error
