"""Pass 4: `${vars.x}`, `${a.b}` and `${env:NAME,default}` become values. Total, cycle-checked, no code."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Environment
from typing import NamedTuple, NoReturn

from recipe.compiler.nodes import Entry, Mapping, Node, Origin, Path, Scalar, Sequence, locate, step_of
from recipe.compiler.parse import MAX_DEPTH, MAX_NODES
from recipe.compiler.report import Report
from recipe.compiler.scalars import NotAValue, resolve_plain
from recipe.schemas.base import FrozenDict
from recipe.schemas.diagnostics import Diagnostic, Label, RecipeError, Span, did_you_mean

MAX_CHARACTERS = 1 << 20
"""Of all texts that references are joined into; a few lines could double each other for ever."""

_PIECE = re.compile(r"\$\$\{|\$\{(?P<inside>[^{}]*)\}|\$\{")


def interpolate(root: Mapping, environment: Environment[str, str], working_dir: str, report: Report) -> Mapping:
    """The tree with every reference replaced and `vars` taken out. References that fail poison their path."""
    result = _Interpolation(root, environment, working_dir, report).mapping(root, ())
    return result.without("vars")


class _Failed(Exception):
    """A reference has been reported; what contains it has no value."""


class _Piece(NamedTuple):
    """A part of a text: literal, or the scalar that a reference led to."""

    text: str
    scalar: Scalar | None = None


class _Done(NamedTuple):
    """What a text with references came to, None where it failed, and how much it adds where it is used again."""

    node: Node | None
    num_nodes: int
    height: int


class _Interpolation:
    def __init__(self, root: Mapping, environment: Environment[str, str], working_dir: str, report: Report) -> None:
        self.root, self.environment, self.working_dir, self.report = root, environment, working_dir, report
        self.done: dict[Path, _Done] = {}
        self.under_way: list[Path] = []
        self.depth = self.deepest = 0
        self.num_nodes = self.num_characters = 0

    def mapping(self, node: Mapping, path: Path) -> Mapping:
        """A map with its values replaced; keys are left as they are."""
        entries = {
            key: Entry(e.key_span, self._value_or_poison(e.node, (*path, key))) for key, e in node.entries.items()
        }
        return node._replace(entries=FrozenDict(entries))

    def _value_or_poison(self, node: Node, path: Path) -> Node:
        try:
            return self._value(node, path)
        except _Failed:
            self.report.poison(path)
            return node

    def _value(self, node: Node, path: Path) -> Node:
        self._grow(1, 1, node)
        self.depth += 1
        try:
            return self._inner_value(node, path)
        finally:
            self.depth -= 1

    def _inner_value(self, node: Node, path: Path) -> Node:
        if isinstance(node, Mapping):
            return self.mapping(node, path)
        if isinstance(node, Sequence):
            items = (self._value_or_poison(item, (*path, index)) for index, item in enumerate(node.items))
            return node._replace(items=tuple(items))
        if not isinstance(node.value, str) or "${" not in node.value:
            return node
        done = self.done.get(path)
        if done is None:
            done = self.done[path] = self._measured(node, path)
        else:
            self._grow(done.num_nodes, done.height, node)
        if done.node is None:
            raise _Failed
        return done.node

    def _measured(self, node: Scalar, path: Path) -> _Done:
        nodes_before, deepest_before = self.num_nodes, self.deepest
        self.deepest = self.depth
        result = self._scalar_once(node, path)
        is_map_or_list = isinstance(result, Mapping | Sequence)
        done = _Done(result, self.num_nodes - nodes_before if is_map_or_list else 1, self.deepest - self.depth)
        self.deepest = max(self.deepest, deepest_before)
        return done

    def _grow(self, num_nodes: int, height: int, node: Node) -> None:
        """Count what is added here, so that neither references of references nor their depth get out of hand."""
        self.num_nodes += num_nodes
        self.deepest = max(self.deepest, self.depth + height)
        if self.num_nodes > MAX_NODES:
            self._stop(f"references expand the text to more than {MAX_NODES:,} values", node.span)
        if self.depth + height > MAX_DEPTH:
            self._fail("R203", f"with its references, the text is nested deeper than {MAX_DEPTH} levels", node.span)

    def _scalar_once(self, node: Scalar, path: Path) -> Node | None:
        if path in self.under_way:
            names = " → ".join("${" + ".".join(map(str, step)) + "}" for step in [*self.under_way, path])
            self._fail("R306", f"references lead back to themselves: {names}", node.span)
        self.under_way.append(path)
        try:
            return self._scalar(node)
        except _Failed:
            return None
        finally:
            self.under_way.pop()

    def _scalar(self, node: Scalar) -> Node:
        """A text with references: the very value where it is one reference, else the pieces joined."""
        assert isinstance(node.value, str)
        whole = _PIECE.fullmatch(node.value)
        if whole and whole["inside"] is not None:
            target = self._reference(whole["inside"], node)
            return target._replace(span=node.span, origins=target.origins + node.origins)
        pieces = list(self._pieces(node.value, node))
        first = next((piece.scalar for piece in pieces[:1] if piece.scalar is not None), None)
        origins = (first.origins if first else ()) + node.origins
        secret = any(piece.scalar is not None and piece.scalar.is_secret for piece in pieces)
        template = "".join(_template(piece) for piece in pieces) if secret else None
        text = "".join(piece.text for piece in pieces)
        self.num_characters += len(text)
        if self.num_characters > MAX_CHARACTERS:
            self._stop(f"references expand the text to more than {MAX_CHARACTERS:,} characters", node.span)
        return Scalar(text, text, node.span, origins, plain=False, template=template)

    def _pieces(self, text: str, node: Scalar) -> Iterator[_Piece]:
        end = 0
        for match in _PIECE.finditer(text):
            if match.start() > end:
                yield _Piece(text[end : match.start()])
            end = match.end()
            if match[0] == "$${":
                yield _Piece("${")
                continue
            if match["inside"] is None:
                self._fail("R308", "`${` without `}`", node.span, "write `$${` for the characters themselves")
            target = self._reference(match["inside"], node)
            if not isinstance(target, Scalar):
                self._fail("R308", f"`{match[0]}` is a map or a list and cannot be part of a text", node.span)
            yield _Piece(str(target.value) if target.plain else target.text, target)
        if end < len(text):
            yield _Piece(text[end:])

    def _reference(self, inside: str, node: Scalar) -> Node:
        if inside.startswith("env:"):
            return self._environment(inside, node)
        steps = tuple(step_of(step) for step in inside.strip().split("."))
        if not inside.strip() or "" in steps:
            self._fail(
                "R308", f"`${{{inside}}}` is no reference", node.span, "write `${vars.name}` or `${env:NAME,default}`"
            )
        target, _, missing = locate(self.root, steps)
        if missing:
            known = list(target.entries) if isinstance(target, Mapping) else []
            prefix = inside.strip()[: -len(".".join(map(str, missing)))]
            guesses = tuple(prefix + guess for guess in did_you_mean(str(missing[0]), known))
            self._fail("R305", f"`${{{inside}}}` names nothing in this recipe", node.span, candidates=guesses)
        return self._value(target, steps)

    def _environment(self, inside: str, node: Scalar) -> Scalar:
        name, comma, default = inside.removeprefix("env:").partition(",")
        value = self.environment.get(name.strip())
        if value is None and not comma:
            help_ = f"set it, or give a default: `${{env:{name.strip()},…}}`"
            self._fail("R307", f"the environment variable `{name.strip()}` is not set", node.span, help_)
        if value is None:
            return Scalar(_typed(default), default, node.span, node.origins)
        origin = Origin("env", node.span, self.working_dir, secret=True)
        return Scalar(_typed(value), value, node.span, (origin,), template=f"${{{inside}}}")

    def _stop(self, message: str, span: Span) -> NoReturn:
        problem = Diagnostic("R202", message, (Label(span),), ("references multiply: write less",))
        raise RecipeError(*self.report.sorted(), problem, sources=self.report.sources)

    def _fail(self, code: str, message: str, span: Span, help_: str = "", candidates: tuple[str, ...] = ()) -> NoReturn:
        self.report.add(Diagnostic(code, message, (Label(span),), (help_,) if help_ else (), candidates))
        raise _Failed


def _typed(text: str) -> str | int | float | bool | None:
    value = resolve_plain(text)
    return text if isinstance(value, NotAValue) else value


def _template(piece: _Piece) -> str:
    if piece.scalar is not None and piece.scalar.template is not None:
        return piece.scalar.template
    return piece.text.replace("${", "$${")
