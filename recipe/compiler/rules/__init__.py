"""Every cross-field rule."""

from recipe.compiler.rule import Rule
from recipe.compiler.rules import (
    classification,
    detection,
    inspect,
    layers,
    metrics,
    models,
    schedules,
    settings,
    training,
)

RULES: tuple[Rule, ...] = (
    *settings.RULES,
    *training.RULES,
    *schedules.RULES,
    *metrics.RULES,
    *layers.RULES,
    *inspect.RULES,
    *models.RULES,
    *detection.RULES,
    *classification.RULES,
)
