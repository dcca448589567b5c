"""Pass 1: a file becomes text. UTF-8 only, at most 1 MiB, LF line ends, no control characters."""

import os
import re
import stat

from recipe.compiler.report import Report
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Source, Span

MAX_BYTES = 1 << 20
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read(file: str, report: Report, cited: Span | None = None) -> Source:
    """Read and normalise a file, and register it as a source. Raises `RecipeError` (R0xx, R1xx)."""
    data = report.unsaved[file] if file in report.unsaved else bytes_of(file)
    base_dir = os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120
    text = decode(data, file)
    source = report.add_source(file, text, base_dir, cited)
    if match := _FORBIDDEN.search(text):
        message = f"the character U+{ord(match[0]):04X} has no place in a recipe"
        label = Label(Span(source.index, match.start(), match.end()))
        raise RecipeError(Diagnostic("R103", message, (label,)), sources=report.sources)
    return source


def decode(data: bytes, name: str) -> str:
    """UTF-8 text without byte-order mark, every line end a line feed."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        help_ = "save the file as UTF-8 (in Notepad: Save as, Encoding)"
        what = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else f"byte 0x{data[error.start]:02X}"
        message = f"not UTF-8: {what} at byte offset {error.start}"
        raise RecipeError(Diagnostic("R102", message, help=(help_,), file=name)) from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def bytes_of(file: str) -> bytes:
    """What a recipe file holds. Raises `RecipeError` (R002, R003, R101)."""
    try:
        info = os.stat(file)  # noqa: PTH116
        if not stat.S_ISREG(info.st_mode):
            raise RecipeError(Diagnostic("R003", f"`{file}` is not a regular file", file=file))
        if info.st_size > MAX_BYTES:
            message = f"a recipe is at most {MAX_BYTES} bytes, but this file has {info.st_size}"
            raise RecipeError(Diagnostic("R101", message, file=file))
        with open(file, "rb") as handle:
            return handle.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RecipeError(Diagnostic("R002", f"there is no file `{file}`", file=file)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RecipeError(Diagnostic("R003", f"`{file}` cannot be read: {reason}", file=file)) from None
