"""Make the corrections that are certain, in the recipe's own file; every other byte of it stays as it is."""

import os
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from recipe.cli.outcome import Fixed, Outcome, check_file
from recipe.compiler.compile import Request
from recipe.compiler.read import bytes_of
from recipe.runtime.files import write_atomically
from recipe.schemas.diagnostics import Diagnostic, Edit, Fix, Source

MAX_FIXES = 200
"""Corrections of one file in one go."""


def fix_file(request: Request) -> Outcome:
    """Correct a recipe's file as far as its safe fixes go, and say what is left.

    The file is written where fewer errors are left, and none that was not there.
    """
    asked = check_file(request)
    if _next_fix(asked, set()) is None:
        return asked._replace(fixed=())
    held = bytes_of(request.file)
    asked = check_file(request, held)  # the places of a fix count in these very bytes
    for left in (_unfixable_errors, _all_errors):
        data, found = _corrected(request, held, asked, left)
        if Counter(found.errors) < Counter(asked.errors):
            unwritten = _write(request.file, data)
            return asked._replace(diagnostics=(*asked.diagnostics, unwritten), fixed=()) if unwritten else found
    return asked._replace(fixed=())


def _corrected(
    request: Request, data: bytes, found: Outcome, left: Callable[[Outcome], Counter[str]]
) -> tuple[bytes, Outcome]:
    """What the file would hold, and the outcome. A fix is kept where it adds nothing to what is `left`."""
    fixed, refused = list[Fixed](), set[tuple[str, str]]()
    while (chosen := _next_fix(found, refused)) and len(fixed) < MAX_FIXES:
        problem, fix, source = chosen
        edited = apply(data, fix.edits)
        after = check_file(request, edited)
        if left(after) <= left(found) and not _is_wrong(fix.edits, after):
            data, found = edited, after
            refused.clear()  # what did not fit may do so now
            fixed.append(Fixed(source.position(fix.edits[0].span.start)[0], fix.title))
        else:
            refused.add((problem.fingerprint, fix.title))
    return data, found._replace(fixed=tuple(fixed))


def _all_errors(found: Outcome) -> Counter[str]:
    return Counter(found.errors)


def _unfixable_errors(found: Outcome) -> Counter[str]:
    """A fix may uncover what is behind it, if that has a fix too: the keys of a section whose name was misspelt."""
    fixable = {problem for problem, _, _ in found.safe_fixes()}
    return Counter(
        problem.code for problem in found.diagnostics if problem not in fixable and problem.severity == "error"
    )


def _is_wrong(edits: tuple[Edit, ...], after: Outcome) -> bool:
    """Whether an error stands at what was written: then it was not what was meant."""
    own = {source.index for source in after.sources if source.is_file and source.cited is None}
    errors = [problem for problem in after.diagnostics if problem.severity == "error"]
    spans = [label.span for problem in errors for label in problem.labels[:1] if label.span.source in own]
    shift = 0
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        begin = edit.span.start + shift
        end = begin + len(edit.text)
        shift += len(edit.text) - (edit.span.end - edit.span.start)
        if any(span.start < end and begin < span.end for span in spans):
            return True
    return False


def apply(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    """The bytes with edits made whose spans count in the normalised text: no byte-order mark, LF line ends."""
    text = data.decode("utf-8")
    begin = len(text) - len(text.removeprefix("\ufeff"))
    is_kept = (at for at in range(begin, len(text)) if text[at] != "\n" or text[at - 1 : at] != "\r")
    offsets = [*is_kept, len(text)]
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: offsets[edit.span.start]] + edit.text + text[offsets[edit.span.end] :]
    return text.encode("utf-8")


def _next_fix(found: Outcome, refused: set[tuple[str, str]]) -> tuple[Diagnostic, Fix, Source] | None:
    """The first safe fix that has not been tried in vain."""
    return next((each for each in found.safe_fixes() if (each[0].fingerprint, each[1].title) not in refused), None)


def _write(file: str, data: bytes) -> Diagnostic | None:
    """Put new contents in a file's place, its mode kept; a link goes on to point where it did."""
    target = Path(file).resolve()
    if not os.access(target, os.W_OK):
        return Diagnostic("R005", f"`{file}` cannot be written: it is read-only", file=file)
    try:
        write_atomically(target, data, stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        return Diagnostic("R005", f"`{file}` cannot be written: {error.strerror}", file=file)
    return None
