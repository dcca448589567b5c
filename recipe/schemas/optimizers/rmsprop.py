"""RMSprop."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate, weight_decay


class RMSprop(Optimizer):
    """Gradients divided by the root of their average square (Hinton, 2012)."""

    target = "torch.optim:RMSprop"

    lr: float = learning_rate(0.01)
    alpha: float = setting(0.99, "Decay of the average of squared gradients.", ge=0, lt=1)
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty")
    momentum: float = setting(0.0, "Momentum factor.", ge=0, lt=1)
    centered: bool = setting(False, "Divide by the standard deviation of the gradient in place of its size.")
