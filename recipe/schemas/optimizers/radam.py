"""RAdam."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, weight_decay
from recipe.schemas.optimizers.adam import Beta


class RAdam(Optimizer):
    """Adam whose first steps do without the average of squares until it is known well enough (Liu et al., 2020)."""

    target = "torch.optim:RAdam"

    betas: tuple[Beta, Beta] = setting((0.9, 0.999), "Decay of the averages of the gradient and of its square.")
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty, or decay of the weights where `decoupled_weight_decay` is on")
    decoupled_weight_decay: bool = setting(False, "Decay the weights themselves, as AdamW does.")
