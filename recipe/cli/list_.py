"""Show the components that recipes can name, with their settings."""

import argparse
import json
import sys

from recipe.cli.options import add_format_option
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("kind", nargs="?", help="one kind only, for example `optimizer`")
    add_format_option(parser)


def main(arguments: argparse.Namespace) -> int:
    """Print every word, or those of one kind."""
    kinds = CATALOGUE.kinds()
    if arguments.kind and arguments.kind not in kinds:
        guesses = did_you_mean(arguments.kind, kinds)
        help_ = (f"the kinds are {', '.join(kinds)}",)
        raise RecipeError(Diagnostic("R001", f"there is no kind `{arguments.kind}`", help=help_, candidates=guesses))
    found = [
        _describe(kind, word) for kind in kinds if arguments.kind in (None, kind) for word in CATALOGUE.words(kind)
    ]
    if arguments.format == "json":
        print(json.dumps({"ok": True, "components": found}, indent=2, ensure_ascii=False))
    else:
        _print(found)
    for duplicate in CATALOGUE.duplicates():
        text = f"`{duplicate.kind}.{duplicate.word}` is defined by {' and '.join(duplicate.owners)}; the first counts"
        print(f"note: {text}", file=sys.stderr)
    return EXIT_OK


def _describe(kind: str, word: str) -> dict[str, object]:
    cls = CATALOGUE.find(kind, word)
    assert cls is not None
    settings = {name: field.description or "" for name, field in cls.model_fields.items()}
    doc = (cls.__doc__ or "").partition("\n")[0]
    return {"kind": kind, "word": word, "doc": doc, "settings": settings, "owner": CATALOGUE.owner(kind, word)}


def _print(found: list[dict[str, object]]) -> None:
    kind, width = None, max(len(str(component["word"])) for component in found)
    for component in found:
        if component["kind"] != kind:
            kind = component["kind"]
            print(f"{kind}")
        owner = "" if component["owner"] == "recipe" else f"  [{component['owner']}]"
        print(f"  {component['word']:{width}}  {component['doc']}{owner}")
        settings = component["settings"]
        if isinstance(settings, dict) and settings:
            print(f"  {'':{width}}  {', '.join(settings)}")
