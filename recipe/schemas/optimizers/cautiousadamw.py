"""CautiousAdamW."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, weight_decay
from recipe.schemas.optimizers.adam import Beta


class CautiousAdamW(Optimizer):
    """AdamW that leaves out what goes against the present gradient (Liang et al., 2024)."""

    target = "recipe.runtime.optimizers.cautious_adamw:CautiousAdamW"

    betas: tuple[Beta, Beta] = setting((0.9, 0.999), "Decay of the averages of the gradient and of its square.")
    eps: float = setting(1e-8, "Added to the denominator.", gt=0)
    weight_decay: float = weight_decay(0.01, "Decoupled weight decay")
    max_scale: float | None = setting(
        None, "Largest factor by which the rest of an update makes up for what was left out; none: 1000.", ge=1
    )
