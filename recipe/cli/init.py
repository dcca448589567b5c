"""Write a recipe to start from: a copy of one that ships with the program, with a schema for editors beside it."""

import argparse
from pathlib import Path

from recipe.cli.schema import schema_text, write_schema
from recipe.compiler.shipped import shipped_recipes
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.definitions import MARK
from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean

EDITOR_SCHEMA = Path(".recipe") / "schema.json"
"""Where editors find the schema, relative to the recipe: an absolute path would hold on one machine only."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="where to write it (default: NAME.yaml)")
    parser.add_argument("--from", dest="name", default="yolo_competition", metavar="NAME", help="the shipped recipe")


def main(arguments: argparse.Namespace) -> int:
    """Copy a shipped recipe; an existing file is never overwritten."""
    shipped = shipped_recipes()
    if arguments.name not in shipped:
        guesses = did_you_mean(arguments.name, shipped)
        help_ = (f"shipped: {', '.join(shipped)}",)
        raise RecipeError(
            Diagnostic("R001", f"no recipe `{arguments.name}` is shipped", help=help_, candidates=guesses)
        )
    target = Path(arguments.file or Path(shipped[arguments.name]).name)
    schema = target.parent / EDITOR_SCHEMA
    _check_ours(schema)
    modeline = f"# yaml-language-server: $schema={EDITOR_SCHEMA.as_posix()}\n"
    _write_new(target, modeline + Path(shipped[arguments.name]).read_text(encoding="utf-8"))
    write_schema(schema, schema_text("editor"))
    print(f"wrote {target}; `recipe validate {target}` checks it, `recipe plan {target}` shows what it does")
    print(f"wrote {schema}, by which editors complete it")
    return EXIT_OK


def _write_new(target: Path, text: str) -> None:
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RecipeError(Diagnostic("R004", f"`{target}` exists already", help=("name another file",))) from None
    except OSError as error:
        raise RecipeError(Diagnostic("R005", f"`{target}` cannot be written: {error.strerror}")) from None


def _check_ours(schema: Path) -> None:
    """Refuse to write where something else stands than a schema that this program wrote, perhaps an older version."""
    try:
        is_ours = MARK in schema.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise RecipeError(Diagnostic("R005", f"`{schema}` cannot be written: {error.strerror}")) from None
    if not is_ours:
        help_ = ("move it away, or name a file in another folder",)
        raise RecipeError(Diagnostic("R004", f"`{schema}` exists already, and is no schema of recipes", help=help_))
