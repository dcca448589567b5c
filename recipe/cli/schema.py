"""Print the JSON Schema of the language: strict for machines, or shaped for editors."""

import argparse
import json
from pathlib import Path

from recipe.schemas.codes import EXIT_OK
from recipe.schemas.definitions import Schema
from recipe.schemas.diagnostics import Diagnostic, RecipeError

FLAVOURS = ("strict", "editor")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--flavour", choices=FLAVOURS, default="strict", help="for whom (default: strict)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file")


def main(arguments: argparse.Namespace) -> int:
    """Print or write the schema."""
    text = schema_text(arguments.flavour)
    if arguments.output:
        write_schema(Path(arguments.output), text)
    else:
        print(text, end="")
    return EXIT_OK


def schema_text(flavour: str) -> str:
    """The schema as JSON."""
    return json.dumps(_schema(flavour), indent=1, ensure_ascii=False) + "\n"


def _schema(flavour: str) -> Schema:
    if flavour == "editor":
        from recipe.schemas.editor_schema import editor_schema

        return editor_schema()
    from recipe.schemas.json_schema import language_schema

    return language_schema()


def write_schema(file: Path, text: str) -> None:
    """Write a schema whole or not at all. Raises `RecipeError` where it cannot be written."""
    from recipe.runtime.files import write_atomically

    try:
        write_atomically(file, text)
    except OSError as error:
        raise RecipeError(Diagnostic("R005", f"`{file}` cannot be written: {error.strerror}")) from None
