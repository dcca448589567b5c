"""Adafactor."""

from pydantic import NonNegativeFloat

from recipe.schemas.base import setting
from recipe.schemas.optimizers import Optimizer, learning_rate, weight_decay


class Adafactor(Optimizer):
    """Adafactor (Shazeer and Stern, 2018): of the squared gradients of a matrix only averages of rows and columns."""

    target = "torch.optim:Adafactor"

    lr: float = learning_rate(0.01)
    beta2_decay: float = setting(
        -0.8, "Exponent of the step in the decay of the average of squared gradients.", gt=-1, lt=0
    )
    eps: tuple[NonNegativeFloat | None, NonNegativeFloat] = setting(
        (None, 0.001),
        "Added to squared gradients (none: the smallest difference of the number type), and the smallest size of a "
        "tensor that its step is scaled by.",
    )
    d: float = setting(1.0, "Largest root mean square of an update before `lr`.", ge=1)
    weight_decay: float = weight_decay(0.0, "Decoupled weight decay")
