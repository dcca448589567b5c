"""The compiler: a visible list of passes from text to plan.

Here 1 read · 2 parse · 3 compose · 4 interpolate · 5 typecheck · 6 check · 7 expand; in `plan.py`, which `validate`
does without, 8 resolve · 9 lower.
"""

import hashlib
import os
from collections.abc import Mapping as Environment
from typing import NamedTuple

from recipe.compiler.compose import compose
from recipe.compiler.interpolate import interpolate
from recipe.compiler.member import Member, Surroundings, check_tree
from recipe.compiler.nodes import Document, Mapping
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.manifest import NamesOf, known_names
from recipe.schemas.recipe import Recipe


class Request(NamedTuple):
    """What the user asked to compile."""

    file: str
    profiles: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    environment: Environment[str, str] = os.environ
    names_of: NamesOf = known_names
    """What is known of the parameters of models, for the patterns of `layer_lr`."""


class Checked(NamedTuple):
    """A valid recipe, with the text it came from."""

    base: Member
    """The recipe with the first value of each axis of its matrix or search space; the recipe itself without one."""
    members: tuple[Member, ...]
    """The runs it stands for. A search has its base only: its trials come one after another."""
    digest: str
    """Names the run, or all of them together."""
    warnings: tuple[Diagnostic, ...]

    @property
    def recipe(self) -> Recipe:
        """The recipe, `auto` not yet answered."""
        return self.base.recipe

    @property
    def document(self) -> Document:
        """The text it came from."""
        return self.base.document

    @property
    def secrets(self) -> dict[str, str]:
        """Dotted path → the `${env:…}` text its value came from."""
        return self.base.secrets


def check_recipe(request: Request, report: Report) -> Checked:
    """Passes 1 to 7. Raises `RecipeError` with all errors that were found."""
    try:
        written = compose(request.file, request.profiles, request.sets, report)
    except RecipeError as error:
        raise RecipeError(*dict.fromkeys((*report.sorted(), *error.diagnostics)), sources=report.sources) from None
    recipe_dir = os.path.dirname(os.path.abspath(request.file))  # noqa: PTH100, PTH120
    surroundings = Surroundings(request.environment, os.getcwd(), recipe_dir, request.names_of)  # noqa: PTH109
    if "matrix" in written.entries or "search" in written.entries:
        return _check_varied(written, surroundings, report)
    base = check_tree(written, {}, surroundings, report)
    report.stop_on_errors()
    assert base is not None
    return Checked(base, (base,), base.digest, report.sorted())


def _check_varied(written: Mapping, surroundings: Surroundings, report: Report) -> Checked:
    """A recipe with a matrix or a search: what it varies is checked value by value."""
    from recipe.compiler.expand import Expansion, blame_values
    from recipe.compiler.find_variation import find_variation
    from recipe.compiler.search_rules import check_search, search_of

    settled = interpolate(written, surroundings.environment, surroundings.working_dir, Report(report.sources))
    variation = find_variation(written, settled, report)
    tree = variation.lay_on(written, variation.first()) if variation else written
    base = check_tree(tree, {}, surroundings, report)
    members: tuple[Member, ...] = () if base is None else (base,)
    if variation:
        blame_values(report, variation)
        search = search_of(settled)
        if search:
            check_search(search, variation, settled, report)
        if all(problem.code == "R705" for problem in report.errors):
            expansion = Expansion(written, variation, surroundings, report)
            if search:
                expansion.try_points(search)
            else:
                members = expansion.members()
    report.stop_on_errors()
    assert base is not None
    return Checked(base, members, _digest_of(members), report.sorted())


def _digest_of(members: tuple[Member, ...]) -> str:
    """Of a single run its own, of several the digest of theirs in any order."""
    if len(members) == 1:
        return members[0].digest
    return hashlib.sha256("\n".join(sorted(member.digest for member in members)).encode()).hexdigest()
