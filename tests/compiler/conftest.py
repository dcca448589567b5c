import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError


@pytest.fixture
def check(recipe_file):
    """Check the text of a recipe with some `--set`: what was checked, and the report."""

    def run(text, *sets):
        report = Report()
        return check_recipe(Request(str(recipe_file(text)), sets=sets), report), report

    return run


@pytest.fixture
def found(check):
    """Everything that a check tells, errors or warnings, each with the source of its main place."""

    def run(text, *sets):
        try:
            checked, report = check(text, *sets)
            diagnostics, sources = checked.warnings, report.sources
        except RecipeError as error:
            diagnostics, sources = error.diagnostics, error.sources
        return [(each, sources[each.labels[0].span.source]) for each in diagnostics]

    return run
