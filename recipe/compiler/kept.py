"""What a recipe says by now, and a run that has begun keeps as it was."""

from collections.abc import Iterator
from typing import Any

from recipe.compiler.compile import Checked
from recipe.compiler.nodes import Path
from recipe.compiler.place import place
from recipe.schemas.base import AUTO
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.plan import RunPlan

_JUDGED_LATER = {"gates"}
"""The result is held against the gates that the recipe has by then."""


def kept_from_plan(checked: Checked, begun: RunPlan) -> tuple[Diagnostic, ...]:
    """An R615 warning for every setting that differs without making another run of it (trackers, workers …)."""
    asked, plan = (recipe.model_dump(mode="json", exclude=_JUDGED_LATER) for recipe in (checked.recipe, begun.recipe))
    answered = {answer.path: answer.asked for answer in begun.answers}
    differing = (path for path, said in _differing(asked, plan, ()) if answered.get(".".join(map(str, path))) != said)
    return tuple(place(_warn(path), checked.document) for path in differing)


def _differing(asked: Any, kept: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """What the recipe says otherwise, and what it says; `auto` is content with everything."""
    if isinstance(asked, dict) and isinstance(kept, dict) and asked.keys() == kept.keys():
        for key, value in asked.items():
            yield from _differing(value, kept[key], (*path, key))
    elif isinstance(asked, list) and isinstance(kept, list) and len(asked) == len(kept):
        for index, value in enumerate(asked):
            yield from _differing(value, kept[index], (*path, index))
    elif asked not in (kept, AUTO):
        yield path, asked


def _warn(path: Path) -> Diagnostic:
    name = ".".join(map(str, path))
    help_ = ("`--fresh` begins anew with the recipe as it is",)
    return Diagnostic(
        "R615", f"the run goes on with `{name}` as it began, not as the recipe says now", (), help_, path=path
    )
