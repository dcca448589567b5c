"""MLflow."""

from recipe.schemas.base import AUTO, Auto, setting
from recipe.schemas.trackers import Tracker


class MLflow(Tracker):
    """A run in an MLflow tracking store."""

    target = "recipe.runtime.trackers.mlflow:MLflowTracker"
    example = {"experiment": "example", "tracking_uri": "sqlite:///example.db"}

    experiment: Auto[str] = setting(AUTO, "Experiment name; `auto` is the recipe's name.", impact="cosmetic")
    tracking_uri: Auto[str] = setting(
        AUTO,
        "Tracking store; `auto` is MLFLOW_TRACKING_URI where that is set, otherwise `mlflow.db` beside the runs.",
        impact="cosmetic",
    )
