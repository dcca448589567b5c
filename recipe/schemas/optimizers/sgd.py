"""SGD."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, weight_decay


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where asked."""

    target = "torch.optim:SGD"

    momentum: float = setting(0.0, "Momentum factor.", ge=0, lt=1)
    dampening: float = setting(0.0, "Dampening of the momentum.", ge=0, le=1)
    weight_decay: float = weight_decay(0.0, "L2 penalty")
    nesterov: bool = setting(False, "Nesterov momentum; needs a momentum and no dampening.")
