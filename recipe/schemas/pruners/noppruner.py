"""NopPruner."""

from recipe.schemas.pruners import Pruner


class NopPruner(Pruner):
    """Ends no trial early."""

    target = "optuna.pruners:NopPruner"
