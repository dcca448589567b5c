"""What the schedules that move the momentum too have in common."""

from collections.abc import Callable
from typing import Annotated, Any

from annotated_types import Ge, Lt

from recipe.schemas.schedulers import Scheduler

Momentum = Annotated[float, Ge(0), Lt(1)]
BOUNDS = ("base_momentum", "max_momentum")


def momenta(component: Scheduler, built: Any, bound: Callable[[str], float]) -> dict[str, float]:
    """The bounds that the live schedule has. Where the momentum stays, it has none, and no recipe may set them."""
    if built.cycle_momentum:
        return {name: bound(name) for name in BOUNDS}
    return {name: type(component).model_fields[name].default for name in BOUNDS}
