"""What each diagnostic code means: a page of Markdown for each, `R402.md`, with a bad and a good example.

A page is a heading (`# R402 unknown-key`), prose, and the sections `## Bad`, `## Good` and `## What to do`. The fenced
blocks of an example are its files (```` ```yaml ````, which is `recipe.yaml`, ```` ```text file=NAME ````,
```` ```image file=NAME ````) and the commands that show it (```` ```sh ````; `recipe validate recipe.yaml` where there
are none). A comment `<!-- stand-in: why -->` says that the example needs what not every machine has.
"""

import re
from pathlib import Path
from typing import NamedTuple

from recipe.schemas.codes import CODES

FOLDER = Path(__file__).parent
USUAL_COMMAND = "recipe validate recipe.yaml"
_LAYOUT = re.compile(
    r"# (?P<heading>[^\n]+)\n\n(?P<meaning>.+?)\n\n## Bad\n\n(?P<bad>.+?)\n\n## Good\n\n(?P<good>.+?)\n\n"
    r"## What to do\n\n(?P<advice>.+?)\n(?:\n<!-- stand-in: (?P<stand_in>[^\n]+) -->\n)?",
    re.DOTALL,
)
_FENCE = re.compile(r"^```(?P<kind>\w+)(?: file=(?P<name>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class File(NamedTuple):
    """A file of an example; of an image, `text` is what a reader is told about it."""

    name: str
    kind: str
    text: str


class Example(NamedTuple):
    """Files, and the commands that show what becomes of them."""

    markdown: str
    files: tuple[File, ...]
    commands: tuple[str, ...]


class Page(NamedTuple):
    """Everything that is to be said about a code."""

    code: str
    meaning: str
    bad: Example
    good: Example
    advice: str
    stand_in: str | None
    """Why the bad example gives its code on some machines only."""


def read_page(code: str) -> Page:
    """The page of a code. Raises `ValueError` where it does not have the layout of a page."""
    match = _LAYOUT.fullmatch((FOLDER / f"{code}.md").read_text(encoding="utf-8"))
    if match is None or match["heading"] != f"{code} {CODES[code].name}":
        raise ValueError(f"{code}.md has not the layout of a page")
    return Page(
        code, match["meaning"], _example(match["bad"]), _example(match["good"]), match["advice"], match["stand_in"]
    )


def _example(markdown: str) -> Example:
    blocks = list(_FENCE.finditer(markdown))
    files = [File(block["name"] or "recipe.yaml", block["kind"], block["text"]) for block in blocks]
    commands = [line for file in files if file.kind == "sh" for line in file.text.splitlines()]
    return Example(markdown, tuple(f for f in files if f.kind != "sh"), tuple(commands) or (USUAL_COMMAND,))
