"""AdamW."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, weight_decay
from recipe.schemas.optimizers.adam import Beta


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    target = "torch.optim:AdamW"

    betas: tuple[Beta, Beta] = setting((0.9, 0.999), "Decay of the averages of the gradient and of its square.")
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = weight_decay(0.01, "Decoupled weight decay")
    amsgrad: bool = setting(False, "Keep the largest average of squared gradients.")
