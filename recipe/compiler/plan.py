"""Passes 8 and 9: with facts about the machine, the data and the model, a checked run becomes a plan."""

from recipe.compiler.lower import lower
from recipe.compiler.member import Member
from recipe.compiler.nodes import Document
from recipe.compiler.place import place
from recipe.compiler.report import Report
from recipe.compiler.resolve import Resolved, answers_of, resolve
from recipe.schemas.base import leaves
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Facts
from recipe.schemas.plan import RunPlan


def plan_member(member: Member, facts: Facts, report: Report) -> RunPlan:
    """The plan of one run. Raises `RecipeError` where a fact is missing or forbids the recipe."""
    resolved = resolve(member.recipe, facts)
    asked = {leaf.dotted: leaf.value for leaf in leaves(resolved.recipe) if leaf.is_open}
    for path, fact in resolved.missing.items():
        steps = tuple(path.split("."))
        message = f"`{path}: {asked[path]}` cannot be answered: {fact} is not known"
        report.add(place(Diagnostic("R608", message, path=steps), member.document))
    if not resolved.missing:
        _check_facts(resolved, facts, member.document, report)
    report.stop_on_errors()
    return lower(resolved, facts, member.digest, member.secrets)


def _check_facts(resolved: Resolved, facts: Facts, document: Document, report: Report) -> None:
    for holds in answers_of(resolved.recipe).rules:
        if found := holds(resolved, facts):
            report.add(place(found, document))
