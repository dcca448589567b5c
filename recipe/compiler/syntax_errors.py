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
    ("did not find expected ',' or", "a bracket is not closed, or a comma is missing", "check the `[…]` or `{…}`"),
    (
        "did not find expected node content",
        "a value is missing here",
        "write it, or check that each bracket is closed by its like",
    ),
    (
        "did not find expected alphabetic",
        "an anchor or alias without a name",
        "quote a text that begins with `&` or `*`",
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

_LONGEST_KEY = 1024
_COVERED = re.compile(r"""'[^'\n]*'|"[^"\n]*"|(?<!\S)#.*""")
"""Quoted text and comments, where every character is welcome."""


def explain_syntax_error(error: Any, source: Source, offset: int) -> Diagnostic:
    """A diagnostic for an error that libyaml raised while reading `source` from `offset` on."""
    mark = getattr(error, "problem_mark", None)
    at = len(source.text) if mark is None else min(mark.index + offset, len(source.text))
    if found := _invisible_near(source, at):
        return Diagnostic("R104", f"here stands {found[1]}", (Label(found[0]),), ("type it again",))
    here = Label(Span(source.index, at, min(at + 1, len(source.text))))
    if source.text[at : at + 1] == "\t":
        return Diagnostic("R104", "tabs cannot indent", (here,), ("use spaces",))
    problem, context = getattr(error, "problem", None) or str(error), getattr(error, "context", None) or ""
    begin = _start_of_context(error, source, offset)
    if begin is not None and ("flow" in context or "quoted" in context) and not source.text[at:].strip():
        labels = (Label(Span(source.index, begin, begin + 1)), here._replace(message="the text ends here"))
        return Diagnostic("R104", "a quote or bracket is never closed", labels, ("close it",))
    if "expected key" in problem:
        return Diagnostic("R104", *_no_key(source.text, at, here))
    if "expected ':'" in problem and begin is not None and at - begin > _LONGEST_KEY:
        return Diagnostic("R104", "a key has at most 1,024 characters", (Label(Span(source.index, begin, begin + 1)),))
    opened = () if begin is None or begin >= at else (Label(Span(source.index, begin, begin + 1), context),)
    for pattern, message, help_ in _FRIENDLY:
        if pattern in problem:
            return Diagnostic("R104", message, (here, *opened), (help_,))
    return Diagnostic("R104", problem, (here, *opened))


def _no_key(text: str, at: int, here: Label) -> tuple[str, tuple[Label], tuple[str]]:
    """What to say where a key was expected: by what stands there, and before it in its line."""
    if text[at : at + 1] == ":":
        return "there is no key before this `:`", (here,), ("write `key: value`",)
    if text[text.rfind("\n", 0, at) + 1 : at].strip():
        return "this does not belong behind the value", (here,), ("quote the whole text, or begin a new line",)
    return "the indentation does not fit the lines above", (here,), ("keys of one map begin in one column",)


def _start_of_context(error: Any, source: Source, offset: int) -> int | None:
    """Where the quote, the bracket or the map begins that could not be read to its end.

    Of a bracket at the end of the text, libyaml names the place behind it.
    """
    mark = getattr(error, "context_mark", None)
    return None if mark is None else min(mark.index + offset, len(source.text) - 1)


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
