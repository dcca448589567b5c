"""`inspect`: what a run records of its network while it trains."""

from typing import Literal

from pydantic import PositiveInt

from recipe.schemas.base import Section, setting

GroupBy = Literal["block", "layer"]
Reduce = Literal["median", "mean", "max", "rms"]


class Gradients(Section):
    """Norm of the gradient of each parameter, averaged over the steps of an epoch."""

    every: PositiveInt = setting(1, "Record every N-th epoch.", impact="cosmetic")
    group_by: GroupBy = setting(
        "block",
        "Parameters that make one column: those of a `block`, which is an outermost module (`layer1`), or those of a "
        "`layer`, which is the module that holds them (`layer1.0.conv1`).",
        impact="cosmetic",
    )
    reduce: Reduce = setting(
        "median", "One number for all parameters of a column; `rms` is the root of the mean square.", impact="cosmetic"
    )
    exclude: tuple[str, ...] = setting(
        (r"fc\.", r"\.bias"),
        "Regular expressions of parameters to leave out. They are searched anywhere in a parameter's name.",
        impact="cosmetic",
    )


class Inspect(Section):
    """What a run records of its network while it trains."""

    gradients: Gradients | None = setting(
        None, "Norms of the gradients of layers, in `gradients.csv`; none: not recorded.", impact="cosmetic"
    )
