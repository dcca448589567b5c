"""Corrections of the text, as edits of spans."""

import re

from recipe.compiler.nodes import Entry, Mapping, Node, Scalar
from recipe.compiler.report import Report
from recipe.compiler.scalars import resolve_plain
from recipe.schemas.diagnostics import Edit, Fix, Span

_QUOTES = ("'", '"')
_DECIMAL = re.compile(r"[-+]?[1-9][0-9]*(_[0-9]+)+")


def rename_key(entry: Entry, old: str, new: str, report: Report, *, safe: bool) -> tuple[Fix, ...]:
    """Another name for a key that stands there as such; its quotes are kept."""
    said = text_at(entry.key_span, report)
    quote = said[:1] if said[:1] in _QUOTES else ""
    if said != f"{quote}{old}{quote}":
        return ()
    edit = Edit(entry.key_span, f"{quote}{new}{quote}")
    return (Fix(f"rename `{old}` to `{new}`", (edit,), safe),)


def rewrite(node: Node, new: str, report: Report, *, safe: bool) -> tuple[Fix, ...]:
    """Another text for a value that stands there itself, and is no reference to one."""
    if not isinstance(node, Scalar) or node.is_secret:
        return ()
    said = text_at(node.span, report)
    if said not in (node.text, *(f"{quote}{node.text}{quote}" for quote in _QUOTES)):
        return ()
    return (Fix(f"write `{new}` for `{said}`", (Edit(node.span, new),), safe),)


def quote(node: Scalar, report: Report) -> tuple[Fix, ...]:
    """A number, `true` or `false` that is meant to be text."""
    is_plain_value = node.plain and isinstance(node.value, int | float)
    return rewrite(node, f'"{node.text}"', report, safe=not isinstance(node.value, bool)) if is_plain_value else ()


def unquote(node: Scalar, wanted: tuple[type, ...], report: Report) -> tuple[Fix, ...]:
    """A number, `true` or `false` that stands in quotes."""
    value = resolve_plain(node.text)
    is_wanted = isinstance(value, wanted) and isinstance(value, bool) == (bool in wanted)
    return rewrite(node, node.text, report, safe=True) if not node.plain and is_wanted else ()


def write_decimal(span: Span, text: str) -> tuple[Fix, ...]:
    """`1000` for `1_000`; for `017`, which is 15 to some readers, both numbers are offered."""
    if _DECIMAL.fullmatch(text):
        number = text.replace("_", "")
        return (Fix(f"write `{number}` for `{text}`", (Edit(span, number),), safe=True),)
    readings = dict.fromkeys(reading for base in (0, 8, 10) if (reading := _number(text, base)) is not None)
    return tuple(Fix(f"write `{value}` for `{text}`", (Edit(span, str(value)),), safe=False) for value in readings)


def drop_repeated(key_span: Span, node: Node, first: Node, text: str) -> tuple[Fix, ...]:
    """Take out a key that says the same a second time, where nothing else stands on its lines."""
    is_same = text[node.span.start : node.span.end] == text[first.span.start : first.span.end]
    is_alias = node.span.start < key_span.end
    if is_alias or not is_same or "\n" in text[key_span.start : node.span.end]:
        return ()
    begin = text.rfind("\n", 0, key_span.start) + 1
    end = text.find("\n", node.span.end)
    end = len(text) if end < 0 else end + 1
    if text[begin : key_span.start].strip(" ") or text[node.span.end : end].strip(" \n"):
        return ()
    return (Fix("take out what is said twice", (Edit(Span(key_span.source, begin, end), ""),), safe=True),)


def has_key(parent: Node, key: str) -> bool:
    """Whether a map says a key already."""
    return isinstance(parent, Mapping) and key in parent.entries


def text_at(span: Span, report: Report) -> str:
    """What is written at a place."""
    return report.sources[span.source].text[span.start : span.end]


def _number(text: str, base: int) -> int | None:
    try:
        return int(text, base)
    except ValueError:
        return None
