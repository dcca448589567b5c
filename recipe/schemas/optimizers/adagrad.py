"""Adagrad."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate, weight_decay


class Adagrad(Optimizer):
    """Adagrad (Duchi et al., 2011): rates fall with the sum of all squared gradients."""

    target = "torch.optim:Adagrad"

    lr: float = learning_rate(0.01)
    lr_decay: float = setting(0.0, "The rate of step t is divided by 1 + (t - 1) · `lr_decay`.", ge=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty")
    initial_accumulator_value: float = setting(0.0, "Where the sum of squared gradients starts.", ge=0)
    eps: float = setting(1e-10, "Added to the denominator.", gt=0)
