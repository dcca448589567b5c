"""The recipe is checked like any other; what it may not say is taken out again and told."""

from collections.abc import Iterator
from typing import Any

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.importing.draft import Draft
from recipe.compiler.importing.search import PROFILE, SEARCH
from recipe.compiler.importing.values import refuse
from recipe.compiler.importing.yaml_text import yaml_text
from recipe.compiler.nodes import Mapping, Node, Path, Sequence
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import Diagnostic, RecipeError

_ROUNDS = 20
_REQUIRED: tuple[Path, ...] = (("recipe",), ("name",), ("task",), ("model",), ("data",))


def settle(draft: Draft, target: str, file: str) -> None:
    """Take out of the draft what a recipe cannot say. Raises `RecipeError` (R006) where that has no end."""
    for _ in range(_ROUNDS):
        profiles = draft.tree["profiles"]
        found = _problems(draft, target, ()) or (_problems(draft, target, (PROFILE,)) if profiles else [])
        if not found:
            return
        _take_out(found, draft, file)
    refuse("it has more mistakes than can be told", file=file)


def _problems(draft: Draft, target: str, profiles: tuple[str, ...]) -> list[tuple[Path, Diagnostic]]:
    """Each error of the recipe, with the place in it that is to blame."""
    report = Report()
    report.unsaved[target] = yaml_text(draft.tree, {}, []).encode("utf-8")
    try:
        check_recipe(Request(target, profiles), report)
    except RecipeError as error:
        errors = [problem for problem in error.diagnostics if problem.severity == "error"]
        return [(_blamed(problem, draft, report), problem) for problem in errors]
    return []


def _blamed(problem: Diagnostic, draft: Draft, report: Report) -> Path:
    """The part of the recipe that an error is about: of a transform, a schedule or a distribution all of it."""
    label = problem.labels[0] if problem.labels else None
    path = tuple(_path_at(report.loaded, label.span.start)) if label and report.loaded else ()
    if not path:
        path = problem.path or ()
    if path[:1] == ("augment",):
        return path[:3]
    if path[: len(SEARCH)] == SEARCH:
        return path[: len(SEARCH) + 2] if path[len(SEARCH) : len(SEARCH) + 1] == ("space",) else path[: len(SEARCH) + 1]
    if path[:1] == ("scheduler",) and problem.code != "R402":
        return path[:1]
    while path and not _is_there(draft.tree, path):
        path = path[:-1]
    return path


def _path_at(node: Node, offset: int) -> Iterator[Any]:
    """The steps to what is written at an offset."""
    if isinstance(node, Mapping):
        for key, entry in node.entries.items():
            if entry.key_span.start <= offset < max(entry.node.span.end, entry.key_span.end):
                yield key
                yield from _path_at(entry.node, offset)
                return
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            if item.span.start <= offset < item.span.end:
                yield index
                yield from _path_at(item, offset)
                return


def _is_there(tree: Any, path: Path) -> bool:
    for step in path:
        if not isinstance(tree, dict) or step not in tree:
            return False
        tree = tree[step]
    return True


def _take_out(found: list[tuple[Path, Diagnostic]], draft: Draft, file: str) -> None:
    """Take out each place once, the last of a list first."""
    reasons: dict[Path, Diagnostic] = {}
    for path, problem in found:
        reasons.setdefault(path, problem)
    for path in sorted(reasons, key=lambda path: [str(step).zfill(6) for step in path], reverse=True):
        problem = reasons[path]
        if not path or path in _REQUIRED:
            refuse(f"no recipe can be made of it: {problem.message}", *problem.help, file=file)
        for old, span in list(draft.drop(path)) or [(".".join(map(str, path)), None)]:
            draft.miss(f"`{old}` is not translated: {problem.message}", span, *problem.help)
    _drop_empty(draft)


def _drop_empty(draft: Draft) -> None:
    """A search without a space is none."""
    search = draft.get(SEARCH)
    if search is not None and not search.get("space"):
        for old, span in list(draft.drop(SEARCH)):
            draft.miss(f"`{old}` is not translated: nothing is left to search", span)
        draft.tree["profiles"] = {}
        draft.notes[:] = [note for note in draft.notes if "--profile" not in note]
