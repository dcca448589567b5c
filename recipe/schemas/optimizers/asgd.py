"""ASGD."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate, weight_decay


class ASGD(Optimizer):
    """Gradient descent with averaging (Polyak and Juditsky, 1992): the average is kept, but not used."""

    target = "torch.optim:ASGD"

    lr: float = learning_rate(0.01)
    lambd: float = setting(1e-4, "Decay of the weights and of the rate.", ge=0)
    alpha: float = setting(0.75, "Exponent by which the rate falls.", ge=0)
    t0: float = setting(1e6, "Step at which averaging begins.", ge=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty")
