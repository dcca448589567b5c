"""Adadelta."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate, weight_decay


class Adadelta(Optimizer):
    """Adadelta (Zeiler, 2012): steps as long as the last ones were."""

    target = "torch.optim:Adadelta"

    lr: float = learning_rate(1.0)
    rho: float = setting(0.9, "Decay of the averages of squared gradients and squared steps.", ge=0, lt=1)
    eps: float = setting(1e-6, "Added to both averages.", gt=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty")
