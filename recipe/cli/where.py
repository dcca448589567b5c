"""Places in the sources of a recipe, as people read them."""

import os
from collections.abc import Sequence

from recipe.cli.formats.text import escape
from recipe.schemas.diagnostics import Source, Span


def where(span: Span, sources: Sequence[Source]) -> str:
    """`file:line:column`; for a value of the command line, its option."""
    source = sources[span.source]
    if source.name.startswith("--"):
        return escape(source.name)
    line, column = source.position(span.start)
    return escape(f"{name_of(source)}:{line}:{column}")


def name_of(source: Source) -> str:
    """The file as seen from here, where it is below."""
    return source.name.removeprefix(f"{os.getcwd()}/")  # noqa: PTH109
