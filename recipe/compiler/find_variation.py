"""Find what a recipe varies, and tell which paths of `matrix` and `search.space` lead to nothing that can vary."""

from typing import Literal

from recipe.compiler.nodes import Mapping, Node, Path, Scalar, Sequence, plain_data, step_of
from recipe.compiler.put import NoSuchItem, put
from recipe.compiler.report import Report
from recipe.compiler.space import corners, is_distribution
from recipe.compiler.suggest import suggest_setting
from recipe.compiler.variation import Axis, Variation
from recipe.schemas.diagnostics import Diagnostic, Label, Span, did_you_mean
from recipe.schemas.recipe import Recipe
from recipe.schemas.walk import place_at, takes_component

_STRUCTURE = ("recipe", "name", "description", "task", "matrix", "search", "gates", "profiles", "extends")


def find_variation(written: Mapping, settled: Mapping, report: Report) -> Variation | None:
    """What a recipe varies, or None. `settled` is the tree with its references followed.

    A matrix lays its values on the recipe as they are written, so that their references see the other values of
    the run; a distribution needs its bounds at once. What cannot be varied goes to the report and is left out.
    """
    matrix, search = written.get("matrix"), settled.get("search")
    space = search.get("space") if isinstance(search, Mapping) else None
    if isinstance(matrix, Mapping) and matrix.entries and search is not None and _key_span(written, "search"):
        labels = (Label(_key_span(written, "search")), Label(_key_span(written, "matrix")))
        message = "a recipe has a `matrix` or a `search`, not both"
        report.add(Diagnostic("R709", message, labels, ("put a list of values into the space as `categorical`",)))
        return None
    if isinstance(space, Mapping):
        axes = [Axis(key, entry.key_span, entry.node, corners(entry.node)) for key, entry in space.entries.items()]
        return _usable("search", [axis for axis in axes if is_distribution(axis.node)], written, report)
    if isinstance(matrix, Mapping):
        axes = [Axis(key, entry.key_span, *_listed(key, entry.node, settled)) for key, entry in matrix.entries.items()]
        return _usable("matrix", axes, written, report)
    return None


def _key_span(root: Mapping, key: str) -> Span:
    return root.entries[key].key_span


def _listed(key: str, node: Node, settled: Mapping) -> tuple[Node, tuple[Node, ...]]:
    """The list under a key of the matrix, where need be the one that its reference leads to."""
    if isinstance(node, Scalar):
        matrix = settled.get("matrix")
        node = (matrix.get(key) if isinstance(matrix, Mapping) else None) or node
    return node, node.items if isinstance(node, Sequence) else ()


def _usable(
    section: Literal["matrix", "search"], axes: list[Axis], written: Mapping, report: Report
) -> Variation | None:
    data = plain_data(written)
    usable = []
    for axis in axes:
        if found := _unknown_path(axis, section, written, data):
            report.add(found)
        elif axis.values:  # an empty list, or a distribution without bounds, is told by the schema
            usable.append(axis)
    return Variation(section, tuple(usable)) if usable else None


def _unknown_path(axis: Axis, section: str, written: Mapping, data: object) -> Diagnostic | None:
    """Why a path leads to nothing that can vary; None where it may, or where something else is wrong with it."""
    label = Label(axis.key_span)
    if section == "search" and axis.name == "train.epochs":
        return Diagnostic("R701", "a search does not vary `train.epochs`", (label,), ("`search.epochs` sets them",))
    if not axis.steps or axis.name.split(".")[0] in _STRUCTURE or ".." in f".{axis.name}.":
        return Diagnostic("R701", f"`{axis.name}` cannot be varied by `{section}`", (label,))
    steps = tuple(step_of(step) for step, _ in axis.steps)
    if steps[0] == "vars":
        variables = written.get("vars")
        known = list(variables.entries) if isinstance(variables, Mapping) else []
        is_known = len(steps) > 1 and steps[1] in known
        return None if is_known else _no_setting(axis, "vars", 1, known)
    try:
        put(written, axis.steps, axis.node)
    except NoSuchItem as error:
        return _no_setting(axis, "", axis.steps.index(error.step), [])
    return _not_in_schema(axis, steps, data)


def _not_in_schema(axis: Axis, steps: Path, data: object) -> Diagnostic | None:
    for depth in range(len(steps)):
        if place_at(Recipe, data, steps[: depth + 1]).field is not None:
            continue
        above = place_at(Recipe, data, steps[:depth])
        if above.section is None and (not depth or takes_component(above.field)):
            return None  # a component whose word is missing or unknown: its keys are not known
        if found := suggest_setting(steps, data):
            return _told(axis, found.help, found.candidates)
        known = list(above.section.model_fields) if above.section else []
        return _no_setting(axis, ".".join(map(str, steps[:depth])), depth, known)
    return None


def _no_setting(axis: Axis, prefix: str, depth: int, known: list[str]) -> Diagnostic:
    names = [step for step, _ in axis.steps]
    guesses = did_you_mean(names[depth], known) if depth < len(names) else ()
    candidates = tuple(".".join([*names[:depth], guess, *names[depth + 1 :]]) for guess in guesses)
    help_ = (f"the keys of `{prefix}` are {', '.join(f'`{key}`' for key in known)}",) if known and prefix else ()
    return _told(axis, () if candidates else help_, candidates)


def _told(axis: Axis, help_: tuple[str, ...], candidates: tuple[str, ...]) -> Diagnostic:
    message = f"`{axis.name}` names no setting of this recipe"
    return Diagnostic("R701", message, (Label(axis.key_span),), help_, candidates)
