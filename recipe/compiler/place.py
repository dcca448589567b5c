"""Give a diagnostic that knows only a recipe path the place in the text where that path stands."""

from recipe.compiler.nodes import Document, locate
from recipe.schemas.diagnostics import Diagnostic, Label


def place(diagnostic: Diagnostic, document: Document) -> Diagnostic:
    """The diagnostic with a label at its path, or at the section above where the recipe does not say it."""
    if diagnostic.labels or diagnostic.path is None:
        return diagnostic
    node, entry, missing = locate(document.root, diagnostic.path)
    if not missing:
        return diagnostic.at(Label(node.span))
    return diagnostic.at(Label(entry.key_span)) if entry else diagnostic
