"""NAdam."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate, weight_decay
from recipe.schemas.optimizers.adam import Beta


class NAdam(Optimizer):
    """Adam with Nesterov momentum (Dozat, 2016)."""

    target = "torch.optim:NAdam"

    lr: float = learning_rate(0.002)
    betas: tuple[Beta, Beta] = setting((0.9, 0.999), "Decay of the averages of the gradient and of its square.")
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = weight_decay(0.0, "L2 penalty, or decay of the weights where `decoupled_weight_decay` is on")
    momentum_decay: float = setting(0.004, "How fast the momentum rises to `betas[0]`.", ge=0)
    decoupled_weight_decay: bool = setting(False, "Decay the weights themselves, as AdamW does.")
