"""From a decoded image to what the network takes: the transforms of a recipe, then normalization."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import Tensor

from recipe.runtime.build import build
from recipe.runtime.data.images import Pixels
from recipe.schemas.transforms import Transform


class Pipeline:
    """The transforms of a split, in their order, and its normalization."""

    def __init__(self, transforms: Sequence[Transform], mean: Sequence[float], std: Sequence[float]) -> None:
        self.transforms: tuple[Any, ...] = tuple(build(transform) for transform in transforms)
        """The objects of `torchvision.transforms.v2`."""
        self.mean, self.std = tuple(mean), tuple(std)

    def apply(self, image: Pixels, seed: int) -> Tensor:
        """A transformed image, 8 bits, channels first. All its draws come from the seed: see `own_draws`."""
        # Channels stay innermost in memory, from where antialiased resizing is nearly twice as quick.
        tensor = torch.from_numpy(image).permute(2, 0, 1)
        if self.transforms:
            torch.default_generator.manual_seed(seed)
        for transform in self.transforms:
            tensor = transform(tensor)
        return tensor

    def normalize(self, images: Tensor, device: torch.device | None = None) -> Tensor:
        """Numbers for the network, on a device, of a batch of 8 bits: (x / 255 − mean) / std.

        Bit for bit what `ToDtype(float32, scale=True)` and `Normalize` make of it. Batches stay as they are until here
        because four times as many bytes would have to move between processes, and to the device.
        """
        numbers = images.to(device, non_blocking=True).to(torch.float32, memory_format=torch.contiguous_format)
        mean, std = _channels(self.mean, numbers.device), _channels(self.std, numbers.device)
        return numbers.mul_(1 / 255).sub_(mean).div_(std)


@cache
def _channels(values: tuple[float, ...], device: torch.device) -> Tensor:
    return torch.tensor(values, device=device)[:, None, None]


@contextmanager
def own_draws() -> Iterator[None]:
    """Give the global generator, which the transforms draw from, back as it was: training draws from it too."""
    state = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(state)
