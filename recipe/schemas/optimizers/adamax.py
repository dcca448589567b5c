"""Adamax."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate, weight_decay
from recipe.schemas.optimizers.adam import Beta


class Adamax(Optimizer):
    """Adam with the largest gradient in place of the squared ones (Kingma and Ba, 2015)."""

    target = "torch.optim:Adamax"

    lr: float = learning_rate(0.002)
    betas: tuple[Beta, Beta] = setting((0.9, 0.999), "Decay of the average of the gradient and of its largest size.")
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty")
