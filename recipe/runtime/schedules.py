"""Learning-rate schedules: epoch → factor by which every rate is multiplied."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class LinearDecay:
    """A straight line from 1 at epoch 0 to `final_factor` at epoch `epochs`."""

    epochs: int
    final_factor: float

    def __call__(self, epoch: float) -> float:
        return max(1 - epoch / self.epochs, 0) * (1.0 - self.final_factor) + self.final_factor


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine from 1 at epoch 0 to `final_factor` at epoch `epochs`."""

    epochs: int
    final_factor: float

    def __call__(self, epoch: float) -> float:
        progress = max((1 - math.cos(epoch * math.pi / self.epochs)) / 2, 0)
        return progress * (self.final_factor - 1) + 1


def linear_decay(epochs: int, final_factor: float) -> LinearDecay:
    """Ultralytics' default schedule."""
    return LinearDecay(epochs, final_factor)


def cosine_decay(epochs: int, final_factor: float) -> CosineDecay:
    """Ultralytics' `cos_lr` schedule."""
    return CosineDecay(epochs, final_factor)
