"""Turn the configuration of another tool into a recipe. The file is read, and never run.

`--from pochitrain` reads `pochi_train_config.py`; docs/migrate_pochitrain.md has the table of what becomes what.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from recipe.cli.formats.text import escape
from recipe.cli.options import add_format_option
from recipe.cli.paint import paint
from recipe.cli.render import print_diagnostics
from recipe.compiler.importing.draft import Row
from recipe.compiler.importing.pochitrain import Imported, import_pochitrain
from recipe.compiler.one_line import one_line
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError

_WIDTHS = (44, 40)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("file", metavar="PATH", help="the configuration, a Python file")
    parser.add_argument("-o", "--output", metavar="FILE.yaml", help="where to write the recipe (default: NAME.yaml)")
    parser.add_argument("--from", dest="tool", choices=["pochitrain"], default="pochitrain", help="the tool it is for")
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Write the recipe, and say what became what and what could not be translated."""
    target = arguments.output or f"{Path(arguments.file).stem}.yaml"
    _check_free(target)
    imported = import_pochitrain(arguments.file, target)
    _write_new(target, imported.text)
    if arguments.format == "json":
        print(json.dumps(_json(imported, target), indent=2, ensure_ascii=False))
        return EXIT_OK
    if arguments.format == "full":
        _show(imported)
    print_diagnostics(imported.missed, [imported.source], arguments.format)
    missed = f", {len(imported.missed)} that could not be translated stand at its top" if imported.missed else ""
    print(f"wrote {target}: {len(imported.rows)} settings{missed}")
    print(f"`recipe validate {target}` checks it, `recipe plan {target}` shows what it does")
    return EXIT_OK


def _check_free(target: str) -> None:
    if os.path.lexists(target):
        raise RecipeError(Diagnostic("R004", f"`{target}` exists already", help=("name another file: `-o FILE.yaml`",)))


def _write_new(target: str, text: str) -> None:
    try:
        with Path(target).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        _check_free(target)
    except OSError as error:
        raise RecipeError(Diagnostic("R005", f"`{target}` cannot be written: {error.strerror}")) from None


def _show(imported: Imported) -> None:
    widths = [min(max(map(len, column)), most) for column, most in zip(_columns(imported), _WIDTHS, strict=True)]
    print(paint(f"{'pochitrain':{widths[0]}}  {'recipe':{widths[1]}}", "bold"))
    for row in imported.rows:
        value = one_line(row.value) if row.new and row.value is not None else ""
        note = paint(f"  ({escape(row.note)})", "dim") if row.note else ""
        print(f"{escape(row.old):{widths[0]}}  {escape(row.new) or '-':{widths[1]}}  {escape(value)}{note}".rstrip())
    for note in imported.notes:
        print(f"note: {escape(note)}")


def _columns(imported: Imported) -> tuple[list[str], list[str]]:
    return [row.old for row in imported.rows] or [""], [row.new for row in imported.rows] or [""]


def _json(imported: Imported, target: str) -> dict[str, Any]:
    return {
        "ok": True,
        "file": target,
        "mapped": [_row_json(row, imported) for row in imported.rows],
        "notes": list(imported.notes),
        "diagnostics": [problem.to_json([imported.source]) for problem in imported.missed],
    }


def _row_json(row: Row, imported: Imported) -> dict[str, Any]:
    line = None if row.span is None else imported.source.position(row.span.start)[0]
    return {"old": row.old, "new": row.new or None, "value": row.value, "note": row.note, "line": line}
