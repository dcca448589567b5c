"""Diagnostics as people read them: `full` with an excerpt of each place, `concise` on one line."""

import re
from collections.abc import Callable, Sequence

from recipe.cli.formats.notes import origin_notes, suggestion
from recipe.schemas.diagnostics import Diagnostic, Label, Source

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RED, _YELLOW, _BLUE, _BOLD, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_WIDTH = 120
"""Columns of an excerpt; of a longer line a part around the place is shown."""

Paint = Callable[[str, str], str]


def concise(diagnostic: Diagnostic, sources: Sequence[Source], _colour: bool = False) -> str:
    """`file:line:col: error[R402] message`."""
    said = f"{_where(diagnostic, sources)}{diagnostic.severity}[{diagnostic.code}] {diagnostic.message}"
    return escape(said).replace("\n", "\\n")


def full(diagnostic: Diagnostic, sources: Sequence[Source], colour: bool) -> str:
    """The message with the excerpt of every place, the way out, and the way in."""
    paint = _painter(colour)
    tone = _RED if diagnostic.severity == "error" else _YELLOW
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", tone + _BOLD)
    lines = [f"{head} {diagnostic.name}: {escape(diagnostic.message)}"]
    by_index = {source.index: source for source in sources}
    labels = list(diagnostic.labels)
    hint = suggestion(diagnostic)
    if labels and hint and not labels[0].message:
        labels[0], hint = Label(labels[0].span, hint), ""
    if diagnostic.file and not labels:
        lines.append(paint("  ┌─ ", _BLUE) + escape(diagnostic.file))
    for index, label in enumerate(labels):
        lines += _excerpt(label, by_index[label.span.source], paint, tone if index == 0 else _BLUE)
    beside = [*([hint] if hint else []), *diagnostic.help]
    if diagnostic.file and labels and diagnostic.file not in diagnostic.message:
        beside.append(f"in {diagnostic.file}")
    beside += origin_notes(diagnostic, sources)
    return "\n".join([*lines, *(note(text, colour) for text in beside)])


def note(text: str, colour: bool) -> str:
    """A line beside an excerpt: `  = text`."""
    return _painter(colour)("  = ", _BLUE) + escape(text)


def escape(text: str) -> str:
    """User text made harmless for a terminal: control and direction characters become escapes."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _excerpt(label: Label, source: Source, paint: Paint, tone: str) -> list[str]:
    line, column = source.position(label.span.start)
    end_line, end_column = source.position(label.span.end)
    text = source.line(line)
    width = max((end_column if end_line == line else len(text) + 1) - column, 1)
    start = max(0, column - _WIDTH // 2) if len(text) > _WIDTH else 0
    shown, caret = text[start : start + _WIDTH], column - 1 - start
    pad = "".join(" " * _columns(char) for char in shown[:caret])
    carets = "^" * sum(_columns(char) for char in shown[caret : caret + width]) or "^"
    gutter = " " * len(str(line))
    return [
        paint(f"{gutter} ┌─ ", _BLUE) + escape(f"{source.name}:{line}:{column}"),
        paint(f"{line} │ ", _BLUE) + escape(shown.replace("\t", " ")),
        paint(f"{gutter} │ ", _BLUE) + pad + paint(f"{carets} {escape(label.message)}".rstrip(), tone),
    ]


def _columns(char: str) -> int:
    """Terminal columns of a character: two for wide ones, the escape's length for control characters."""
    import unicodedata

    if _CONTROL.match(char):
        return len(escape(char))
    return 2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1


def _where(diagnostic: Diagnostic, sources: Sequence[Source]) -> str:
    if not diagnostic.labels:
        return f"{diagnostic.file}: " if diagnostic.file else ""
    span = diagnostic.labels[0].span
    source = next(source for source in sources if source.index == span.source)
    line, column = source.position(span.start)
    return f"{source.name}:{line}:{column}: "


def _painter(colour: bool) -> Paint:
    return (lambda text, tone: f"{tone}{text}{_RESET}") if colour else (lambda text, _tone: text)
