"""A plan as people read it."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from recipe.cli.formats.text import escape
from recipe.cli.plan_members import parts_of_matrix, parts_of_search
from recipe.cli.plan_parts import Part, parts_of
from recipe.schemas.plan import MatrixPlan, Plan, RunPlan, SearchPlan

_LABEL_WIDTH = 10


def show_plan(plan: Plan, runs_root: Path | None = None, console: Console | None = None) -> None:
    """Print the plan: a panel on a terminal, plain lines elsewhere. Earlier runs are looked for under `runs_root`."""
    console = console or Console(highlight=False)
    for title, parts in _panels(plan, runs_root):
        filled = [_harmless(part) for part in parts if part.rows]
        if console.is_terminal:
            console.print(Panel(_grid(filled), title=Text(title), title_align="left", border_style="cyan"))
        else:
            print("\n".join([title, *(f"  {line}" for part in filled for line in _plain(part))]))


def _panels(plan: Plan, runs_root: Path | None) -> Iterable[tuple[str, Iterable[Part]]]:
    if isinstance(plan, MatrixPlan):
        yield f"{plan.name} · {len(plan.members)} runs · {plan.digest[:12]}", parts_of_matrix(plan, runs_root)
        first = plan.members[0].plan
        yield f"the first of them · {first.recipe.word()} · {first.digest[:12]}", parts_of(first)
    elif isinstance(plan, SearchPlan):
        yield f"{plan.name} · search · {plan.digest[:12]}", parts_of_search(plan)
        yield f"the recipe below it · {plan.base.recipe.word()}", parts_of(plan.base)
    else:
        yield _title(plan), parts_of(plan)


def _harmless(part: Part) -> Part:
    """Nothing that a recipe or a dataset says does anything to a terminal."""
    return part._replace(rows=tuple(tuple(map(escape, row)) for row in part.rows))


def _title(plan: RunPlan) -> str:
    return f"{plan.recipe.name} · {plan.recipe.word()} · {plan.digest[:12]}"


def _grid(parts: list[Part]) -> Table:
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(style="bold", no_wrap=True, width=_LABEL_WIDTH)
    grid.add_column(ratio=1)
    for part in parts:
        grid.add_row(part.label, _rows(part))
    return grid


def _rows(part: Part) -> Table:
    """The columns of a part; all but the first may wrap."""
    inner = Table.grid(padding=(0, 2))
    columns = max(map(len, part.rows))
    for index in range(columns):
        inner.add_column(no_wrap=index == 0 and columns > 1, overflow="fold")
    for row in part.rows:
        inner.add_row(*map(Text, row))
    return inner


def _plain(part: Part) -> Iterable[str]:
    columns = max(map(len, part.rows))
    widths = [max(len(row[index]) for row in part.rows if index < len(row)) for index in range(columns)]
    for number, row in enumerate(part.rows):
        text = "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        yield f"{part.label if number == 0 else '':{_LABEL_WIDTH}}  {text}"
