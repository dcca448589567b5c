"""Characters that look like another, or like nothing, and that YAML takes for letters."""

import re

from recipe.schemas.diagnostics import Diagnostic, Label, Source, Span

_INVISIBLE = re.compile(
    "[\xa0\xad\u034f\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u202a-\u202f\u205f-\u206f\u3000\u3164\uff1a]"
)


def find_invisible(source: Source, start: int, end: int) -> tuple[Span, str] | None:
    """The first such character between two offsets, and what is to be said about it."""
    match = _INVISIBLE.search(source.text, start, end)
    if match is None:
        return None
    return Span(source.index, match.start(), match.end()), f"U+{ord(match[0]):04X}, which looks like {_like(match[0])}"


def warn_of_invisible(source: Source, span: Span) -> Diagnostic | None:
    """An R108 warning where an unquoted value holds such a character."""
    found = find_invisible(source, span.start, span.end)
    if found is None:
        return None
    place, what = found
    help_ = ("type it again, or quote the text where it is meant",)
    return Diagnostic("R108", f"an invisible character: {what}", (Label(place),), help_)


def _like(char: str) -> str:
    import unicodedata

    if char == "\uff1a":
        return "a colon"
    return "a space" if unicodedata.category(char) == "Zs" else "nothing"
