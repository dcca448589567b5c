"""pydantic's errors in words that help. The one seam where its exceptions are translated."""

from typing import Any

from recipe.compiler.nodes import Entry, Mapping, Node, Path, Scalar, Sequence, locate
from recipe.compiler.place import labels_of
from recipe.compiler.report import Report
from recipe.schemas.base import AUTO
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import Component
from recipe.schemas.diagnostics import Diagnostic, Label, Span, did_you_mean
from recipe.schemas.recipe import Recipe
from recipe.schemas.walk import Place, place_at

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "component_type": "a map with the key `type`, or a single word",
}
_BOUND = {
    "greater_than": "above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "below {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_long": "at most {max_length} characters long",
    "too_short": "a list of at least {min_length} items",
    "too_long": "a list of at most {max_length} items",
    "string_pattern_mismatch": "text that fits the pattern `{pattern}`",
}
_YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def explain_type_error(error: Any, data: Any, root: Mapping, report: Report) -> None:
    """Report one pydantic error at the node it is about, unless that has been reported already."""
    path: Path = error["loc"]
    if report.is_poisoned(path):
        return
    node, entry, missing = locate(root, path)
    if node.span in report.bad_spans:
        return
    place = place_at(Recipe, data, path)
    kind = error["type"]
    if kind == "extra_forbidden":
        report.add(_unknown_key(path, entry, node, data))
    elif kind in ("missing", "missing_tag"):
        report.add(_missing_key(path, error, node, entry))
    elif kind == "unknown_word":
        report.add(_unknown_word(path, error, node))
    elif not missing:
        report.add(_bad_value(path, error, node, place))
    else:
        report.add(Diagnostic("R404", f"{_name(path)}: {error['msg']}", labels_of(node), path=path))


def _unknown_key(path: Path, entry: Entry | None, node: Node, data: Any) -> Diagnostic:
    section = place_at(Recipe, data, path[:-1]).section
    known = list(section.model_fields) if section else []
    owner = section.word() if section is not None and issubclass(section, Component) else None
    where = f"`{'.'.join(map(str, path[:-1]))}`" if path[:-1] else f"a {owner} recipe"
    where += f" ({owner})" if owner and path[:-1] else ""
    help_ = (f"its keys are {', '.join(f'`{key}`' for key in known)}",) if known else (f"{where} has no keys",)
    span = entry.key_span if entry else node.span
    guesses = did_you_mean(str(path[-1]), known)
    message = f"`{path[-1]}` is not a key of {where}"
    return Diagnostic("R402", message, (Label(span),), () if guesses else help_, guesses, path=path)


def _missing_key(path: Path, error: Any, node: Node, entry: Entry | None) -> Diagnostic:
    if error["type"] == "missing_tag":
        tag, kind = error["ctx"]["tag"], error["ctx"]["kind"]
        path, help_ = (*path, tag), f"known here: {_listed(CATALOGUE.words(kind))}"
    else:
        help_ = f"add `{path[-1]}: …`"
    span = entry.key_span if entry else Span(node.span.source, node.span.start, node.span.start)
    return Diagnostic("R403", f"{_name(path)} is missing", (Label(span),), (help_,), path=path)


def _unknown_word(path: Path, error: Any, node: Node) -> Diagnostic:
    tag, kind = error["ctx"]["tag"], error["ctx"]["kind"]
    tagged = node.get(tag) if isinstance(node, Mapping) else node
    words = CATALOGUE.words(kind)
    said = tagged.text if isinstance(tagged, Scalar) else ""
    labels = labels_of(tagged or node)
    message = (
        f"there is no {kind} `{said}`"
        if said
        else f"`{tag}` must be the name of a {kind}, but is {_said(tagged or node)}"
    )
    guesses = did_you_mean(said, words)
    return Diagnostic("R401", message, labels, () if guesses else (f"known: {_listed(words)}",), guesses, path=path)


def _bad_value(path: Path, error: Any, node: Node, place: Place) -> Diagnostic:
    kind, context = error["type"], error.get("ctx", {})
    name, labels = _name(path), labels_of(node)
    if kind == "literal_error":
        choices = _choices(context["expected"]) + ((AUTO,) if _takes_auto(place) else ())
        message = f"{name} must be one of {_listed(choices)}, but is {_said(node)}"
        said = node.text if isinstance(node, Scalar) else ""
        return Diagnostic("R406", message, labels, (), did_you_mean(said, choices), path=path)
    if kind in _BOUND:
        return Diagnostic(
            "R405", f"{name} must be {_BOUND[kind].format(**context)}, but is {_said(node)}", labels, path=path
        )
    if kind in _EXPECTED:
        expected = _EXPECTED[kind] + (" or `auto`" if _takes_auto(place) else "")
        return Diagnostic(
            "R404", f"{name} must be {expected}, but is {_said(node)}", labels, _type_help(kind, node), path=path
        )
    return Diagnostic("R404", f"{name}: {error['msg']}", labels, path=path)


def _type_help(kind: str, node: Node) -> tuple[str, ...]:
    if not isinstance(node, Scalar):
        return ()
    if kind == "bool_type" and str(node.value).lower() in _YES_NO:
        return (f"write `{_YES_NO[str(node.value).lower()]}`",)
    if kind == "string_type" and node.value is not None:
        return (f'quote it: "{node.text}"',)
    if kind.startswith("int") and isinstance(node.value, float) and node.value.is_integer():
        return (f"write `{int(node.value)}`",)
    if not node.plain and kind in ("int_type", "float_type", "bool_type"):
        return ("leave out the quotes",) if _is_number(node.text) else ()
    return ()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _name(path: Path) -> str:
    return f"`{'.'.join(map(str, path))}`" if path else "the recipe"


def _said(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a map"
    if isinstance(node, Sequence):
        return "a list"
    if node.is_secret:
        return "the value of an environment variable"
    if node.value is None:
        return "empty"
    shown = node.text if len(node.text) <= 40 else node.text[:37] + "…"
    return f'the text "{shown}"' if isinstance(node.value, str) else f"`{shown}`"


def _takes_auto(place: Place) -> bool:
    return place.field is not None and any(type(mark).__name__ == "_AllowAuto" for mark in place.field.metadata)


def _choices(expected: str) -> tuple[str, ...]:
    return tuple(word.strip("'") for word in expected.replace(" or ", ", ").split(", "))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
