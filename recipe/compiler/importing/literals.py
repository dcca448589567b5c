"""The worth of expressions that are made of literals: names set before, lists, maps, `dict(…)`, arithmetic."""

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from recipe.compiler.importing.python_file import PythonFile
from recipe.compiler.importing.values import Call, Named, Table, Unknown, refuse

MAX_STEPS = 50_000
"""Values that are looked at in all. Lists of lists of lists grow beyond all bounds in a few lines."""
_LARGEST = 10**15
_LONGEST = 10_000
"""Characters of a text, items of a list."""
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What no recipe may hold, and what cannot be written down at all."""
_MAKERS: dict[str, Callable[..., Any]] = {"dict": Table, "list": list, "tuple": tuple}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


class Computed(Exception):
    """An expression is more than literals."""

    def __init__(self, node: ast.AST, reason: str) -> None:
        super().__init__(reason)
        self.node, self.reason = node, reason


class Literals:
    """Evaluates expressions; `names` is what has been set so far, `used` the names that an expression has read."""

    def __init__(self, file: PythonFile) -> None:
        self.file = file
        self.names: dict[str, Any] = {}
        self.used: set[str] = set()
        self._steps = 0

    def value(self, node: ast.expr) -> Any:
        """What the expression is worth, or `Unknown`. Raises `RecipeError` (R006) where it grows too large."""
        self.count(1)
        try:
            return self._checked(self._known(node), node)
        except Computed as computed:
            return Unknown(self.file.span(computed.node), computed.reason)
        except (ArithmeticError, TypeError, ValueError, LookupError) as error:
            return Unknown(self.file.span(node), f"it cannot be computed: {error}")

    def count(self, steps: int) -> None:
        """Count what is looked at."""
        self._steps += steps
        if self._steps > MAX_STEPS:
            refuse("it holds too many values", "a configuration has some hundred", file=self.file.source.name)

    def combined(self, kind: type[ast.operator], left: Any, right: Any, node: ast.AST) -> Any:
        """Two values put together, as `+` and the others do. Raises `Computed`."""
        for side in (left, right):
            if isinstance(side, Unknown):
                return side
            if isinstance(side, bool) or not isinstance(side, int | float | str | list | tuple):
                raise Computed(node, "it is computed from what is no number, text or list")
        if kind not in _ARITHMETIC or (isinstance(left, str) and kind is not ast.Add):
            raise Computed(node, "it is computed")
        sizes = [len(side) for side in (left, right) if isinstance(side, list | tuple | str)]
        factor = next((side for side in (left, right) if isinstance(side, int)), 1) if kind is ast.Mult else 1
        if sum(sizes) * max(abs(factor), 1) > _LONGEST:
            raise Computed(node, "it is too long")
        if kind is ast.Pow and isinstance(right, int | float) and abs(right) > 100:
            raise Computed(node, "the power is too large")
        return _ARITHMETIC[kind](left, right)

    def _known(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=None | bool() | int() | float() | str()):
                return node.value
            case ast.Name():
                return self._named(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.List() | ast.Tuple():
                items = self._items(node.elts)
                return items if isinstance(node, ast.List) else tuple(items)
            case ast.Dict():
                return self._table(node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self._signed(node)
            case ast.BinOp():
                return self.combined(type(node.op), self.value(node.left), self.value(node.right), node)
            case ast.Subscript():
                return self._item(node)
            case ast.Call():
                return self._call(node)
        raise Computed(node, "it is computed when the file runs")

    def _named(self, node: ast.Name) -> Any:
        if node.id not in self.names:
            raise Computed(node, f"`{node.id}` is not set by a literal before")
        self.used.add(node.id)
        return self.names[node.id]

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, Unknown):
            return owner
        if not isinstance(owner, Named):
            raise Computed(node, "it is computed when the file runs")
        return Named(f"{owner.path}.{node.attr}")

    def _items(self, nodes: list[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            value = self.value(node.value if isinstance(node, ast.Starred) else node)
            if isinstance(node, ast.Starred):
                found.extend(self._spread(value, list | tuple, node))
            else:
                found.append(value)
        return found

    def _spread(self, value: Any, kind: Any, node: ast.AST) -> Any:
        """What `*` and `**` lay out."""
        if isinstance(value, Unknown):
            raise Computed(node, value.reason)
        if not isinstance(value, kind):
            raise Computed(node, "it is computed when the file runs")
        self.count(len(value))
        return value

    def _table(self, node: ast.Dict) -> Table:
        table = Table()
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.value(item)
            if key is None:
                inner = self._spread(value, dict, item)
                table.update(inner)
                table.places.update(Table(inner).places)
            else:
                self._put(table, key, value, item)
        return table

    def _put(self, table: Table, key: ast.expr, value: Any, node: ast.AST) -> None:
        name = self.value(key)
        if not isinstance(name, str | int | float):
            raise Computed(key, "a key is no plain text")
        table[name] = value
        table.places[name] = self.file.span(node)

    def _signed(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Computed(node, "only numbers have a sign")
        return -value if isinstance(node.op, ast.USub) else value

    def _item(self, node: ast.Subscript) -> Any:
        owner, key = self.value(node.value), self.value(node.slice)
        if isinstance(owner, Unknown):
            return owner
        is_key = isinstance(owner, dict) and isinstance(key, str | int | float)
        if not is_key and not (isinstance(owner, list | tuple) and isinstance(key, int)):
            raise Computed(node, "it is computed when the file runs")
        return owner[key]

    def _call(self, node: ast.Call) -> Any:
        args = self._items(node.args)
        kwargs = Table()
        for keyword in node.keywords:
            value = self.value(keyword.value)
            kwargs |= {keyword.arg: value} if keyword.arg else self._spread(value, dict, keyword)
            if keyword.arg:
                kwargs.places[keyword.arg] = self.file.span(keyword.value)
        if isinstance(node.func, ast.Name) and node.func.id in _MAKERS and node.func.id not in self.names:
            return self._made(node.func.id, args, kwargs, node)
        function = self.value(node.func)
        if not isinstance(function, Named):
            raise Computed(node, "it is computed when the file runs")
        return Call(function.path, tuple(args), kwargs, self.file.span(node))

    def _made(self, word: str, args: list[Any], kwargs: Table, node: ast.Call) -> Any:
        """`dict(a=1)`, `dict(base, a=1)`, `list(…)`, `tuple(…)`."""
        wanted = dict if word == "dict" else list | tuple
        if len(args) > 1 or (kwargs and word != "dict"):
            raise Computed(node, "it is computed when the file runs")
        made = _MAKERS[word](*(self._spread(arg, wanted, node) for arg in args))
        if isinstance(made, Table):
            made.update(kwargs)
            made.places.update(kwargs.places)
        return made

    def _checked(self, value: Any, node: ast.AST) -> Any:
        """Counted, and within what a recipe can say."""
        if isinstance(value, list | tuple | dict):
            self.count(len(value))
        elif isinstance(value, float) and not math.isfinite(value):
            raise Computed(node, "it is no finite number")
        elif isinstance(value, complex) or (isinstance(value, int) and abs(value) > _LARGEST):
            raise Computed(node, "it is no number that a setting can hold")
        elif isinstance(value, str) and _UNSPEAKABLE.search(value):
            raise Computed(node, "it holds a character that has no place in a recipe")
        elif isinstance(value, str) and len(value) > _LONGEST:
            raise Computed(node, "it is too long")
        return value
