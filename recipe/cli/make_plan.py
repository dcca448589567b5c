"""From a checked recipe to its plan, with facts gathered on this machine."""

from pathlib import Path

from recipe.cli.facts import gather_facts
from recipe.compiler.compile import Checked
from recipe.compiler.plan import plan_member
from recipe.compiler.report import Report
from recipe.schemas.base import FrozenDict
from recipe.schemas.plan import MatrixMember, MatrixPlan, Plan, SearchPlan


def make_plan(checked: Checked, runs_root: Path, report: Report) -> Plan:
    """The plan of everything the recipe stands for. Raises `RecipeError`."""
    plans = [plan_member(member, gather_facts(member, runs_root), report) for member in checked.members]
    if checked.recipe.matrix:
        named = zip(checked.members, plans, strict=True)
        members = tuple(MatrixMember(values=FrozenDict(member.values), plan=plan) for member, plan in named)
        return MatrixPlan(name=checked.recipe.name, digest=checked.digest, members=members)
    (plan,) = plans
    return SearchPlan(base=plan) if checked.recipe.search else plan
