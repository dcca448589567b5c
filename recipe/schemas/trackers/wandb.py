"""Weights & Biases."""

from typing import Literal

from recipe.schemas.base import AUTO, Auto, setting
from recipe.schemas.trackers import Tracker


class WandB(Tracker):
    """A run in Weights & Biases, kept under `wandb/` of the run directory; with `mode: online` sent as it goes."""

    target = "recipe.runtime.trackers.wandb:WandBTracker"
    example = {"project": "example", "tags": ["small"]}

    project: Auto[str] = setting(
        AUTO,
        "Project name; `auto` is the recipe's name.",
        impact="cosmetic",
        pattern=r"^[^/\\#?%:]+$",
        max_length=128,
    )
    entity: str | None = setting(
        None, "User or team that the project belongs to; none: the account's default.", impact="cosmetic", min_length=1
    )
    mode: Literal["offline", "online"] = setting(
        "offline",
        "`offline` opens no connection: `wandb sync` sends the run when it is asked to. `online` sends it while it "
        "trains, with the key of `wandb login` or WANDB_API_KEY.",
        impact="cosmetic",
    )
    tags: tuple[str, ...] = setting((), "Words to find the run by.", impact="cosmetic")
