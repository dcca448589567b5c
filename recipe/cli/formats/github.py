"""Workflow commands of GitHub Actions: each diagnostic becomes an annotation at its line."""

from collections.abc import Iterator, Sequence

from recipe.cli.formats.notes import as_lines
from recipe.cli.formats.repository import Place, main_place, repository_path
from recipe.cli.formats.text import escape
from recipe.cli.outcome import Outcome
from recipe.schemas.diagnostics import Diagnostic

_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def commands(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One command for each fix that was made and each diagnostic that is left."""
    for outcome in outcomes:
        for fix in outcome.fixed or ():
            path = repository_path(str(outcome.file))
            yield _command("notice", {"file": path, "line": str(fix.line), "title": "fixed"}, [fix.title])
        for diagnostic in outcome.diagnostics:
            yield _command(diagnostic.severity, _properties(diagnostic, outcome), as_lines(diagnostic, outcome.sources))


def _properties(diagnostic: Diagnostic, outcome: Outcome) -> dict[str, str]:
    place = main_place(diagnostic, outcome)
    where = {} if place is None else {"file": place.path, **_range(place)}
    return {**where, "title": f"{diagnostic.code} {diagnostic.name}"}


def _range(place: Place) -> dict[str, str]:
    """GitHub takes columns only where a range lies on one line."""
    if place.range is None:
        return {}
    line, column, end_line, end_column = map(str, place.range)
    columns = {"col": column, "endColumn": end_column} if line == end_line else {}
    return {"line": line, "endLine": end_line, **columns}


def _command(level: str, properties: dict[str, str], lines: list[str]) -> str:
    said = ",".join(f"{name}={escape(value).translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {said}::" + "\n".join(map(escape, lines)).translate(_IN_MESSAGE)
