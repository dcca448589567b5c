"""What `inspect` says against the very parameters: `validate` knows those of some models only."""

from typing import Any

from recipe.compiler.resolve import Resolved
from recipe.compiler.rule import Finding
from recipe.compiler.rules.inspect import idle_exclusions, nothing_left
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Facts
from recipe.schemas.manifest import known_names


def exclusions_fit(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """Patterns that leave out nothing."""
    recipe, names = resolved.recipe, _unknown_before(resolved, facts)
    found = idle_exclusions(recipe.inspect.gradients, names, recipe.model)  # type: ignore[attr-defined]
    return _told("R519", found[0]) if found else None


def exclusions_leave_something(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """Patterns that leave out everything."""
    recipe, names = resolved.recipe, _unknown_before(resolved, facts)
    found = nothing_left(recipe.inspect.gradients, names, recipe.model)  # type: ignore[attr-defined]
    return _told("R405", found) if found else None


def _unknown_before(resolved: Resolved, facts: Facts) -> tuple[str, ...]:
    """The names of the parameters; none where `validate` has looked at them."""
    recipe: Any = resolved.recipe
    return () if known_names(recipe.model) else tuple(tensor.name for tensor in facts.parameters or ())


def _told(code: str, found: Finding) -> Diagnostic:
    return Diagnostic(code, found.message, help=(found.help,), path=tuple(found.at))


INSPECT_RULES = (exclusions_fit, exclusions_leave_something)
