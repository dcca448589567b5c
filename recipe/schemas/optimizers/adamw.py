"""AdamW."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.optimizers.adam import Beta


class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    target = "torch.optim:AdamW"

    betas: tuple[Beta, Beta] = setting((0.9, 0.999), "Decay of the averages of the gradient and of its square.")
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = setting(
        0.01,
        "Decoupled weight decay; biases and normalization layers get none.",
        ge=0,
        usual=(0.0, 0.5),
        unusual="so much decay pulls the weights to zero",
    )
    amsgrad: bool = setting(False, "Keep the largest average of squared gradients.")
