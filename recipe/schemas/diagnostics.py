"""What a user is told when something is wrong: a code, a message, a place, a way out.

RecipeError            carries diagnostics; the only exception that a user's input raises
└── Interrupted        the user stopped the run; it can be resumed
"""

import bisect
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal, NamedTuple

from recipe.schemas.codes import CODES

Severity = Literal["error", "warning"]


class Span(NamedTuple):
    """A half-open range of code points in the normalised text of one source."""

    source: int
    start: int
    end: int


class Source:
    """One text that was read: its index, the name that users know it by, and where lines begin."""

    def __init__(self, index: int, name: str, text: str, base_dir: str, cited: Span | None = None) -> None:
        self.index, self.name, self.text, self.base_dir = index, name, text, base_dir
        self.cited = cited
        """The place in another source that says to read this one: an item of its `extends`."""

    @cached_property
    def _lengths(self) -> list[int]:
        """Characters up to the end of each line, without line breaks: a million empty lines must not take long."""
        return list(accumulate(map(len, self.text.split("\n"))))

    def _start(self, line: int) -> int:
        return self._lengths[line - 2] + line - 1 if line > 1 else 0

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a code point offset."""
        line = bisect.bisect_right(range(1, len(self._lengths) + 1), offset, key=self._start)
        return line, offset - self._start(line) + 1

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its line break."""
        return self.text[self._start(number) : self._lengths[number - 1] + number - 1]

    @property
    def is_file(self) -> bool:
        """Whether the text is a file; otherwise it is an option, and its name says which: `--set train.epochs`."""
        return not self.name.startswith("--")


class Label(NamedTuple):
    """A place, and what is to be said about it. The first label of a diagnostic is its main one."""

    span: Span
    message: str = ""


class Edit(NamedTuple):
    """Text to write in the place of a span."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits that mend a problem. A safe one is certain to be what was meant; `validate --fix` makes it."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. `path` is the recipe key it is about; `place()` of the compiler turns it into a label."""

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    help: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    path: tuple[str | int, ...] | None = None
    file: str | None = None
    """A file that is no source of the recipe (`labels/train/a.txt:3`), where that is the place."""
    fixes: tuple[Fix, ...] = ()

    @property
    def name(self) -> str:
        """The stable name of the code: `unknown-key`."""
        return CODES[self.code].name

    @property
    def severity(self) -> Severity:
        """Whether it stops the compiler."""
        return CODES[self.code].severity

    @property
    def fingerprint(self) -> str:
        """Identifies the problem across edits: by what is wrong and at which key, not by file, line or suggestion."""
        said = "\0".join([self.code, self.message, str(self.path)])
        return hashlib.sha256(said.encode(errors="backslashreplace")).hexdigest()[:16]

    def at(self, *labels: Label) -> "Diagnostic":
        """The same problem with other labels."""
        return replace(self, labels=labels)

    def origin(self, sources: Sequence[Source]) -> tuple[Label, ...]:
        """The chain of `extends` that led to the main label's file, nearest first."""
        return extends_chain(self.labels[0].span, sources) if self.labels else ()

    def to_json(self, sources: Sequence[Source]) -> dict[str, Any]:
        """The diagnostic as plain data, positions 1-based."""
        by_index = {source.index: source for source in sources}
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity,
            "message": self.message,
            "path": None if self.path is None else ".".join(map(str, self.path)),
            "file": self.file,
            "labels": [_label_json(label, by_index[label.span.source]) for label in self.labels],
            "help": list(self.help),
            "candidates": list(self.candidates),
            "fixes": [_fix_json(fix, by_index) for fix in self.fixes],
            "origin": [_label_json(label, by_index[label.span.source]) for label in self.origin(sources)],
            "fingerprint": self.fingerprint,
        }


def extends_chain(span: Span, sources: Sequence[Source]) -> tuple[Label, ...]:
    """The items of `extends` that led to the file of a span, nearest first; none for a file that was named itself."""
    by_index = {source.index: source for source in sources}
    chain: list[Label] = []
    while (cited := by_index[span.source].cited) is not None:
        chain.append(Label(cited, "came from `extends` here"))
        span = cited
    return tuple(chain)


def _fix_json(fix: Fix, by_index: dict[int, Source]) -> dict[str, Any]:
    edits = [{**_span_json(edit.span, by_index[edit.span.source]), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _label_json(label: Label, source: Source) -> dict[str, Any]:
    return {**_span_json(label.span, source), "message": label.message}


def _span_json(span: Span, source: Source) -> dict[str, Any]:
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return {
        "file": source.name,
        "start": {"line": line, "column": column},
        "end": {"line": end_line, "column": end_column},
    }


class RecipeError(Exception):
    """Something a recipe, a dataset, a flag or the machine said makes it impossible to go on."""

    def __init__(self, *diagnostics: Diagnostic, sources: Iterable[Source] = ()) -> None:
        super().__init__("; ".join(f"{d.code} {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics
        self.sources = tuple(sources)
        """What the labels point into; the compiler adds it on the way out."""


class Interrupted(RecipeError):
    """The user or the system asked the run to stop; what was saved can be resumed."""


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known words nearest to a misspelt one, best first (at most three)."""
    from recipe.schemas.spelling import nearest

    return nearest(word, known)
