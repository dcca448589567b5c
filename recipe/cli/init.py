"""Write a recipe to start from: a copy of one that ships with the program."""

import argparse
from pathlib import Path

from recipe.schemas.codes import EXIT_OK
from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="where to write it (default: NAME.yaml)")
    parser.add_argument("--from", dest="name", default="yolo_competition", metavar="NAME", help="the shipped recipe")


def main(arguments: argparse.Namespace) -> int:
    """Copy a shipped recipe; an existing file is never overwritten."""
    shipped = {file.stem: file for file in sorted(shipped_folder().rglob("*.yaml"))}
    if arguments.name not in shipped:
        guesses = did_you_mean(arguments.name, shipped)
        help_ = (f"shipped: {', '.join(shipped)}",)
        raise RecipeError(
            Diagnostic("R001", f"no recipe `{arguments.name}` is shipped", help=help_, candidates=guesses)
        )
    target = Path(arguments.file or f"{arguments.name}.yaml")
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(shipped[arguments.name].read_text(encoding="utf-8"))
    except FileExistsError:
        raise RecipeError(Diagnostic("R004", f"`{target}` exists already", help=("name another file",))) from None
    except OSError as error:
        raise RecipeError(Diagnostic("R005", f"`{target}` cannot be written: {error.strerror}")) from None
    print(f"wrote {target}; `recipe validate {target}` checks it, `recipe plan {target}` shows what it does")
    return EXIT_OK


def shipped_folder() -> Path:
    """Where the shipped recipes are: inside an installed package, beside it in a checkout."""
    import recipe

    package = Path(recipe.__file__).parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent / "recipes"
