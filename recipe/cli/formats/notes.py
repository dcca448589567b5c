"""What every format says beside a diagnostic's message."""

from collections.abc import Sequence

from recipe.schemas.diagnostics import Diagnostic, Label, Source


def suggestion(diagnostic: Diagnostic) -> str:
    """The candidates as a question; empty without any."""
    if not diagnostic.candidates:
        return ""
    return "did you mean " + " or ".join(f"`{word}`" for word in diagnostic.candidates) + "?"


def origin_notes(diagnostic: Diagnostic, sources: Sequence[Source]) -> list[str]:
    """How the diagnostic's file came into the recipe, nearest first."""
    return [f"came from `extends` in {line_of(label, sources)}" for label in diagnostic.origin(sources)]


def line_of(label: Label, sources: Sequence[Source]) -> str:
    """`file:line` of a label."""
    source = source_of(label, sources)
    return f"{source.name}:{source.position(label.span.start)[0]}"


def source_of(label: Label, sources: Sequence[Source]) -> Source:
    """The text that a label points into."""
    return next(source for source in sources if source.index == label.span.source)


def as_lines(diagnostic: Diagnostic, sources: Sequence[Source]) -> list[str]:
    """The message and everything beside it, for formats that have one text for a diagnostic."""
    labels = diagnostic.labels
    asked = [f"in `{source.text}`" for label in labels[:1] if not (source := source_of(label, sources)).is_file]
    own = [label.message for label in labels[:1] if label.message]
    others = [f"{label.message or 'see also'}: {line_of(label, sources)}" for label in labels[1:]]
    hint = [text for text in [suggestion(diagnostic)] if text]
    return [diagnostic.message, *asked, *own, *hint, *diagnostic.help, *others, *origin_notes(diagnostic, sources)]
