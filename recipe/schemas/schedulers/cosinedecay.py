"""CosineDecay."""

from recipe.schemas.base import setting
from recipe.schemas.schedulers import Scheduler


class CosineDecay(Scheduler):
    """Lower the rate along half a cosine from 1 to `final_factor` over all epochs."""

    target = "recipe.runtime.schedules:cosine_decay"
    runtime = ("epochs",)

    final_factor: float = setting(0.01, "Rate at the end as a fraction of the rate at the start.", gt=0, le=1)
