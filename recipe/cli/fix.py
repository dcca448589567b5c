"""Make the corrections that are certain, in the recipe's own file; every other byte of it stays as it is."""

import os
import stat
from collections import Counter
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

    A fix is kept where it brings no new error; the file is written where there are fewer errors in the end.
    """
    asked = check_file(request)
    if _next_fix(asked, set()) is None:
        return asked._replace(fixed=())
    data = bytes_of(request.file)
    found, fixed, refused = asked, list[Fixed](), set[tuple[str, str]]()
    while (chosen := _next_fix(found, refused)) and len(fixed) < MAX_FIXES:
        problem, fix, source = chosen
        edited = apply(data, fix.edits)
        after = check_file(request, edited)
        if Counter(after.errors) <= Counter(found.errors):
            data, found = edited, after
            fixed.append(Fixed(source.position(fix.edits[0].span.start)[0], fix.title))
        else:
            refused.add((problem.fingerprint, fix.title))
    if not Counter(found.errors) < Counter(asked.errors):
        return asked._replace(fixed=())
    if unwritten := _write(request.file, data):
        return asked._replace(diagnostics=(*asked.diagnostics, unwritten), fixed=())
    return found._replace(fixed=tuple(fixed))


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
    """The first safe fix of the file itself that has not been tried in vain; other files are left alone."""
    own = {source.index: source for source in found.sources if source.name == found.file and source.cited is None}
    for problem in found.diagnostics:
        for fix in problem.fixes:
            is_new = fix.safe and (problem.fingerprint, fix.title) not in refused
            if is_new and all(edit.span.source in own for edit in fix.edits):
                return problem, fix, own[fix.edits[0].span.source]
    return None


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
