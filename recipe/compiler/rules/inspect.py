"""Rules for `inspect`: patterns of parameters to leave out."""

import re
from collections.abc import Sequence

from recipe.compiler.rule import NAMES, Finding, rule
from recipe.schemas.inspect import Gradients
from recipe.schemas.layer_lr import check_patterns
from recipe.schemas.manifest import NamesOf
from recipe.schemas.models import Model

_EXCLUDE = ("inspect", "gradients", "exclude")


@rule("R405", "inspect.gradients")
def bad_exclusion(gradients: Gradients | None) -> list[Finding]:
    """Patterns that are no regular expressions, or that could be matched for ever."""
    exclude = gradients.exclude if gradients else ()
    return [
        Finding(f"`{pattern}` is no pattern: {reason}", (*_EXCLUDE, exclude.index(pattern)))
        for pattern, reason in check_patterns(exclude)
    ]


@rule("R519", "inspect.gradients", "model", NAMES)
def exclusion_matches_nothing(gradients: Gradients | None, model: Model, names_of: NamesOf) -> list[Finding]:
    """Patterns that leave out no parameter of the model."""
    return idle_exclusions(gradients, names_of(model), model)


@rule("R405", "inspect.gradients", "model", NAMES)
def everything_excluded(gradients: Gradients | None, model: Model, names_of: NamesOf) -> Finding | None:
    """Patterns that leave out all parameters of the model."""
    return nothing_left(gradients, names_of(model), model)


def idle_exclusions(gradients: Gradients | None, names: Sequence[str], model: Model) -> list[Finding]:
    """One for each pattern that no name fits; none for the default, which is for many models."""
    exclude = _usable(gradients, names)
    if exclude == Gradients.model_fields["exclude"].default:
        return []
    return [
        Finding(
            f"`{pattern}` matches no parameter of {model.word()}",
            (*_EXCLUDE, place),
            f"patterns are searched in names such as `{names[0]}` and `{names[-1]}`",
            also=(),
        )
        for place, pattern in enumerate(exclude)
        if not any(re.search(pattern, name) for name in names)
    ]


def nothing_left(gradients: Gradients | None, names: Sequence[str], model: Model) -> Finding | None:
    """Where the patterns together fit every name."""
    exclude = _usable(gradients, names)
    if not exclude or not all(any(re.search(pattern, name) for pattern in exclude) for name in names):
        return None
    message = f"`exclude` leaves out every parameter of {model.word()}: there is nothing to record"
    return Finding(message, _EXCLUDE, "take a pattern out, or leave `inspect.gradients` out", also=())


def _usable(gradients: Gradients | None, names: Sequence[str]) -> tuple[str, ...]:
    """The patterns; none where one of them is bad, or the names of the parameters are not known."""
    exclude = gradients.exclude if gradients and names else ()
    return () if any(check_patterns(exclude)) else exclude


RULES = (bad_exclusion, exclusion_matches_nothing, everything_excluded)
