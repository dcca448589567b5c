"""OneCycleLR."""

from typing import Any, Literal

from recipe.schemas.base import setting
from recipe.schemas.schedulers import TorchScheduler
from recipe.schemas.schedulers.momenta import Momentum, momenta


class OneCycleLR(TorchScheduler):
    """Raise the rate to the optimizer's and lower it to nearly nothing, once in the run (Smith and Topin, 2018)."""

    target = "torch.optim.lr_scheduler:OneCycleLR"
    runtime = ("optimizer", "max_lr", "total_steps")
    fits_into = ("WarmUp",)

    pct_start: float = setting(0.3, "Share of the run in which the rate rises.", ge=0, lt=1)
    anneal_strategy: Literal["cos", "linear"] = setting("cos", "Along half a cosine, or in a straight line.")
    cycle_momentum: bool = setting(
        True, "Let the momentum, or the first of `betas`, fall from `max_momentum` where the rate rises."
    )
    base_momentum: Momentum = setting(0.85, "The lowest momentum.")
    max_momentum: Momentum = setting(0.95, "The highest momentum, with which training begins.")
    div_factor: float = setting(25.0, "The rate at the start is the optimizer's divided by this.", ge=1)
    final_div_factor: float = setting(1e4, "The rate at the end is the one at the start divided by this.", gt=0)
    three_phase: bool = setting(
        False, "Fall to the rate of the start as fast as it rose, and only then to that of the end."
    )

    def read(self, built: Any) -> dict[str, Any]:
        """The divisors and the share are only there as what they lead to: the same one leads there again."""
        group, phases = built.optimizer.param_groups[0], built._schedule_phases
        highest, first, last = group["max_lr"], group["initial_lr"], group["min_lr"]
        ends_as_said = phases[0]["end_step"] == float(self.pct_start * built.total_steps) - 1
        return {
            **momenta(self, built, lambda name: group[name]),
            "pct_start": self.pct_start if ends_as_said else (phases[0]["end_step"] + 1) / built.total_steps,
            "anneal_strategy": built._anneal_func_type,
            "cycle_momentum": built.cycle_momentum,
            "div_factor": self.div_factor if highest / self.div_factor == first else highest / first,
            "final_div_factor": self.final_div_factor if first / self.final_div_factor == last else first / last,
            "three_phase": len(phases) == 3,
            "interval": getattr(built, "interval", "epoch"),
        }
