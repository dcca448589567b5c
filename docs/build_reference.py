"""Write `docs/reference.md` from the code: every component with its settings, every verb, every code.

`make docs` runs it; a test fails where the page is not what it would write.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from recipe.cli.main import VERBS
from recipe.schemas.base import Section, usual_range
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.codes import CODES
from recipe.schemas.recipe import Recipe
from recipe.schemas.walk import section_of

PAGE = Path(__file__).parent / "reference.md"
HEAD = "# Reference\n\nGenerated from the code by `make docs`; do not edit.\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_components(), *_verbs(), *_codes()]) + "\n"


def _components() -> Iterator[str]:
    for kind in CATALOGUE.kinds():
        yield f"## {kind.capitalize()}{'es' if kind.endswith('s') else 's'}\n"
        for word in CATALOGUE.builtins(kind):
            cls = CATALOGUE.find(kind, word)
            assert cls is not None
            yield f"### {word}\n\n{_doc(cls)}\n"
            yield from _table(cls, "")
            if issubclass(cls, Recipe):
                yield from _metrics(cls)


def _metrics(cls: type[Recipe]) -> Iterator[str]:
    yield "Metrics of every epoch; the one in bold chooses the best checkpoint:\n"
    yield "| metric | better | meaning |\n|---|---|---|"
    for metric in cls.metrics:
        name = f"**`{metric.name}`**" if metric.name == cls.primary_metric else f"`{metric.name}`"
        yield f"| {name} | {'higher' if metric.higher_is_better else 'lower'} | {metric.doc} |"
    yield ""


def _table(cls: type[Section], prefix: str) -> Iterator[str]:
    rows = list(_rows(cls, prefix))
    if rows:
        yield from ["| key | default | meaning |", "|---|---|---|", *rows, ""]


def _rows(cls: type[Section], prefix: str) -> Iterator[str]:
    for name, field in cls.model_fields.items():
        inner = section_of(field.annotation, None)
        if inner is not None and not field.description:
            yield f"| **`{prefix}{name}`** | | {_doc(inner)} |"
            yield from _rows(inner, f"{prefix}{name}.")
        else:
            yield f"| `{prefix}{name}` | {_default(field)} | {field.description}{_usual(field)} |"
            if inner is not None:
                yield from _rows(inner, f"{prefix}{name}.")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.default
    if isinstance(value, Section) or value == "":
        return ""
    return "none" if value is None else f"`{_said(value)}`"


def _said(value: Any) -> str:
    """A value as a recipe says it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_said, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _usual(field: FieldInfo) -> str:
    usual = usual_range(field)
    return "" if usual is None else f" Usual: {usual[0]:g} to {usual[1]:g}; outside, {usual[2]}."


def _verbs() -> Iterator[str]:
    yield "## Verbs\n"
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    for verb in VERBS:
        command = [sys.executable, "-m", "recipe", verb, "--help"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        yield f"### recipe {verb}\n\n```\n{done.stdout.rstrip()}\n```\n"


def _codes() -> Iterator[str]:
    yield "## Diagnostics\n\n| code | name | severity | meaning |\n|---|---|---|---|"
    for code, meaning in CODES.items():
        yield f"| {code} | {meaning.name} | {meaning.severity} | {meaning.summary} |"


def _doc(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())


if __name__ == "__main__":
    main()
