"""Pass 1: a file becomes text. UTF-8 only, at most 1 MiB, LF line ends, no control characters."""

import os
import re
import stat

from recipe.compiler.report import Report
from recipe.compiler.shipped import SUFFIXES
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Source, Span, did_you_mean

MAX_BYTES = 1 << 20
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read(file: str, report: Report, cited: Span | None = None) -> Source:
    """Read and normalise a file, and register it as a source. Raises `RecipeError` (R0xx, R1xx)."""
    data = report.unsaved[file] if file in report.unsaved else bytes_of(file)
    base_dir = os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        as_far_as_it_goes = report.add_source(file, _before(error), base_dir, cited)
        raise RecipeError(_not_utf8(error, as_far_as_it_goes), sources=report.sources) from None
    source = report.add_source(file, text, base_dir, cited)
    if match := _FORBIDDEN.search(text):
        message = f"the character U+{ord(match[0]):04X} has no place in a recipe"
        label = Label(Span(source.index, match.start(), match.end()))
        raise RecipeError(Diagnostic("R103", message, (label,)), sources=report.sources)
    return source


def decode(data: bytes) -> str:
    """UTF-8 text without byte-order mark, every line end a line feed. Raises `UnicodeDecodeError`."""
    return data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _before(error: UnicodeDecodeError) -> str:
    """The text up to the byte that cannot be read."""
    return decode(error.object[: error.start])


def _not_utf8(error: UnicodeDecodeError, source: Source) -> Diagnostic:
    marks = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
    named = (name for mark, name in marks.items() if error.object.startswith(mark))
    what = next(named, f"byte 0x{error.object[error.start]:02X}")
    message = f"not UTF-8: {what} at byte offset {error.start}"
    here = Label(Span(source.index, len(source.text), len(source.text)))
    return Diagnostic("R102", message, (here,), ("save the file as UTF-8 (in Notepad: Save as, Encoding)",))


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
        problem = Diagnostic("R002", f"there is no file `{file}`", candidates=_named_alike(file), file=file)
        raise RecipeError(problem) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RecipeError(Diagnostic("R003", f"`{file}` cannot be read: {reason}", file=file)) from None


def _named_alike(file: str) -> tuple[str, ...]:
    """The recipes of the same folder that a misspelt name may mean."""
    folder, name = os.path.split(file)
    try:
        others = [other for other in sorted(os.listdir(folder or ".")) if other.endswith(SUFFIXES)]  # noqa: PTH208
    except OSError:
        return ()
    stems = {os.path.splitext(other)[0]: other for other in others}  # noqa: PTH122
    return tuple(os.path.join(folder, stems[guess]) for guess in did_you_mean(os.path.splitext(name)[0], stems))  # noqa: PTH118, PTH122
