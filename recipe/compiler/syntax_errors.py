"""libyaml's syntax errors in words that help. The one seam where ruamel's exceptions are translated."""

import re
from typing import Any

from recipe.compiler.invisible import find_invisible
from recipe.schemas.diagnostics import Diagnostic, Label, Source, Span

_FRIENDLY = (
    ("cannot start any token", "this character cannot begin a value", "quote the value: `'…'`"),
    (
        "mapping values are not allowed",
        "a `:` does not belong here",
        "quote a value that holds `: `, or check the indentation",
    ),
    ("found unexpected end of stream", "a quote or bracket is never closed", "close it"),
    ("did not find expected ',' or", "a bracket is not closed, or a comma is missing", "check the `[…]` or `{…}`"),
    (
        "did not find expected key",
        "the indentation does not fit the lines above",
        "keys of one map begin in one column",
    ),
    ("could not find expected ':'", "a key without `:` and value", "write `key: value`"),
    ("found undefined tag handle", "tags are not part of the language", "remove the `!…`"),
    (
        "found unknown escape character",
        "unknown escape in a double-quoted text",
        "use single quotes, or `\\\\` for a backslash",
    ),
    (
        "invalid Unicode character escape",
        "an escape that stands for no character",
        "write the character itself",
    ),
    ("did not find expected '-' indicator", "a list item without `-`", "items of one list begin in one column"),
)

_COVERED = re.compile(r"""'[^'\n]*'|"[^"\n]*"|(?<!\S)#.*""")
"""Quoted text and comments, where every character is welcome."""


def explain_syntax_error(error: Any, source: Source, offset: int) -> Diagnostic:
    """A diagnostic for an error that libyaml raised while reading `source` from `offset` on."""
    mark = getattr(error, "problem_mark", None)
    at = len(source.text) if mark is None else min(mark.index + offset, len(source.text))
    problem = getattr(error, "problem", None) or str(error)
    label = Label(Span(source.index, at, min(at + 1, len(source.text))), "")
    labels = [label]
    context = getattr(error, "context_mark", None)
    if context is not None and context.index + offset < at:
        begin = context.index + offset
        labels.append(Label(Span(source.index, begin, begin + 1), getattr(error, "context", "") or ""))
    if found := _invisible_near(source, at):
        return Diagnostic("R104", f"here stands {found[1]}", (Label(found[0]),), ("type it again",))
    if source.text[at : at + 1] == "\t":
        return Diagnostic("R104", "tabs cannot indent", tuple(labels[:1]), ("use spaces",))
    for pattern, message, help_ in _FRIENDLY:
        if pattern in problem:
            return Diagnostic("R104", message, tuple(labels), (help_,))
    return Diagnostic("R104", problem, tuple(labels))


def _invisible_near(source: Source, at: int) -> tuple[Span, str] | None:
    """A character in the line of the error, or in the one above it, that only looks like what belongs there."""
    text = source.text
    start = text.rfind("\n", 0, max(text.rfind("\n", 0, at), 0)) + 1
    line_break = text.find("\n", at)
    end = len(text) if line_break < 0 else line_break
    covered = [match.span() for match in _COVERED.finditer(text, start, end)]
    found = find_invisible(source, start, end)
    while found and (inside := next((stop for begin, stop in covered if begin <= found[0].start < stop), None)):
        found = find_invisible(source, inside, end)
    return found
