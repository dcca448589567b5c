"""`report.html`: one page with everything about a run, which needs nothing beside it and no network."""

import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recipe.runtime.files import write_atomically
from recipe.runtime.report.chapters import Block, Reports
from recipe.runtime.report.contents import contents_of
from recipe.runtime.report.heat import ends, heat_image
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.plan import RunPlan
from recipe.schemas.run import Result

if TYPE_CHECKING:
    from jinja2 import Template

REFRESH_SECONDS = 10
"""How often a browser looks again while the run goes on."""
_LEAST_SECONDS = 5.0
_SHARE = 0.01
"""Of the time of a run that its page may take."""


def write_page(plan: RunPlan, run: RunDirectory, family: Any, page: Path, result: Result | None) -> None:
    """Write the page anew from what is in the run's directory. `result`: where it is not written down yet."""
    chapters = family.chapters(plan, run) if isinstance(family, Reports) else ()
    contents = contents_of(plan, run, chapters, page, result)
    text = _template().render(contents._asdict(), refresh=REFRESH_SECONDS)
    write_atomically(page, text.encode(errors="replace"))  # names of files may have bytes that are no text


class LivePage:
    """The page of a run that goes on: written seldom enough to take less than a hundredth of its time."""

    def __init__(self, run: RunDirectory, family: Any) -> None:
        self._run, self._family, self._due = run, family, 0.0

    def is_due(self) -> bool:
        """Whether it may be written again."""
        return time.monotonic() >= self._due

    def write(self, plan: RunPlan, result: Result | None = None) -> None:
        """Write it as things stand."""
        begun = time.monotonic()
        write_page(plan, self._run, self._family, self._run.report, result)
        now = time.monotonic()
        self._due = now + max(_LEAST_SECONDS, (now - begun) / _SHARE)


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"heat_image": heat_image, "ends": ends, "kind": _kind, "shade": _shade}
    return environment.get_template("page.html")


def _kind(block: Block) -> str:
    return type(block).__name__.lower()


def _shade(count: int, row: list[int]) -> int:
    """A count as percent of its row."""
    return round(100 * count / total) if (total := sum(row)) else 0
