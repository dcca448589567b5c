"""Adam."""

from typing import Annotated

from annotated_types import Ge, Lt

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, weight_decay

Beta = Annotated[float, Ge(0), Lt(1)]


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015)."""

    target = "torch.optim:Adam"

    betas: tuple[Beta, Beta] = setting((0.9, 0.999), "Decay of the averages of the gradient and of its square.")
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty")
    amsgrad: bool = setting(False, "Keep the largest average of squared gradients.")
