"""Rprop."""

from typing import Annotated

from annotated_types import Gt, Lt
from pydantic import PositiveFloat

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate

Shrinking = Annotated[float, Gt(0), Lt(1)]
Growing = Annotated[float, Gt(1)]


class Rprop(Optimizer):
    """Steps by the sign of the gradient alone (Riedmiller and Braun, 1993): for whole datasets as one batch."""

    target = "torch.optim:Rprop"

    lr: float = learning_rate(0.01)
    etas: tuple[Shrinking, Growing] = setting(
        (0.5, 1.2), "Factors of a step where the gradient has turned, and where it has not."
    )
    step_sizes: tuple[PositiveFloat, PositiveFloat] = setting((1e-6, 50.0), "The smallest and the largest step.")
