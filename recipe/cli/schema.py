"""Print the JSON Schema of the language, for machines."""

import argparse
import json
from pathlib import Path

from recipe.schemas.codes import EXIT_OK


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file")


def main(arguments: argparse.Namespace) -> int:
    """Print or write the schema."""
    from recipe.schemas.json_schema import language_schema

    text = json.dumps(language_schema(), indent=2, ensure_ascii=False) + "\n"
    if arguments.output:
        Path(arguments.output).write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return EXIT_OK
