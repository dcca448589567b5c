"""Diagnostics as people read them: `full` with an excerpt of each place, `concise` on one line."""

import re
from collections.abc import Callable, Sequence

from recipe.cli.formats.notes import origin_notes, source_of, suggestion
from recipe.schemas.diagnostics import Diagnostic, Label, Source

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RED, _YELLOW, _BLUE, _BOLD, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_WIDTH = 120
"""Columns of an excerpt; of a longer line a part around the place is shown."""

Paint = Callable[[str, str], str]


def concise(diagnostic: Diagnostic, sources: Sequence[Source]) -> str:
    """`file:line:col: error[R402] message`."""
    said = f"{_where(diagnostic, sources)}{diagnostic.severity}[{diagnostic.code}] {diagnostic.message}"
    return escape(said).replace("\n", "\\n")


def full(diagnostic: Diagnostic, sources: Sequence[Source], colour: bool, more: str = "") -> str:
    """The message with the excerpt of every place, the way out, the way in, and where there is `more`."""
    paint = _painter(colour)
    tone = _RED if diagnostic.severity == "error" else _YELLOW
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", tone + _BOLD)
    lines = [f"{head} {diagnostic.name}: {escape(diagnostic.message)}"]
    labels, notes = _labels_and_notes(diagnostic)
    placed = [(label, source_of(label, sources)) for label in labels]
    gutter = " " * len(str(max([1, *(source.position(label.span.start)[0] for label, source in placed)])))
    if diagnostic.file and not labels:
        lines.append(paint(f"{gutter} ┌─ ", _BLUE) + escape(diagnostic.file))
    for index, (label, source) in enumerate(placed):
        lines += _excerpt(label, source, gutter, paint, tone if index == 0 else _BLUE)
    notes += [*origin_notes(diagnostic, sources), *([more] if more else [])]
    return "\n".join([*lines, *(paint(f"{gutter} = ", _BLUE) + escape(note) for note in notes)])


def _labels_and_notes(diagnostic: Diagnostic) -> tuple[list[Label], list[str]]:
    """The suggestion stands at the main place where there is room, and else among the notes."""
    labels, hint, notes = list(diagnostic.labels), suggestion(diagnostic), list(diagnostic.help)
    if labels and hint and not labels[0].message:
        labels[0] = Label(labels[0].span, hint)
    elif hint:
        notes.insert(0, hint)
    if diagnostic.file and labels and diagnostic.file not in diagnostic.message:
        notes.append(f"in {diagnostic.file}")
    return labels, notes


def escape(text: str) -> str:
    """User text made harmless for a terminal: control and direction characters become escapes."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _excerpt(label: Label, source: Source, gutter: str, paint: Paint, tone: str) -> list[str]:
    line, column = source.position(label.span.start)
    end_line, end_column = source.position(label.span.end)
    text = source.line(line)
    width = max((end_column if end_line == line else len(text) + 1) - column, 1)
    start = max(0, column - _WIDTH // 2) if len(text) > _WIDTH else 0
    shown, caret = text[start : start + _WIDTH], column - 1 - start
    pad = "".join(" " * _columns(char) for char in shown[:caret])
    carets = "^" * sum(_columns(char) for char in shown[caret : caret + width]) or "^"
    return [
        paint(f"{gutter} ┌─ ", _BLUE) + escape(f"{source.name}:{line}:{column}"),
        paint(f"{line:>{len(gutter)}} │ ", _BLUE) + escape(shown.replace("\t", " ")),
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
    source = source_of(diagnostic.labels[0], sources)
    line, column = source.position(diagnostic.labels[0].span.start)
    return f"{source.name}:{line}:{column}: "


def _painter(colour: bool) -> Paint:
    return (lambda text, tone: f"{tone}{text}{_RESET}") if colour else (lambda text, _tone: text)
