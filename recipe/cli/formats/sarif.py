"""SARIF 2.1.0: one document for all recipes, as code scanning services take it."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from recipe import __version__
from recipe.cli.formats.notes import as_lines, source_of
from recipe.cli.formats.repository import Place, Range, main_place, place_of, range_of, repository_path
from recipe.cli.outcome import Outcome
from recipe.schemas.codes import CODES
from recipe.schemas.diagnostics import Diagnostic, Fix, Label, Source
from recipe.schemas.explain import read_page

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_OWN_CODES = ("R0", "R9")
"""The command line's problems and the program's own: they are about the invocation, not about a recipe."""


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The document: a result for each diagnostic of a recipe, a notification for what kept one from being checked."""
    found = [(diagnostic, outcome) for outcome in outcomes for diagnostic in outcome.diagnostics]
    rules = list(dict.fromkeys(diagnostic.code for diagnostic, _ in found))
    seen: Counter[tuple[str, str]] = Counter()
    results, problems = [], []
    for diagnostic, outcome in found:
        place = main_place(diagnostic, outcome)
        if place is None or diagnostic.code.startswith(_OWN_CODES):
            problems.append((diagnostic, outcome))
        else:
            results.append(_result(diagnostic, outcome, place, rules, seen))
    run = {
        "tool": {"driver": {"name": "recipe", "version": __version__, "rules": [rule_of(code) for code in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(problems)],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rule_of(code: str) -> dict[str, Any]:
    """What a code means, as SARIF says it."""
    name, summary, severity = CODES[code]
    page = read_page(code)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": page.meaning},
        "help": {"text": f"{page.meaning}\n\n{page.advice}\n\nMore: recipe explain {code}"},
        "defaultConfiguration": {"level": severity},
        "properties": {"tags": [name], "problem.severity": severity, "precision": "very-high"},
    }


def _invocation(problems: Sequence[tuple[Diagnostic, Outcome]]) -> dict[str, Any]:
    told: dict[str, list[Any]] = {}
    for diagnostic, outcome in problems:
        what = "toolConfigurationNotifications" if diagnostic.code.startswith("R0") else "toolExecutionNotifications"
        told.setdefault(what, []).append(_notification(diagnostic, outcome))
    return {"executionSuccessful": not problems, **told}


def _notification(diagnostic: Diagnostic, outcome: Outcome) -> dict[str, Any]:
    said = "\n".join(as_lines(diagnostic, outcome.sources))
    return {"descriptor": {"id": diagnostic.code}, "level": diagnostic.severity, "message": {"text": said}}


def _result(
    diagnostic: Diagnostic, outcome: Outcome, place: Place, rules: list[str], seen: Counter[tuple[str, str]]
) -> dict[str, Any]:
    seen[place.path, diagnostic.fingerprint] += 1
    fingerprint = f"{diagnostic.fingerprint}:{seen[place.path, diagnostic.fingerprint]}"
    result = {
        "ruleId": diagnostic.code,
        "ruleIndex": rules.index(diagnostic.code),
        "level": diagnostic.severity,
        "message": {"text": "\n".join(as_lines(diagnostic, outcome.sources))},
        "locations": [_location(place)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    related = _related(diagnostic, outcome.sources)
    fixes = [_fix(fix, outcome.sources) for fix in diagnostic.fixes if _is_about_files(fix, outcome.sources)]
    return {**result, **({"relatedLocations": related} if related else {}), **({"fixes": fixes} if fixes else {})}


def _related(diagnostic: Diagnostic, sources: Sequence[Source]) -> list[dict[str, Any]]:
    labels = [*diagnostic.labels[1:], *diagnostic.origin(sources)]
    named: list[tuple[Label, Source]] = [(label, source_of(label, sources)) for label in labels]
    return [
        {"id": index, **_location(place_of(label, source)), "message": {"text": label.message or "see also"}}
        for index, (label, source) in enumerate(named)
        if source.is_file
    ]


def _location(place: Place) -> dict[str, Any]:
    """A place; code scanning wants a line where there is none to name, and takes the first."""
    region = {"startLine": 1} if place.range is None else _region(place.range)
    return {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}


def _region(range_: Range) -> dict[str, int]:
    return dict(zip(("startLine", "startColumn", "endLine", "endColumn"), range_, strict=True))


def _artifact(path: str) -> dict[str, str]:
    if os.path.isabs(path):  # noqa: PTH117
        return {"uri": "file://" + quote(os.fsencode(path))}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": "%SRCROOT%"}


def _is_about_files(fix: Fix, sources: Sequence[Source]) -> bool:
    return all(source_of(Label(edit.span), sources).is_file for edit in fix.edits)


def _fix(fix: Fix, sources: Sequence[Source]) -> dict[str, Any]:
    changes = []
    for edit in fix.edits:
        source = source_of(Label(edit.span), sources)
        replacement = {
            "deletedRegion": _region(range_of(edit.span, source)),
            "insertedContent": {"text": edit.text},
        }
        artifact = _artifact(repository_path(source.name))
        changes.append({"artifactLocation": artifact, "replacements": [replacement]})
    return {"description": {"text": fix.title}, "artifactChanges": changes, "properties": {"safe": fix.safe}}
