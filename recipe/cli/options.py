"""Options that several verbs share."""

import argparse

from recipe.cli.render import FORMATS
from recipe.compiler.compile import Request
from recipe.schemas.manifest import known_names
from recipe.schemas.models import Model


def add_recipe_options(parser: argparse.ArgumentParser) -> None:
    """`--profile` and `--set`."""
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="lay a profile of the recipe on it"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="set one value, as YAML; paths in it are relative to the working directory",
    )


def add_format_option(parser: argparse.ArgumentParser, formats: tuple[str, ...] = FORMATS) -> None:
    """`--format`."""
    parser.add_argument("--format", choices=formats, default="full", help="how to print (default: full)")


def add_runs_option(parser: argparse.ArgumentParser) -> None:
    """`--runs-dir`."""
    parser.add_argument("--runs-dir", metavar="DIR", help="folder of all runs (default: $RECIPE_RUNS, else ./runs)")


def request_of(arguments: argparse.Namespace, file: str) -> Request:
    """What the options ask to compile."""
    return Request(file, tuple(arguments.profile), tuple(arguments.set), names_of=_names_of)


def _names_of(model: Model) -> tuple[str, ...]:
    """From the shipped lists, else what an earlier look at such a model has left in the cache."""
    if names := known_names(model):
        return names
    from recipe.runtime.remembered import remembered_names

    return remembered_names(model)
