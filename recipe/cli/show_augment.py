"""`recipe plan --show augment`: a contact sheet of images as training sees them."""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recipe.cli.options import request_of
from recipe.cli.render import print_diagnostics
from recipe.compiler.compile import check_recipe
from recipe.compiler.load_plan import load_plan
from recipe.compiler.nodes import Document
from recipe.compiler.place import place
from recipe.compiler.read import read
from recipe.compiler.report import Report
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.plan import MatrixPlan, SearchPlan
from recipe.schemas.recipe import Recipe

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
"""Ending of the file → Pillow's word for it."""
MOST = 50
"""Images on a sheet: of more, it would be too long for programs that show pictures."""


def check_options(arguments: argparse.Namespace) -> None:
    """Raises `RecipeError` (R001) where options do not go together."""
    if arguments.show is None:
        given = [name for name in ("count", "seed") if getattr(arguments, name) is not None]
        if given:
            raise _usage(f"`--{given[0]}` is for `--show augment`")
    elif arguments.output is None:
        raise _usage("`--show augment` draws a picture: say where it goes", "add `-o sheet.png`")
    elif Path(arguments.output).suffix.lower() not in FORMATS:
        raise _usage(f"`{arguments.output}` does not end in a format of pictures", f"formats: {', '.join(FORMATS)}")
    elif arguments.count is not None and not 1 <= arguments.count <= MOST:
        raise _usage(f"`--count` is between 1 and {MOST}, but got {arguments.count}")


def show_augment(arguments: argparse.Namespace) -> int:
    """Draw the sheet, and say where it is."""
    from recipe.runtime.contact_sheet import ShowsAugment, draw
    from recipe.runtime.execute import family_of
    from recipe.runtime.files import written_atomically
    from recipe.runtime.fonts import lack_of_font

    report = Report()
    recipe, document = _recipe_of_plan(arguments) if arguments.file.endswith(".json") else _recipe(arguments, report)
    family = family_of(recipe)
    if not isinstance(family, ShowsAugment):
        help_ = ("`--show augment` is for recipes of classification",)
        raise RecipeError(Diagnostic("R812", f"the images of {recipe.word()} cannot be shown yet", help=help_))
    with _told_in(document):
        family.look_at_data(recipe)
        sheet = family.contact_sheet(recipe, arguments.count or 8)
    picture = draw(sheet)
    with written_atomically(Path(arguments.output)) as file:
        picture.save(file, FORMATS[Path(arguments.output).suffix.lower()])
    if lacking := lack_of_font(sheet.texts()):
        report.add(lacking)
    print_diagnostics(report.sorted(), report.sources, arguments.format)
    if arguments.format == "json":
        diagnostics = [diagnostic.to_json(report.sources) for diagnostic in report.sorted()]
        print(json.dumps({"ok": True, "sheet": arguments.output, "diagnostics": diagnostics}, indent=2))
    else:
        print(f"wrote {arguments.output}, {picture.width} × {picture.height} pixels")
    return EXIT_OK


def _recipe(arguments: argparse.Namespace, report: Report) -> tuple[Recipe, Document]:
    if arguments.seed is not None:
        arguments.set.append(f"seed={arguments.seed}")
    checked = check_recipe(request_of(arguments, arguments.file), report)
    return _only([member.recipe for member in checked.members]), checked.document


def _recipe_of_plan(arguments: argparse.Namespace) -> tuple[Recipe, None]:
    if arguments.set or arguments.profile or arguments.seed is not None:
        raise _usage("a written plan is shown as it is: options that change it go to a recipe")
    plan = load_plan(read(arguments.file, Report()).text, arguments.file, os.environ)
    if isinstance(plan, MatrixPlan):
        return _only([member.plan.recipe for member in plan.members]), None
    return (plan.base if isinstance(plan, SearchPlan) else plan).recipe, None


def _only(recipes: list[Recipe]) -> Recipe:
    """The first of several runs, where all see the same images. Raises `RecipeError` (R001) where they do not."""
    sections = ("data", "augment", "seed")
    for name in sections:
        if any(getattr(recipe, name, None) != getattr(recipes[0], name, None) for recipe in recipes):
            message = f"the runs of the matrix differ in `{name}`, and a sheet shows the images of one"
            raise _usage(message, "choose one: `--set matrix=null`, and `--set` for each value that it varies")
    return recipes[0]


@contextmanager
def _told_in(document: Document | None) -> Iterator[None]:
    """Place what is wrong with the data in the recipe's text."""
    try:
        yield
    except RecipeError as error:
        if document is None:
            raise
        placed = (place(diagnostic, document) for diagnostic in error.diagnostics)
        raise RecipeError(*placed, sources=document.sources) from error


def _usage(message: str, *ways_out: str) -> RecipeError:
    return RecipeError(Diagnostic("R001", message, help=ways_out))
