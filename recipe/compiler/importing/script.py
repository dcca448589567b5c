"""The names that a configuration sets at its top level, statement by statement, as Python would set them."""

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from recipe.compiler.importing.literals import Computed, Literals
from recipe.compiler.importing.python_file import PythonFile
from recipe.compiler.importing.values import Named, Table, Unknown, refuse
from recipe.schemas.diagnostics import Span

_NOT_RUN = "it is code, and the file is read without running it"


class Missed(NamedTuple):
    """A statement from which nothing can be taken."""

    span: Span
    message: str


class Script:
    """What a file comes to: values by name, the place of each, and the statements that nothing was made of."""

    def __init__(self, file: PythonFile) -> None:
        self.file, self.literals = file, Literals(file)
        self.places: dict[str, Span] = {}
        self.missed: list[Missed] = []
        try:
            for statement in file.tree.body:
                self.literals.count(1)
                self._take(statement)
        except RecursionError:
            refuse("it is nested too deep", file=file.source.name)

    @property
    def values(self) -> dict[str, Any]:
        """The names that are set, imported ones among them."""
        return self.literals.names

    def _take(self, statement: ast.stmt) -> None:
        for inner in ast.walk(statement):
            if isinstance(inner, ast.NamedExpr):
                self._lose(inner.target.id, statement)
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
            case ast.Assign():
                value = self.literals.value(statement.value)
                for target in statement.targets:
                    self._assign(target, value, statement)
            case ast.AnnAssign(value=ast.expr() as expression):
                self._assign(statement.target, self.literals.value(expression), statement)
            case ast.AugAssign():
                self._augment(statement)
            case ast.Delete(targets=targets) if all(isinstance(target, ast.Name) for target in targets):
                for target in targets:
                    self.values.pop(target.id, None)  # type: ignore[attr-defined]
            case ast.Pass() | ast.AnnAssign() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                self._leave(statement)

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Names of modules are kept as such; nothing is imported."""
        for alias in statement.names:
            if alias.name == "*":
                self._miss(statement, "what the other file sets is not known")
            elif isinstance(statement, ast.ImportFrom):
                self.values[alias.asname or alias.name] = Named(f"{statement.module or ''}.{alias.name}")
            else:
                bound = alias.asname or alias.name.partition(".")[0]
                self.values[bound] = Named(alias.name if alias.asname else bound)
            self.places[alias.asname or alias.name.partition(".")[0]] = self.file.span(statement)

    def _assign(self, target: ast.expr, value: Any, statement: ast.stmt) -> None:
        match target:
            case ast.Name():
                self.values[target.id] = value
                self.places[target.id] = self.file.span(statement)
            case ast.Tuple() | ast.List() if _fits(target, value):
                for inner, item in zip(target.elts, value, strict=True):
                    self._assign(inner, item, statement)
            case ast.Subscript():
                self._put(target, value, statement)
            case _:
                self._leave(statement)

    def _put(self, target: ast.Subscript, value: Any, statement: ast.stmt) -> None:
        """`optuna["sampler"] = …`."""
        used = set(self.literals.used)
        owner, key = self.literals.value(target.value), self.literals.value(target.slice)
        self.literals.used = used
        if isinstance(owner, Table) and isinstance(key, str):
            owner[key] = value
            owner.places[key] = self.file.span(statement)
        elif isinstance(owner, list) and isinstance(key, int) and -len(owner) <= key < len(owner):
            owner[key] = value
        else:
            self._leave(statement)

    def _augment(self, statement: ast.AugAssign) -> None:
        """`epochs *= 2`."""
        before = self.literals.value(ast.copy_location(_loaded(statement.target), statement.target))
        try:
            value = self.literals.combined(type(statement.op), before, self.literals.value(statement.value), statement)
        except (Computed, ArithmeticError, TypeError, ValueError) as error:
            value = Unknown(self.file.span(statement), f"it cannot be computed: {error}")
        self._assign(statement.target, value, statement)

    def _leave(self, statement: ast.stmt) -> None:
        """Say that the statement is not run; what it might set is not known from here on."""
        owner = _owner(statement)
        is_changed = owner in self.values and not isinstance(self.values[owner], Named)
        self._miss(statement, f"{_NOT_RUN}; `{owner}` counts as it stood before" if is_changed else _NOT_RUN)
        if not _is_for_programs(statement):
            for name in dict.fromkeys(_names_set_by(statement)):
                self._lose(name, statement)

    def _lose(self, name: str, statement: ast.stmt) -> None:
        """From here on it is not known what a name stands for."""
        self.values[name] = Unknown(self.file.span(statement), _NOT_RUN)
        self.places[name] = self.file.span(statement)

    def _miss(self, statement: ast.stmt, why: str) -> None:
        what = "import" if isinstance(statement, ast.ImportFrom) else "statement"
        self.missed.append(Missed(self.file.span(statement), f"the {what} is not translated: {why}"))


def _fits(target: ast.Tuple | ast.List, value: Any) -> bool:
    is_starred = any(isinstance(inner, ast.Starred) for inner in target.elts)
    return isinstance(value, list | tuple) and not is_starred and len(value) == len(target.elts)


def _loaded(target: ast.expr) -> ast.expr:
    """The target of an assignment as an expression."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    return target


def _owner(statement: ast.stmt) -> str:
    """The name whose method a statement calls: `optuna.update(…)`."""
    node: ast.AST = statement.value if isinstance(statement, ast.Expr) else statement
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_for_programs(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, which is not so for a configuration."""
    return isinstance(statement, ast.If) and ast.unparse(statement.test) in (
        "__name__ == '__main__'",
        "'__main__' == __name__",
    )


def _names_set_by(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement may set, or whose contents it may change."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                yield node.id
            case ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield from (inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name))
            case ast.alias():
                yield node.asname or node.name.partition(".")[0]
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
