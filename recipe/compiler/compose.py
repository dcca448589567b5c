"""Pass 3: several layers become one tree. `extends` < file < profile < `--set`; maps merge, all else is replaced."""

import os

from recipe.compiler.merge import merge
from recipe.compiler.nodes import Mapping, Node, Path, Scalar, Sequence, with_layer
from recipe.compiler.parse import parse
from recipe.compiler.read import read
from recipe.compiler.report import Report
from recipe.compiler.sets import apply_set
from recipe.compiler.shipped import SUFFIXES, shipped_recipes
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Span, did_you_mean

MAX_FILES = 100
"""A recipe that extends another twice, which extends another twice … would be read for ever."""


def compose(file: str, profiles: tuple[str, ...], sets: tuple[str, ...], report: Report) -> Mapping:
    """The tree of a recipe file with what it extends, the chosen profiles and the `--set` values.

    Raises `RecipeError` where a file cannot be understood at all; other problems go to the report.
    """
    root = report.loaded = report.loaded or _load(file, report, ())
    _check_maps(root, report)
    for name in profiles:
        root = _with_profile(root, name, report)
    for text in sets:
        root = apply_set(root, text, report)
    return root.without("extends", "profiles")


def _check_maps(root: Mapping, report: Report) -> None:
    """`vars`, `profiles` and each profile are maps; the schema does not see them any more."""
    profiles = root.get("profiles")
    nodes: list[tuple[Path, Node | None]] = [(("vars",), root.get("vars")), (("profiles",), profiles)]
    if isinstance(profiles, Mapping):
        nodes += [(("profiles", name), entry.node) for name, entry in profiles.entries.items()]
    for path, node in nodes:
        if node is not None and not isinstance(node, Mapping):
            message = f"`{'.'.join(map(str, path))}` must be a map"
            report.add(Diagnostic("R404", message, (Label(node.span),), path=path))


def profile_names(report: Report) -> tuple[str, ...]:
    """The profiles of the recipe that has been read, and of what it extends."""
    profiles = report.loaded.get("profiles") if report.loaded else None
    return tuple(profiles.entries) if isinstance(profiles, Mapping) else ()


def _load(file: str, report: Report, chain: tuple[str, ...], cited: Span | None = None) -> Mapping:
    """A file with everything it extends below it; `chain` holds the files that led here, `cited` the last step."""
    own = parse(read(file, report, cited), "extends" if chain else "file", report)
    base: Node | None = None
    for entry in _extended(own, report):
        parent = _file_of(entry, report)
        loaded = _load_parent(parent, entry, report, (*chain, os.path.realpath(file))) if parent else None
        report.is_partial |= loaded is None
        base = loaded if base is None or loaded is None else merge(base, loaded)
    merged = own if base is None else merge(base, own)
    assert isinstance(merged, Mapping)
    return merged


def _extended(own: Mapping, report: Report) -> list[Scalar]:
    """The paths that a file extends, in order."""
    node = own.get("extends")
    items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    found = []
    for item in items:
        if isinstance(item, Scalar) and isinstance(item.value, str):
            found.append(item)
        else:
            report.add(Diagnostic("R301", "`extends` is a list of paths", (Label(item.span),), path=("extends",)))
    return found


def _file_of(cited: Scalar, report: Report) -> str | None:
    """The file that an entry of `extends` means: a path, relative to the file that says it, or a shipped recipe."""
    said = str(cited.value)
    if said.endswith(SUFFIXES):
        return _from_here(os.path.join(cited.origins[0].base_dir, os.path.expanduser(said)))  # noqa: PTH111, PTH118
    shipped = shipped_recipes()
    if said not in shipped:
        help_ = (f"shipped: {', '.join(shipped)}", "a file of your own is named with its suffix, `.yaml`")
        message = f"no recipe `{said}` is shipped"
        report.add(Diagnostic("R301", message, (Label(cited.span),), help_, did_you_mean(said, shipped)))
    return shipped.get(said)


def _from_here(path: str) -> str:
    """A path as messages name it: relative to the working directory where it lies below."""
    relative = os.path.relpath(path)
    return os.path.normpath(path) if relative.startswith(os.pardir) else relative


def _load_parent(parent: str, cited: Scalar, report: Report, chain: tuple[str, ...]) -> Mapping | None:
    if report.num_sources >= MAX_FILES:
        message = f"a recipe is made of at most {MAX_FILES} files"
        raise RecipeError(Diagnostic("R301", message, (Label(cited.span),)))
    if os.path.realpath(parent) in chain:
        message = f"`{cited.value}` extends a recipe that leads back to it"
        report.add(Diagnostic("R302", message, (Label(cited.span),)))
        return None
    try:
        return _load(parent, report, chain, cited.span)
    except RecipeError as error:
        for problem in error.diagnostics:
            is_unread = problem.code in ("R002", "R003") and not problem.labels
            report.add(_unread(problem, cited) if is_unread else problem)
        return None


def _unread(problem: Diagnostic, cited: Scalar) -> Diagnostic:
    """The problem of a file at the place that names it, its candidates named as the file is there."""
    folder = os.path.dirname(str(cited.value))  # noqa: PTH120
    candidates = tuple(os.path.join(folder, os.path.basename(each)) for each in problem.candidates)  # noqa: PTH118, PTH119
    return Diagnostic("R301", problem.message, (Label(cited.span),), problem.help, candidates)


def _with_profile(root: Mapping, name: str, report: Report) -> Mapping:
    profiles = root.get("profiles")
    known = list(profiles.entries) if isinstance(profiles, Mapping) else []
    profile = profiles.get(name) if isinstance(profiles, Mapping) else None
    if isinstance(profile, Mapping):
        merged = merge(root, with_layer(profile, "profile", name))
        assert isinstance(merged, Mapping)
        return merged
    if profile is not None:
        return root  # reported already
    help_ = (f"its profiles are {', '.join(f'`{word}`' for word in known)}",) if known else ("it has no profiles",)
    asked = report.add_source("--profile", name, ".")
    label = Label(Span(asked.index, 0, len(name)))
    report.add(Diagnostic("R303", f"the recipe has no profile `{name}`", (label,), help_, did_you_mean(name, known)))
    return root
