"""Gather the facts that a recipe's `auto` leaves ask for."""

from pathlib import Path

from recipe.compiler.member import Member
from recipe.compiler.place import place
from recipe.compiler.resolve import resolve
from recipe.runtime.execute import family_of
from recipe.runtime.probe import look_at_commit, look_at_hardware, look_at_places, look_at_versions
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.facts import Facts


def gather_facts(member: Member, runs_root: Path) -> Facts:
    """Look at the data, this machine and the model, in the order in which they rest on each other.

    Raises `RecipeError`, its diagnostics placed in the recipe's text.
    """
    try:
        return _gather(member, runs_root)
    except RecipeError as error:
        placed = (place(diagnostic, member.document) for diagnostic in error.diagnostics)
        raise RecipeError(*placed, sources=member.document.sources) from error


def _gather(member: Member, runs_root: Path) -> Facts:
    family = family_of(member.recipe)
    dataset = family.look_at_data(member.recipe)
    facts = Facts(
        hardware=look_at_hardware(member.recipe.hardware.device),
        dataset=dataset,
        places=look_at_places(runs_root),
        versions=look_at_versions(),
        commit=look_at_commit(Path(member.document.sources[0].base_dir)),
    )
    settled = resolve(member.recipe, facts).recipe
    model = family.look_at_model(settled, dataset)
    return facts.model_copy(update=model._asdict())
