"""What holds for every input whatever: it ends, in a result or in diagnostics that every format can show."""

import json
import re
import signal
from contextlib import contextmanager

from recipe.cli.fix import apply
from recipe.cli.formats import github, sarif, text
from recipe.cli.outcome import Outcome, check_file
from recipe.compiler.compile import Request
from recipe.compiler.identity import digest
from recipe.schemas.codes import CODES
from recipe.schemas.recipe import Recipe

FILE = "fuzz.yaml"
ENVIRONMENT = {"HOME": "/home/somebody", "SECRET": "hunter2", "NUMBER": "3", "EMPTY": ""}
SECONDS = 2
"""Processor time that one input may take; whole minutes would be a hang."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Hang(BaseException):
    """An input takes too long. No `Exception`, so that nothing on the way takes it for one of its own."""


def judge(case):
    """Raise AssertionError, Hang, or whatever the program lets through, where something does not hold."""
    with at_most(SECONDS):
        outcome = check(case)
    assert_spans_lie_inside(outcome)
    assert_every_format_shows(outcome)
    assert check(case).to_json() == outcome.to_json(), "a second look says something else"
    if outcome.checked:
        assert not outcome.errors
        for member in outcome.checked.members[:3]:
            assert_round_trip(member)
    else:
        assert outcome.errors, "neither valid nor wrong"
    if any(True for _ in outcome.safe_fixes()):
        assert_fixes_apply(case, outcome)


def check(case):
    return check_file(Request(FILE, case.profiles, case.sets, ENVIRONMENT), case.data)


@contextmanager
def at_most(seconds):
    def stop(*_):
        raise Hang(f"no end after {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def assert_spans_lie_inside(outcome):
    sources = {source.index: source for source in outcome.sources}
    assert len(sources) == len(outcome.sources), "two sources have one index"
    for diagnostic in outcome.diagnostics:
        assert diagnostic.code in CODES
        assert diagnostic.code != "R901"
        spans = [label.span for label in diagnostic.labels]
        spans += [edit.span for fix in diagnostic.fixes for edit in fix.edits]
        for span in spans:
            assert 0 <= span.start <= span.end <= len(sources[span.source].text), (diagnostic, span)
            line, column = sources[span.source].position(span.start)
            assert 1 <= column <= len(sources[span.source].line(line)) + 1


def assert_every_format_shows(outcome):
    for diagnostic in outcome.diagnostics:
        for shown in (text.concise(diagnostic, outcome.sources), text.full(diagnostic, outcome.sources, False)):
            assert not _UNPRINTABLE.search(shown), "a terminal would obey this"
        assert "\n" not in text.concise(diagnostic, outcome.sources)
        text.full(diagnostic, outcome.sources, True)
    for command in github.commands([outcome]):
        assert "\n" not in command
        assert command.startswith("::")
    assert json.loads(json.dumps(sarif.document([outcome]))) == sarif.document([outcome])
    assert json.loads(json.dumps(outcome.to_json())) == outcome.to_json()
    json.dumps(outcome.to_json(), ensure_ascii=False).encode()
    if any(secret in outcome_text(outcome) for secret in (ENVIRONMENT["SECRET"],)):
        raise AssertionError("a value of the environment is shown")


def outcome_text(outcome: Outcome) -> str:
    return json.dumps([[each.message, each.help, each.candidates] for each in outcome.diagnostics])


def assert_round_trip(member):
    """What a plan writes down reads back as the same recipe, of the same identity."""
    dumped = member.recipe.model_dump(mode="json")
    again = Recipe.parse(json.loads(json.dumps(dumped)))
    assert again == member.recipe
    assert digest(again, "/anywhere") == digest(member.recipe, "/anywhere")


def assert_fixes_apply(case, outcome: Outcome):
    """Each correction that is offered gives a file that can be looked at again."""
    for _, fix, _ in list(outcome.safe_fixes())[:3]:
        with at_most(SECONDS):
            assert_spans_lie_inside(check(case._replace(data=apply(case.data, fix.edits))))
