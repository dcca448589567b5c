"""Places as a repository's host knows them: a path from the working directory, and a range of lines and columns."""

import os
from typing import NamedTuple

from recipe.cli.formats.notes import source_of
from recipe.cli.outcome import Outcome
from recipe.schemas.diagnostics import Diagnostic, Label, Source, Span


class Range(NamedTuple):
    """1-based lines and columns; the end column is the first one behind."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(NamedTuple):
    """A file, and the part of it where one is known."""

    path: str
    range: Range | None = None


def main_place(diagnostic: Diagnostic, outcome: Outcome) -> Place | None:
    """Where to show a diagnostic: its main label; the recipe's file for one that an option of the command caused."""
    for label in diagnostic.labels[:1]:
        if (source := source_of(label, outcome.sources)).is_file:
            return place_of(label, source)
    file = diagnostic.file or outcome.file
    return None if file is None else Place(repository_path(file))


def place_of(label: Label, source: Source) -> Place:
    """Where a label points."""
    return Place(repository_path(source.name), range_of(label.span, source))


def range_of(span: Span, source: Source) -> Range:
    """The lines and columns of a span."""
    return Range(*source.position(span.start), *source.position(span.end))


def repository_path(file: str) -> str:
    """A path as a repository's host writes it: from the working directory where it lies below, with `/` between."""
    relative = os.path.relpath(file)
    path = file if relative.startswith(os.pardir) else relative
    return path.replace(os.sep, "/")
