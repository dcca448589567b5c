"""Every cross-field rule."""

from recipe.compiler.rule import Rule
from recipe.compiler.rules import detection, training

RULES: tuple[Rule, ...] = (*training.RULES, *detection.RULES)
