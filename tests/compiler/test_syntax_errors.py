"""What is said of text that is not YAML, and where."""

import pytest

from recipe.compiler.parse import parse
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError


def told(text):
    report = Report()
    source = report.add_source("a.yaml", text, "/")
    with pytest.raises(RecipeError) as caught:
        parse(source, "file", report)
    (found,) = caught.value.diagnostics
    assert found.code == "R104"
    return found.message, [source.position(label.span.start) for label in found.labels]


@pytest.mark.parametrize(
    ("text", "message", "places"),
    [
        ("a: 'x\nb: 1\n", "a quote or bracket is never closed", [(1, 4), (3, 1)]),
        ("a: {b: [1, 2\n", "a quote or bracket is never closed", [(1, 8), (2, 1)]),
        ("a: [1, 2\nb: 3}\n", "a bracket is not closed, or a comma is missing", [(2, 2), (1, 4)]),
        ("a: [1, }\n", "a value is missing here", [(1, 8)]),
        ("a: 1\n: 2\n", "there is no key before this `:`", [(2, 1)]),
        ('a: "x" y\n', "this does not belong behind the value", [(1, 8)]),
        ("a:\n    b: 1\n  c: 2\n", "the indentation does not fit the lines above", [(3, 3)]),
        ("a: b: c\n", "a `:` does not belong here", [(1, 5)]),
        ("a:\n\tb: 1\n", "tabs cannot indent", [(2, 1)]),
        ("a: @x\n", "this character cannot begin a value", [(1, 4)]),
        ('a: "\\q"\n', "unknown escape in a double-quoted text", [(1, 5), (1, 4)]),
        ('a: "\\ud800"\n', "an escape that stands for no character", [(1, 7), (1, 4)]),
        ("a: &\n", "an anchor or alias without a name", [(1, 5), (1, 4)]),
        ("a:\n- b\nc\n", "a key without `:` and value", [(4, 1), (3, 1)]),
        (f'a: 1\n"{"x" * 2000}": 1\n', "a key has at most 1,024 characters", [(2, 1)]),
    ],
)
def test_messages_are_in_words_that_help(text, message, places):
    assert told(text) == (message, places)


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: 1\nb\uff1a2\n", (2, 2)), ("b\uff1a\n  c: 2\n", (1, 2)), ("a: {\u3000b: 1\n", (1, 5))],
)
def test_an_invisible_character_is_named_as_the_cause(text, place):
    message, places = told(text)
    assert message.startswith("here stands U+")
    assert places == [place]


@pytest.mark.parametrize("text", ["# \uff1a\na: [1\n", "a: '\uff1a'\nb: [1\n", 'a: "\u3000"  # \xa0\nb: [\n'])
def test_one_in_a_comment_or_in_quotes_is_not(text):
    assert told(text)[0] == "a quote or bracket is never closed"
