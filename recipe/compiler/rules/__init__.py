"""Every cross-field rule."""

from recipe.compiler.rule import Rule
from recipe.compiler.rules import classification, detection, layers, metrics, schedules, settings, training

RULES: tuple[Rule, ...] = (
    *settings.RULES,
    *training.RULES,
    *schedules.RULES,
    *metrics.RULES,
    *layers.RULES,
    *detection.RULES,
    *classification.RULES,
)
