"""pydantic's errors in words that help. The one seam where its exceptions are translated."""

from typing import Any

from recipe.compiler import fixes
from recipe.compiler.nodes import Entry, Mapping, Node, Path, Scalar, Sequence, locate
from recipe.compiler.place import labels_of
from recipe.compiler.report import Report
from recipe.compiler.suggest import TOP_LEVEL, Suggestion, suggest_choice, suggest_key, suggest_word
from recipe.schemas.base import AUTO, Section
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.component import Component
from recipe.schemas.diagnostics import Diagnostic, Fix, Label, Span
from recipe.schemas.foreign_names import TAGS
from recipe.schemas.recipe import Recipe
from recipe.schemas.spelling import nearest
from recipe.schemas.walk import MAX_LOOKED_AT, Place, place_at

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
_UNQUOTED: dict[str, tuple[type, ...]] = {"int_type": (int,), "float_type": (int, float), "bool_type": (bool,)}
_MOST_CHOICES = 12
"""More words than these are in the reference, and would hide what is wrong."""
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
        report.add(_unknown_key(path, data, root, report))
    elif kind == "missing_tag":
        if not report.is_partial:
            report.add(_missing_tag(path, error, node, entry, report))
    elif kind == "missing":
        if not report.is_partial and not _is_misspelt(path, root, data):
            report.add(_missing_key(path, f"add `{path[-1]}: …`", node, entry))
    elif kind == "unknown_word":
        report.add(_unknown_word(path, error, node, report))
    elif not missing:
        report.add(_bad_value(path, error, node, place, report))
    else:
        report.add(Diagnostic("R404", f"{_name(path)}: {error['msg']}", labels_of(node), path=path))


def _unknown_key(path: Path, data: Any, root: Mapping, report: Report) -> Diagnostic:
    parent, _, _ = locate(root, path[:-1])
    node, entry, _ = locate(root, path)
    section = place_at(Recipe, data, path[:-1]).section
    found = Suggestion() if section is None else suggest_key(path, section, data)
    mended: tuple[Fix, ...] = ()
    if found.rename and entry and not fixes.has_key(parent, found.rename):
        report.poison((*path[:-1], found.rename))  # its default is not what was meant
        mended = fixes.rename_key(entry, str(path[-1]), found.rename, report, safe=found.is_certain)
    labels = (Label(entry.key_span if entry else node.span), *_type_elsewhere(section, parent, entry))
    help_ = found.help if found.candidates else (*found.help, _keys_of(path, section))
    message = f"`{path[-1]}` is not a key of {_section_name(path[:-1], section)}"
    return Diagnostic("R402", message, labels, help_, found.candidates, path=path, fixes=mended)


def _section_name(path: Path, section: type[Section] | None) -> str:
    owner = section.word() if section is not None and issubclass(section, Component) else None
    return f"{_name(path)}{f' ({owner})' if owner else ''}" if path else f"a {owner} recipe"


def _keys_of(path: Path, section: type[Section] | None) -> str:
    """The keys that there are instead of an unknown one."""
    known = [*(section.model_fields if section else ()), *(TOP_LEVEL if len(path) == 1 else ())]
    return f"its keys are {_listed(tuple(known))}" if known else f"{_section_name(path[:-1], section)} has no keys"


def _type_elsewhere(section: type[Section] | None, parent: Node, entry: Entry | None) -> tuple[Label, ...]:
    """Where the type was said that the keys are judged by, if another layer said it."""
    if section is None or not issubclass(section, Component) or not isinstance(parent, Mapping) or entry is None:
        return ()
    tag = parent.get(section.tag)
    if tag is None or not tag.origins or tag.origins[0][0] == entry.node.origins[0][0]:
        return ()
    return (Label(tag.span, f"the {section.tag} is said here"),)


def _missing_key(path: Path, help_: str, node: Node, entry: Entry | None) -> Diagnostic:
    span = entry.key_span if entry else Span(node.span.source, node.span.start, node.span.start)
    return Diagnostic("R403", f"{_name(path)} is missing", (Label(span),), (help_,), path=path)


def _is_misspelt(path: Path, root: Mapping, data: Any) -> bool:
    """Whether a missing key stands there under another name, which is told as an unknown key."""
    parent, _, missing = locate(root, path[:-1])
    section = place_at(Recipe, data, path[:-1]).section
    if missing or section is None or not isinstance(parent, Mapping):
        return False
    unknown = [key for key in parent.entries if key not in section.model_fields][:MAX_LOOKED_AT]
    return any(suggest_key((*path[:-1], key), section, data).rename == path[-1] for key in unknown)


def _missing_tag(path: Path, error: Any, node: Node, entry: Entry | None, report: Report) -> Diagnostic:
    """A component without `type`; or the key that was meant to be it."""
    tag, words = error["ctx"]["tag"], CATALOGUE.words(error["ctx"]["kind"])
    entries = list(node.entries.items())[:MAX_LOOKED_AT] if isinstance(node, Mapping) else []
    for key, said in entries:
        word = said.node.text if isinstance(said.node, Scalar) else ""
        is_foreign = key in TAGS and bool(path) and word.rpartition(".")[2] in words
        if key != tag and (is_foreign or nearest(key, [tag])):
            mended = fixes.rename_key(said, key, tag, report, safe=word in words)
            message = f"`{key}` is not a key of {_name(path)}"
            return Diagnostic("R402", message, (Label(said.key_span),), (), (tag,), path=(*path, key), fixes=mended)
    return _missing_key((*path, tag), f"known here: {_listed(words)}", node, entry)


def _unknown_word(path: Path, error: Any, node: Node, report: Report) -> Diagnostic:
    tag, kind = error["ctx"]["tag"], error["ctx"]["kind"]
    tagged = (node.get(tag) if isinstance(node, Mapping) else None) or node
    labels = labels_of(tagged)
    if not isinstance(tagged, Scalar) or tagged.is_secret or not tagged.text:
        message = f"`{tag}` must be the name of a {kind}, but is {_said(tagged)}"
        return Diagnostic("R401", message, labels, (f"known: {_listed(CATALOGUE.words(kind))}",), path=path)
    found = suggest_word(kind, tagged.text)
    help_ = found.help if found.candidates else (*found.help, f"known: {_listed(CATALOGUE.words(kind))}")
    message = f"there is no {kind} `{tagged.text}`"
    mended = _replacement(tagged, found, report)
    return Diagnostic("R401", message, labels, help_, found.candidates, path=path, fixes=mended)


def _replacement(node: Node, found: Suggestion, report: Report) -> tuple[Fix, ...]:
    return fixes.rewrite(node, found.rename, report, safe=found.is_certain) if found.rename else ()


def _bad_value(path: Path, error: Any, node: Node, place: Place, report: Report) -> Diagnostic:
    kind, context = error["type"], error.get("ctx", {})
    name, labels = _name(path), labels_of(node)
    if kind == "literal_error":
        return _not_a_choice(path, context["expected"], node, place, report)
    if kind in _BOUND:
        return Diagnostic(
            "R405", f"{name} must be {_BOUND[kind].format(**context)}, but is {_said(node)}", labels, path=path
        )
    if kind in _EXPECTED:
        message = f"{name} must be {_EXPECTED[kind]}{' or `auto`' if _takes_auto(place) else ''}, but is {_said(node)}"
        help_, mended = _of_right_type(kind, node, report) if isinstance(node, Scalar) else ((), ())
        return Diagnostic("R404", message, labels, help_, path=path, fixes=mended)
    return Diagnostic("R404", f"{name}: {error['msg']}", labels, path=path)


def _not_a_choice(path: Path, expected: str, node: Node, place: Place, report: Report) -> Diagnostic:
    choices = _choices(expected) + ((AUTO,) if _takes_auto(place) else ())
    shown = f"one of {_listed(choices)}" if len(choices) <= _MOST_CHOICES else f"one of {len(choices)} words"
    message = f"{_name(path)} must be {shown}, but is {_said(node)}"
    found = suggest_choice(node.text, choices) if isinstance(node, Scalar) and not node.is_secret else Suggestion()
    mended = _replacement(node, found, report)
    return Diagnostic("R406", message, labels_of(node), (), found.candidates, path=path, fixes=mended)


def _of_right_type(kind: str, node: Scalar, report: Report) -> tuple[tuple[str, ...], tuple[Fix, ...]]:
    """How to say a value in the type that is wanted: in words, and as a fix."""
    word = _YES_NO.get(str(node.value).lower()) if isinstance(node.value, str) else None
    if kind == "bool_type" and word:
        return (f"write `{word}`",), fixes.rewrite(node, word, report, safe=True)
    if kind == "string_type" and node.value is not None:
        return (f'quote it: "{node.text}"',), fixes.quote(node, report)
    if kind.startswith("int") and isinstance(node.value, float) and node.value.is_integer():
        return (f"write `{int(node.value)}`",), fixes.rewrite(node, str(int(node.value)), report, safe=True)
    mended = fixes.unquote(node, _UNQUOTED[kind], report) if kind in _UNQUOTED else ()
    return (("leave out the quotes",) if mended else ()), mended


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
