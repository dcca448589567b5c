"""A Python file becomes a syntax tree. Nothing of it is run."""

import ast
import bisect
import os
import stat
import warnings
from itertools import accumulate

from recipe.compiler.importing.values import refuse
from recipe.compiler.read import decode
from recipe.schemas.diagnostics import Diagnostic, RecipeError, Source, Span

MAX_BYTES = 1 << 17
"""A configuration has some kilobytes; Python needs a second for a megabyte of dense text."""


class PythonFile:
    """A file that Python could read."""

    def __init__(self, source: Source, tree: ast.Module) -> None:
        self.source, self.tree = source, tree
        self._lines = Lines(source.text)

    def span(self, node: ast.AST) -> Span:
        """The place of a statement or an expression."""
        begin = self._lines.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return Span(0, begin, self._lines.offset(node.end_lineno, node.end_col_offset))  # type: ignore[attr-defined]


class Lines:
    """Where lines begin. Python counts the bytes of a line, and a span the characters of the text."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))
        self._ends_in_bytes: dict[int, list[int]] = {}

    def offset(self, line: int, column: int) -> int:
        """Of a 1-based line and a 0-based column in bytes."""
        return self._starts[line - 1] + self._characters(line, column)

    def near(self, line: int, character: int) -> int:
        """Of a 1-based line and a 1-based character, or the nearest place that there is."""
        line = min(max(line, 1), len(self._lines))
        return self._starts[line - 1] + min(max(character - 1, 0), len(self._lines[line - 1]))

    def _characters(self, line: int, column: int) -> int:
        text = self._lines[line - 1]
        if text.isascii():
            return column
        if line not in self._ends_in_bytes:
            self._ends_in_bytes[line] = list(accumulate(len(char.encode("utf-8")) for char in text))
        return bisect.bisect_right(self._ends_in_bytes[line], column)


def read_python(file: str) -> PythonFile:
    """Read and parse a file. Raises `RecipeError` (R002, R003, R006)."""
    data = _bytes_of(file)
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        refuse(f"not UTF-8: byte 0x{data[error.start]:02X} at offset {error.start}", "save it as UTF-8", file=file)
    source = Source(0, file, text, os.path.dirname(os.path.abspath(file)))  # noqa: PTH100, PTH120
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes such as "\d", which are Python's business
            return PythonFile(source, ast.parse(text))
    except SyntaxError as error:
        at = Lines(text).near(error.lineno or 1, error.offset or 1)
        refuse(f"it is not Python: {error.msg}", source=source, span=Span(0, at, at), file=file)
    except (ValueError, RecursionError, MemoryError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is nested too deep"
        refuse(f"it cannot be read as Python: {reason}", file=file)


def _bytes_of(file: str) -> bytes:
    try:
        info = os.stat(file)  # noqa: PTH116
        if not stat.S_ISREG(info.st_mode):
            raise RecipeError(Diagnostic("R003", f"`{file}` is not a regular file", file=file))
        if info.st_size > MAX_BYTES:
            refuse(f"a configuration is at most {MAX_BYTES:,} bytes, but this file has {info.st_size:,}", file=file)
        with open(file, "rb") as handle:
            return handle.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RecipeError(Diagnostic("R002", f"there is no file `{file}`", file=file)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RecipeError(Diagnostic("R003", f"`{file}` cannot be read: {reason}", file=file)) from None
