"""Diagnostics as people and programs read them."""

import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, Literal

from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Source

Format = Literal["full", "concise", "json"]
FORMATS: tuple[Format, ...] = ("full", "concise", "json")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RED, _YELLOW, _BLUE, _BOLD, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"


def print_diagnostics(diagnostics: Sequence[Diagnostic], sources: Sequence[Source], format_: str) -> None:
    """Print diagnostics for people on stderr; `json` prints nothing here, its verbs put them into their document."""
    if format_ == "json":
        return
    show = concise if format_ == "concise" else full
    for diagnostic in diagnostics:
        print(show(diagnostic, sources, _wants_colour()), file=sys.stderr)
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    if errors > 1:
        print(f"{errors} errors", file=sys.stderr)


def print_failure(error: RecipeError, words: list[str]) -> None:
    """Print what ended a command, in the format that its words ask for even where they could not be parsed."""
    format_ = _format_in(words)
    if format_ == "json":
        print(json.dumps(failure_json(error), indent=2, ensure_ascii=False))
        return
    print_diagnostics(error.diagnostics, error.sources, format_)


def failure_json(error: RecipeError) -> dict[str, Any]:
    """The JSON document of a command, or of one file, that failed."""
    return {"ok": False, "diagnostics": [diagnostic.to_json(error.sources) for diagnostic in error.diagnostics]}


def concise(diagnostic: Diagnostic, sources: Sequence[Source], _colour: bool = False) -> str:
    """`file:line:col: error[R402] message`."""
    return escape(f"{_where(diagnostic, sources)}{diagnostic.severity}[{diagnostic.code}] {diagnostic.message}")


def full(diagnostic: Diagnostic, sources: Sequence[Source], colour: bool) -> str:
    """The message with the excerpt of every place, and the way out."""
    paint = _painter(colour)
    tone = _RED if diagnostic.severity == "error" else _YELLOW
    head = paint(f"{diagnostic.severity}[{diagnostic.code}]", tone + _BOLD)
    lines = [f"{head} {diagnostic.name}: {escape(diagnostic.message)}"]
    by_index = {source.index: source for source in sources}
    labels = list(diagnostic.labels)
    hint = _hint(diagnostic)
    if labels and hint and not labels[0].message:
        labels[0], hint = Label(labels[0].span, hint), ""
    if diagnostic.file and not labels:
        lines.append(paint("  ┌─ ", _BLUE) + escape(diagnostic.file))
    for index, label in enumerate(labels):
        lines += _excerpt(label, by_index[label.span.source], paint, tone if index == 0 else _BLUE)
    notes = [*([hint] if hint else []), *diagnostic.help]
    if diagnostic.file and labels and diagnostic.file not in diagnostic.message:
        notes.append(f"in {diagnostic.file}")
    lines += [paint("  = ", _BLUE) + escape(note) for note in notes]
    return "\n".join(lines)


def escape(text: str) -> str:
    """User text made harmless for a terminal: control and direction characters become escapes."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _hint(diagnostic: Diagnostic) -> str:
    if not diagnostic.candidates:
        return ""
    return "did you mean " + " or ".join(f"`{word}`" for word in diagnostic.candidates) + "?"


def _excerpt(label: Label, source: Source, paint: Any, tone: str) -> list[str]:
    line, column = source.position(label.span.start)
    end_line, end_column = source.position(label.span.end)
    text = source.line(line)
    width = max((end_column if end_line == line else len(text) + 1) - column, 1)
    number = str(line)
    gutter = " " * len(number)
    start = max(0, column - 60) if len(text) > 120 else 0
    shown, caret = text[start : start + 120], column - 1 - start
    carets = "^" * max(1, min(width, len(shown) - caret if len(shown) > caret else 1))
    pad = "".join(" " * _columns(char) for char in shown[:caret])
    carets = "^" * sum(_columns(char) for char in shown[caret : caret + len(carets)]) or "^"
    return [
        paint(f"{gutter} ┌─ ", _BLUE) + escape(f"{source.name}:{line}:{column}"),
        paint(f"{number} │ ", _BLUE) + escape(shown.replace("\t", " ")),
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


def _painter(colour: bool) -> Any:
    return (lambda text, tone: f"{tone}{text}{_RESET}") if colour else (lambda text, _tone: text)


def _wants_colour() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def _format_in(words: list[str]) -> str:
    for index, word in enumerate(words):
        if word == "--format" and index + 1 < len(words):
            return words[index + 1]
        if word.startswith("--format="):
            return word.partition("=")[2]
    return "full"
