"""Print the completion script of a shell.

bash: `source <(recipe completion bash)` in ~/.bashrc
zsh: `source <(recipe completion zsh)` in ~/.zshrc, behind `compinit`
fish: `recipe completion fish > ~/.config/fish/completions/recipe.fish`
"""

import argparse

from recipe.cli.completion_scripts import SCRIPTS, Argument, Verb
from recipe.cli.main import VERBS, parser_of
from recipe.compiler.compose import compose, profile_names
from recipe.compiler.report import Report
from recipe.schemas.codes import CODES, EXIT_OK

_BY_METAVAR = {
    "FILE": "recipe",
    "A": "recipe",
    "B": "recipe",
    "PLAN.json": "file",
    "ROWS.csv": "file",
    "IMAGE|DIR": "file",
    "DIR": "folder",
}
"""What the words of the options stand for, where that is something to be found on the disk."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("shell", nargs="?", choices=tuple(SCRIPTS), help="the shell")
    what.add_argument("--profiles", metavar="FILE", help="print the profiles of a recipe; the scripts ask for them")


def main(arguments: argparse.Namespace) -> int:
    """Print a script, or the profiles that a script asks for."""
    if arguments.profiles:
        report = Report()
        compose(arguments.profiles, (), (), report)
        print(*profile_names(report), sep="\n")
        return EXIT_OK
    print(SCRIPTS[arguments.shell]([_describe(word, purpose) for word, purpose in VERBS.items()]), end="")
    return EXIT_OK


def _describe(word: str, purpose: str) -> Verb:
    actions = [action for action in parser_of(word)._actions if action.help != argparse.SUPPRESS]
    return Verb(word, purpose, tuple(_argument(word, action) for action in actions))


def _argument(verb: str, action: argparse.Action) -> Argument:
    words = tuple(map(str, action.choices)) if action.choices else _known_words(verb, action.dest)
    takes = "words" if words else _BY_METAVAR.get(str(action.metavar), "text")
    if action.dest in ("profile", "profile_b"):
        takes = "profile"
    if action.nargs == 0:
        takes = "nothing"
    return Argument(tuple(action.option_strings), action.help or "", takes, words)


def _known_words(verb: str, name: str) -> tuple[str, ...]:
    """The words that an argument takes, where argparse does not know them."""
    from recipe.compiler.shipped import shipped_recipes
    from recipe.schemas.catalogue import CATALOGUE

    if (verb, name) == ("explain", "codes"):
        return tuple(CODES)
    if (verb, name) == ("list", "kind"):
        return tuple(CATALOGUE.kinds())
    return tuple(shipped_recipes()) if (verb, name) == ("init", "name") else ()
