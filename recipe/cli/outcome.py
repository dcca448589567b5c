"""What checking one recipe came to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from recipe.compiler.compile import Checked, Request, check_recipe
from recipe.compiler.compose import profile_names
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import Diagnostic, Fix, RecipeError, Source


class Fixed(NamedTuple):
    """A correction that `--fix` has made, and the line that it was on."""

    line: int
    title: str


class Outcome(NamedTuple):
    """The diagnostics of one recipe; or, without a file, of a command line that led to none."""

    file: str | None
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Source, ...]
    checked: Checked | None = None
    """What was checked, where it is valid."""
    fixed: tuple[Fixed, ...] | None = None
    """What `--fix` changed in the file; None where it was not asked to."""

    @property
    def errors(self) -> list[str]:
        """The codes that make the recipe invalid."""
        return [diagnostic.code for diagnostic in self.diagnostics if diagnostic.severity == "error"]

    def safe_fixes(self) -> Iterator[tuple[Diagnostic, Fix, Source]]:
        """What `--fix` may do, with the file's source: the files that it extends are left alone.

        Two keys of one map that may stand for the same setting are left to the user.
        """
        own = {source.index: source for source in self.sources if source.is_file and source.cited is None}
        claims = Counter((problem.path or ())[:-1] + problem.candidates for problem in self.diagnostics)
        for problem in self.diagnostics:
            is_claimed_twice = problem.code == "R402" and claims[(problem.path or ())[:-1] + problem.candidates] > 1
            for fix in problem.fixes:
                if fix.safe and not is_claimed_twice and all(edit.span.source in own for edit in fix.edits):
                    yield problem, fix, own[fix.edits[0].span.source]

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain data."""
        valid = {} if self.checked is None else {"digest": self.checked.digest, "task": self.checked.recipe.word()}
        found = [diagnostic.to_json(self.sources) for diagnostic in self.diagnostics]
        fixed = {} if self.fixed is None else {"fixed": [each._asdict() for each in self.fixed]}
        return {"file": self.file, "ok": not self.errors, **valid, "diagnostics": found, **fixed}


def check_file(request: Request, unsaved: bytes | None = None) -> Outcome:
    """Check a recipe with all its profiles; `unsaved` counts instead of what the file holds."""
    report = Report()
    if unsaved is not None:
        report.unsaved[request.file] = unsaved
    try:
        checked = check_recipe(request, report)
    except RecipeError as error:
        return Outcome(request.file, error.diagnostics, error.sources)
    found = (*checked.warnings, *_problems_of_other_profiles(request, report))
    outcome = Outcome(request.file, found, tuple(report.sources), checked)
    return outcome._replace(checked=None) if outcome.errors else outcome


def _problems_of_other_profiles(request: Request, checked: Report) -> Iterator[Diagnostic]:
    """A mistake in a profile is one of the file, also where the profile is not asked for."""
    if request.profiles:
        return
    for name in profile_names(checked):
        try:
            check_recipe(request._replace(profiles=(name,)), _beside(checked))
        except RecipeError as error:
            for diagnostic in error.diagnostics:
                if diagnostic.severity == "error":
                    yield replace(diagnostic, help=(*diagnostic.help, f"in the profile `{name}`"))


def _beside(checked: Report) -> Report:
    """A report for a second look at what has been read."""
    report = Report(checked.sources)
    report.loaded = checked.loaded
    return report
