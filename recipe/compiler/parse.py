"""Pass 2: text becomes nodes. libyaml's events, taken one by one; no YAML object is ever constructed.

What only a mistake needs is imported there: a valid recipe is the faster for it.
"""

from typing import Any

from recipe.compiler.nodes import Entry, Layer, Mapping, Node, Origin, Scalar, Sequence
from recipe.compiler.report import Report
from recipe.compiler.scalars import NotAValue, is_plain_word, resolve_plain
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Source, Span

MAX_DEPTH = 100
MAX_NODES = 5_000


def parse(source: Source, layer: Layer, report: Report) -> Mapping:
    """The map that a recipe file holds. Raises `RecipeError` where nothing can be made of the text."""
    node = _Parser(source, layer, report).document()
    if isinstance(node, Mapping):
        return node
    is_empty = node is None or (isinstance(node, Scalar) and node.value is None)
    what = "it is empty" if is_empty else "its top level is a list" if isinstance(node, Sequence) else "it is one value"
    span = Span(source.index, 0, 0) if node is None else node.span
    help_ = "write `key: value`, with a space behind the colon" if isinstance(node, Scalar) and not is_empty else ""
    raise RecipeError(
        Diagnostic(
            "R105", f"a recipe is a map of keys and values, but {what}", (Label(span),), (help_,) if help_ else ()
        )
    )


def parse_value(source: Source, start: int, layer: Layer, report: Report) -> Node:
    """The value in a part of a source, from `start` to its end (`--set path=VALUE`). Raises `RecipeError`."""
    node = _Parser(source, layer, report, start).document()
    if node is None:
        span = Span(source.index, start, len(source.text))
        return Scalar(None, "", span, (Origin(layer, span, source.base_dir),))
    return node


class _Parser:
    """Builds nodes from the events of one text. Recoverable mistakes go to the report; others raise."""

    def __init__(self, source: Source, layer: Layer, report: Report, offset: int = 0) -> None:
        # The extension itself: ruamel's YAML class falls back to its slow pure parser without a word.
        import _ruamel_yaml_clibz as libyaml
        from ruamel.yaml.error import YAMLError

        self.libyaml, self.yaml_error = libyaml, YAMLError
        self.source, self.layer, self.report, self.offset = source, layer, report, offset
        self.events = libyaml.CParser(source.text[offset:])
        self.anchors: dict[str, tuple[Node | None, Span, int]] = {}
        self.num_nodes = 0

    def document(self) -> Node | None:
        """The only document of the text, or None for an empty one."""
        lib = self.libyaml
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, lib.StreamEndEvent):
            return None
        if event.version or event.tags:
            self._fail(
                "R107", "YAML directives are not part of the language", event, "remove the line that begins with `%`"
            )
        node = self._node(self._next(), depth=1)
        self._next()  # the document's end
        following = self._next()
        if not isinstance(following, lib.StreamEndEvent):
            self._fail(
                "R106", "a second YAML document begins here", following, "one file holds one recipe; remove `---`"
            )
        return node

    def _node(self, event: Any, depth: int) -> Node:
        lib = self.libyaml
        if depth > MAX_DEPTH:
            self._fail("R203", f"values are nested deeper than {MAX_DEPTH} levels", event)
        if isinstance(event, lib.AliasEvent):
            return self._alias(event)
        self._count(1, event)
        if event.tag and not (event.tag == "!" and isinstance(event, lib.ScalarEvent)):
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._fail("R204", f"the tag `{shown}` is not allowed: a recipe holds plain data only", event, "remove it")
        name, before = event.anchor, self.num_nodes
        if name:
            self._declare(name, event)
        node = self._value(event, depth)
        if name:
            self.anchors[name] = (node, node.span, self.num_nodes - before + 1)
        return node

    def _value(self, event: Any, depth: int) -> Node:
        if isinstance(event, self.libyaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, self.libyaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _scalar(self, event: Any) -> Scalar:
        span, plain = self._span(event), not event.style
        value: Any = resolve_plain(event.value) if plain else event.value
        if plain and not event.value.isascii():
            self._warn_of_invisible(span)
        if isinstance(value, NotAValue):
            self._refuse(value, event.value, span)
            value = event.value
        return Scalar(value, event.value, span, self._origins(span), plain)

    def _warn_of_invisible(self, span: Span) -> None:
        from recipe.compiler.invisible import warn_of_invisible

        if warning := warn_of_invisible(self.source, span):
            self.report.add(warning)

    def _refuse(self, refused: NotAValue, text: str, span: Span) -> None:
        from recipe.compiler.fixes import write_decimal

        mended = write_decimal(span, text) if refused.code == "R209" else ()
        self.report.add(Diagnostic(refused.code, refused.message, (Label(span),), (refused.help,), fixes=mended))
        self.report.bad_spans.add(span)

    def _sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := self._next(), self.libyaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        span = self._collection_span(start, event, items[-1] if items else None)
        return Sequence(tuple(items), span, self._origins(span))

    def _mapping(self, start: Any, depth: int) -> Mapping:
        entries: dict[str, Entry] = {}
        while not isinstance(event := self._next(), self.libyaml.MappingEndEvent):
            key, key_span = self._key(event, depth)
            node = self._node(self._next(), depth + 1)
            if key is None:
                continue
            if key in entries:
                self._refuse_repeated(key, Entry(key_span, node), entries[key])
                continue
            entries[key] = Entry(key_span, node)
        last = next(reversed(entries.values())).node if entries else None
        span = self._collection_span(start, event, last)
        return Mapping(FrozenDict(entries), span, self._origins(span))

    def _refuse_repeated(self, key: str, again: Entry, first: Entry) -> None:
        from recipe.compiler.fixes import drop_repeated

        labels = (Label(again.key_span, "said again here"), Label(first.key_span, "first said here"))
        mended = drop_repeated(again.key_span, again.node, first.node, self.source.text)
        help_ = ("keep one of them",)
        self.report.add(Diagnostic("R201", f"`{key}` stands twice in one map", labels, help_, fixes=mended))

    def _key(self, event: Any, depth: int) -> tuple[str | None, Span]:
        is_bare = isinstance(event, self.libyaml.ScalarEvent) and not event.anchor and not event.tag
        if is_bare and depth < MAX_DEPTH and is_plain_word(event.value):
            self._count(1, event)
            return event.value, self._span(event)
        node = self._node(event, depth + 1)
        span = self._span(event) if isinstance(event, self.libyaml.AliasEvent) else node.span
        if isinstance(node, Scalar) and node.plain and node.text == "<<":
            self.report.add(
                Diagnostic(
                    "R207",
                    "merge keys are not part of the language",
                    (Label(span),),
                    ("use `extends`, or write the keys out",),
                )
            )
        elif isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value, span
        elif isinstance(node, Scalar):
            self.report.add(
                Diagnostic(
                    "R208", f"a key is text, but `{node.text}` is not", (Label(span),), (f'quote it: "{node.text}"',)
                )
            )
        else:
            self.report.add(Diagnostic("R208", "a key is one word, not a map or a list", (Label(span),)))
        return None, span

    def _declare(self, name: str, event: Any) -> None:
        if name in self.anchors:
            labels = (Label(self._span(event), "again here"), Label(self.anchors[name][1], "first here"))
            raise RecipeError(
                *self.report.sorted(), Diagnostic("R206", f"the anchor `&{name}` is defined twice", labels)
            )
        self.anchors[name] = (None, self._span(event), 0)

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            self._fail(
                "R205", f"the alias `*{event.anchor}` points to no anchor", event, f"define `&{event.anchor}` before it"
            )
        node, _, size = self.anchors[event.anchor]
        if node is None:
            self._fail("R205", f"the alias `*{event.anchor}` points into itself", event)
        self._count(size, event)
        return node  # type: ignore[return-value]

    def _count(self, nodes: int, event: Any) -> None:
        self.num_nodes += nodes
        if self.num_nodes > MAX_NODES:
            self._fail(
                "R202", f"the text expands to more than {MAX_NODES:,} values", event, "aliases multiply: write less"
            )

    def _next(self) -> Any:
        try:
            return self.events.get_event()
        except self.yaml_error as error:
            from recipe.compiler.syntax_errors import explain_syntax_error

            found = explain_syntax_error(error, self.source, self.offset)
            self.report.forget(found.labels[:1])
            raise RecipeError(*self.report.sorted(), found) from None

    def _fail(self, code: str, message: str, event: Any, help_: str = "") -> None:
        problem = Diagnostic(code, message, (Label(self._span(event)),), (help_,) if help_ else ())
        raise RecipeError(*self.report.sorted(), problem)

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark.index + self.offset, event.end_mark.index + self.offset
        return Span(self.source.index, start, end)

    def _collection_span(self, start: Any, end: Any, last: Node | None) -> Span:
        """A block collection ends with its last child: libyaml's end mark stands at the next token."""
        first = self._span(start).start
        is_flow = end.end_mark.index > end.start_mark.index
        if is_flow or last is None:
            return Span(self.source.index, first, self._span(end).end)
        return Span(self.source.index, first, max(last.span.end, first))

    def _origins(self, span: Span) -> tuple[Origin, ...]:
        return (Origin(self.layer, span, self.source.base_dir),)
