"""What must hold between the distributions of a search space and the sampler."""

import math
from collections.abc import Iterator

from pydantic import ValidationError

from recipe.compiler.nodes import Mapping, Node, Path, plain_data
from recipe.compiler.report import Report
from recipe.compiler.space import distributions_in, number_of_values
from recipe.compiler.type_errors import explain_type_error
from recipe.compiler.variation import Axis, Variation
from recipe.schemas.base import ordered_json
from recipe.schemas.diagnostics import Diagnostic, Label
from recipe.schemas.distributions import Distribution
from recipe.schemas.distributions.categorical import CategoricalDistribution
from recipe.schemas.distributions.float_ import FloatDistribution
from recipe.schemas.distributions.int_ import IntDistribution
from recipe.schemas.search import Search

MAX_GRID = 10_000


def search_of(settled: Mapping) -> Search | None:
    """The `search` of a tree, or None where there is none, or where the schema has something against it."""
    node = settled.get("search")
    try:
        return None if node is None else Search.model_validate_json(ordered_json(plain_data(node)))
    except ValidationError:
        return None


def check_search(search: Search, variation: Variation, root: Mapping, report: Report) -> None:
    """Check every distribution of the space, those inside choices too, and the sampler against them."""
    for axis in variation.axes:
        for path, node in distributions_in(axis.node):
            distribution = _parsed(axis, path, node, root, report)
            if distribution is None:
                continue
            for problem in _problems(search, axis, bool(path), distribution, node):
                report.add(problem)
    if search.sampler.word() == "GridSampler" and not report.has_errors:
        _check_grid(search, variation, report)


def _parsed(axis: Axis, path: Path, node: Node, root: Mapping, report: Report) -> Distribution | None:
    """A distribution inside a choice has not been seen by the schema yet."""
    try:
        parsed = Distribution.parse(plain_data(node))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            where = ("search", "space", axis.name, *path, *each["loc"])
            explain_type_error({**each, "loc": where}, plain_data(root), root, report)
        return None
    assert isinstance(parsed, Distribution)
    return parsed


def _problems(
    search: Search, axis: Axis, is_inner: bool, distribution: Distribution, node: Mapping
) -> Iterator[Diagnostic]:
    labels = (Label(node.span),)
    if isinstance(distribution, CategoricalDistribution):
        yield from _choice_problems(search, distribution, labels)
        return
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    if reason := _empty(distribution):
        yield Diagnostic("R706", f"the distribution of `{axis.name}` {reason}", labels)
    elif distribution.low == distribution.high:
        yield Diagnostic("R703", f"`{axis.name}` can only be {distribution.low:g}", labels)
    if search.sampler.word() != "GridSampler":
        return
    if is_inner:
        message = "a grid has no place for a distribution inside a choice"
        yield Diagnostic("R708", message, labels, ("write the values out as choices",))
    elif distribution.log or not distribution.step:
        message = f"a grid needs finitely many values, but `{axis.name}` has a range"
        yield Diagnostic("R708", message, labels, ("give it a `step` (and no `log`), or write `choices`",))


def _choice_problems(
    search: Search, distribution: CategoricalDistribution, labels: tuple[Label, ...]
) -> Iterator[Diagnostic]:
    if search.sampler.word() == "CmaEsSampler":
        help_ = ("use `TPESampler`, or take the choice out of the space",)
        yield Diagnostic("R707", "CmaEsSampler draws numbers only, and this is a choice", labels, help_)
    choices = distribution.choices
    if any(choice in choices[:index] for index, choice in enumerate(choices)):
        yield Diagnostic("R702", "a choice stands twice", labels, ("remove one",))
    elif len(choices) == 1:
        yield Diagnostic("R703", "a choice of one varies nothing", labels)


def _empty(distribution: FloatDistribution | IntDistribution) -> str:
    """Why no value can be drawn; empty where one can."""
    if distribution.low > distribution.high:
        return f"has its low bound {distribution.low:g} above its high bound {distribution.high:g}"
    if distribution.log and distribution.low <= 0:
        return f"is logarithmic, and its low bound {distribution.low:g} has no logarithm"
    if distribution.log and distribution.step not in (None, 1):
        return "has `log` and `step`: they exclude each other"
    return ""


def _check_grid(search: Search, variation: Variation, report: Report) -> None:
    size = math.prod(_count(distribution) for distribution in search.space.values())
    if size > MAX_GRID:
        labels = tuple(Label(axis.node.span) for axis in variation.axes[:4])
        message = f"the grid has {size:,} points; at most {MAX_GRID:,} are allowed"
        report.add(Diagnostic("R704", message, labels, ("use `TPESampler`, or larger steps",)))


def _count(distribution: Distribution) -> int:
    if isinstance(distribution, CategoricalDistribution):
        return len(distribution.choices)
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    return number_of_values(distribution.low, distribution.high, distribution.step or 1)
