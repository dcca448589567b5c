"""What a recipe may say of Lion."""

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.optimizers.adam import Beta


class Lion(Optimizer):
    """Sign of an interpolated momentum (Chen et al., 2023, "Symbolic Discovery of Optimization Algorithms")."""

    target = "recipe_lion.optimizer:Lion"

    lr: float = setting(1e-4, "Learning rate; three to ten times smaller than AdamW's.", gt=0)
    betas: tuple[Beta, Beta] = setting((0.9, 0.99), "Interpolation of the update, and decay of the momentum.")
    weight_decay: float = setting(0.0, "Decoupled weight decay.", ge=0)
