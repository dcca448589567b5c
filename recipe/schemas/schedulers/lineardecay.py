"""LinearDecay."""

from recipe.schemas.base import setting
from recipe.schemas.schedulers import Scheduler


class LinearDecay(Scheduler):
    """Lower the rate in a straight line from 1 to `final_factor` over all epochs."""

    target = "recipe.runtime.schedules:linear_decay"
    runtime = ("epochs",)

    final_factor: float = setting(0.01, "Rate at the end as a fraction of the rate at the start.", gt=0, le=1)
