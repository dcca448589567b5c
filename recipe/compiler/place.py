"""Where a diagnostic points in the text."""

from recipe.compiler.nodes import Document, Node, Scalar, locate
from recipe.schemas.diagnostics import Diagnostic, Label


def place(diagnostic: Diagnostic, document: Document) -> Diagnostic:
    """Label a diagnostic that knows only a recipe path, at that path or at the section above what is not said."""
    if diagnostic.labels or diagnostic.path is None:
        return diagnostic
    node, entry, missing = locate(document.root, diagnostic.path)
    if not missing:
        return diagnostic.at(*labels_of(node))
    return diagnostic.at(Label(entry.key_span)) if entry else diagnostic


def labels_of(node: Node) -> tuple[Label, ...]:
    """The place of a value, and the place it came from where a reference led there."""
    first = node.origins[0] if node.origins else None
    if first is None or first.span is None or first.span == node.span or first.layer == "env":
        return (Label(node.span),)
    is_reference = isinstance(node, Scalar) and len(node.origins) > 1 and node.origins[-1].span == node.span
    return (Label(node.span), Label(first.span, "the value comes from here")) if is_reference else (Label(node.span),)
