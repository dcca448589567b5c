"""Pass 7: one recipe becomes the runs it stands for, each of them checked like a recipe of its own."""

import random
from collections.abc import Iterator
from dataclasses import replace

from recipe.compiler.member import Member, Surroundings, check_tree
from recipe.compiler.nodes import Mapping, Origin, Scalar, locate, plain_data, walk_nodes
from recipe.compiler.put import put
from recipe.compiler.report import Report
from recipe.compiler.space import draw
from recipe.compiler.variation import Combination, Variation
from recipe.schemas.diagnostics import Diagnostic, Label, Span
from recipe.schemas.search import Search

MAX_RUNS = 1_000
MAX_NODES = 200_000
"""Of all members of a matrix together; each takes memory and time."""
MAX_CORNERS = 256
NUM_SAMPLES = 32
MAX_POINT_NODES = 100_000


class Expansion:
    """Lays combinations of values on a recipe and checks what comes out; each problem is told once."""

    def __init__(self, written: Mapping, variation: Variation, surroundings: Surroundings, report: Report) -> None:
        self.variation, self.surroundings, self.report = variation, surroundings, report
        self.written, self.bare = written, written.without(variation.section)
        self.where = "in the run"
        self.nodes = sum(1 for _ in walk_nodes(self.bare))
        self.spans = variation.spans()
        self.told = {self._identity(problem) for problem in report.diagnostics}

    def members(self) -> tuple[Member, ...]:
        """The runs of a matrix."""
        if self._is_too_large():
            return ()
        for axis in self.variation.axes:
            if len(axis.values) == 1:
                message = f"`{axis.name}` has one value: it varies nothing"
                self.report.add(Diagnostic("R703", message, (Label(axis.node.span),)))
        checked = ((combination, self._check(combination, self.bare)) for combination in self.variation.combinations())
        members = [(combination, member) for combination, member in checked if member is not None]
        self._tell_repeated(members)
        return tuple(member for _, member in members)

    def try_points(self, search: Search) -> None:
        """Check the corners of a search space and a seeded sample of its points."""
        self.where = f"in a trial of {search.epochs} epochs"
        bare, limit = self._with_epochs_of_trials(search), max(8, MAX_POINT_NODES // self.nodes)
        for point in self._corners(min(limit, MAX_CORNERS)):
            self._check(point, bare)
        dice = random.Random(0)
        for _ in range(0 if self.report.has_errors else min(limit, NUM_SAMPLES)):
            self._check(tuple(draw(axis.node, dice) for axis in self.variation.axes), bare)

    def _is_too_large(self) -> bool:
        total, key = self.variation.total, self.variation.axes[0].key_span
        if total > MAX_RUNS:
            message = f"the matrix stands for {total:,} runs; at most {MAX_RUNS:,} are allowed"
        elif total * self.nodes > MAX_NODES:
            message = f"the matrix stands for {total:,} runs of {self.nodes:,} values each, more than can be handled"
        else:
            return False
        labels = [Label(axis.node.span, f"{len(axis.values):,} values") for axis in self.variation.axes]
        help_ = ("a `search` tries some of many combinations",)
        self.report.add(Diagnostic("R704", message, (Label(key), *labels[:4]), help_))
        return True

    def _check(self, combination: Combination, bare: Mapping) -> Member | None:
        named = zip(self.variation.axes, combination, strict=True)
        values = {axis.name: plain_data(value) for axis, value in named}
        report = Report(self.report.sources)
        member = check_tree(self.variation.lay_on(bare, combination), values, self.surroundings, report)
        for problem in report.sorted():
            problem = blame_value(problem, self.spans)
            if self._identity(problem) in self.told:
                continue
            self.told.add(self._identity(problem))
            said = ", ".join(f"`{name}: {_shown(value)}`" for name, value in list(values.items())[:4])
            self.report.add(replace(problem, help=(*problem.help, f"{self.where} with {said}")))
        return member

    def _identity(self, problem: Diagnostic) -> tuple[object, ...]:
        """Each refused value is told, but what follows from several values only once."""
        return (problem.code, problem.path, problem.labels[0] if problem.code == "R705" else None)

    def _tell_repeated(self, members: list[tuple[Combination, Member]]) -> None:
        first_of: dict[str, tuple[Combination, Member]] = {}
        for combination, member in members:
            earlier, twin = first_of.setdefault(member.digest, (combination, member))
            if twin is member:
                continue
            pairs = [(now, then) for now, then in zip(combination, earlier, strict=True) if now is not then]
            differing = [name for name, value in member.values.items() if value != twin.values[name]]
            why = f"`{differing[0]}` does not change the result" if differing else "a value is listed twice"
            labels = (Label(pairs[0][0].span), Label(pairs[0][1].span, "the same run"))
            self.report.add(Diagnostic("R702", f"two runs of the matrix are the same: {why}", labels))
            return

    def _with_epochs_of_trials(self, search: Search) -> Mapping:
        """Trials train for `search.epochs`."""
        said, entry, _ = locate(self.written, ("search", "epochs"))
        span = said.span if isinstance(said, Scalar) or entry is None else entry.key_span
        node = Scalar(search.epochs, str(search.epochs), span, (Origin("search", span, "."),))
        laid = put(self.bare, [("train", span), ("epochs", span)], node)
        assert isinstance(laid, Mapping)
        return laid

    def _corners(self, limit: int) -> Iterator[Combination]:
        """All combinations of extreme values where they are few; else each extreme value once, and some of them."""
        dice, axes, first = random.Random(0), self.variation.axes, self.variation.first()
        if self.variation.total <= limit:
            yield from self.variation.combinations()
            return
        for index, axis in enumerate(axes):
            yield from ((*first[:index], value, *first[index + 1 :]) for value in axis.values[:limit])
        yield from (tuple(dice.choice(axis.values) for axis in axes) for _ in range(limit))


def blame_values(report: Report, variation: Variation) -> None:
    """Tell the schema's errors at values that `matrix` or `search` would give as theirs."""
    spans = variation.spans()
    report.diagnostics = [blame_value(problem, spans) for problem in report.diagnostics]


def blame_value(problem: Diagnostic, spans: set[Span]) -> Diagnostic:
    """A schema error at a value that `matrix` or `search` would give is told as theirs."""
    is_of_value = bool(problem.labels) and problem.labels[0].span in spans
    is_laid_on = problem.path is not None and problem.path[:1] not in ((), ("matrix",), ("search",))
    if problem.code.startswith("R4") and is_of_value and is_laid_on:
        return replace(problem, code="R705")
    return problem


def _shown(value: object) -> str:
    text = "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
