"""Find the verb, run it, and turn whatever goes wrong into diagnostics and an exit code."""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from recipe import __version__
from recipe.cli.startup import HEAVY_VERBS, flush, hurry

VERBS = {
    "init": "write a recipe to start from",
    "import": "turn the configuration of another tool into a recipe",
    "list": "show the components that recipes can name",
    "validate": "find every mistake in recipes, without running anything",
    "why": "say why a setting has its value: every layer that had a say",
    "diff": "compare two recipes or plans: what must train again",
    "plan": "show, or write, what a run would do",
    "run": "do what the plan says, or continue it",
    "runs": "list the runs under the runs folder",
    "eval": "judge the weights of a run again: metrics, scores of each class, confusion matrix",
    "predict": "let the network of a run say what it sees in images",
    "export": "write the network of a run for other programs, and check that it says the same there",
    "report": "write the page of a run anew: curves, what `auto` became, versions",
    "explain": "say what a diagnostic means, with a bad and a good recipe",
    "schema": "print the JSON Schema of the language",
    "completion": "print the completion script of a shell",
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    is_light = not HEAVY_VERBS.intersection(words[:1])
    hurry(is_light)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows only ASCII shows `?` for a line
    try:
        code = run(words)
        flush()
    except OSError as error:  # `recipe list | head`: the reader has gone; or the disk is full
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python would complain once more at exit
        code = 0 if isinstance(error, BrokenPipeError) else _report_unwritten(error, words)
    if is_light:
        os._exit(code)  # the process ends without taking its objects apart one by one
    sys.exit(code)


def run(words: list[str]) -> int:
    """Run the command line; the exit code."""
    from recipe.schemas.diagnostics import Diagnostic, RecipeError

    try:
        return _dispatch(words)
    except RecipeError as error:
        return _report(error, words)
    except KeyboardInterrupt:
        return _report(RecipeError(Diagnostic("R806", "interrupted")), words)
    except BrokenPipeError:
        raise
    except Exception as error:
        help_ = ("this is a bug of the program; `--debug` shows where",)
        return _report(RecipeError(Diagnostic("R901", f"{type(error).__name__}: {error}", help=help_)), words, error)


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if words else 2
    if words[0] in ("-V", "--version"):
        print(f"recipe {__version__}")
        return 0
    verb = _module_of(words[0])
    return verb.main(parser_of(words[0]).parse_args(words[1:]))  # type: ignore[no-any-return]


def parser_of(word: str) -> argparse.ArgumentParser:
    """The options of a verb."""
    verb = _module_of(word)
    parser = _Parser(
        prog=f"recipe {word}",
        description=verb.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # so that what fails before it is parsed still finds its `--format`
    )
    parser.add_argument("--debug", action="store_true", help="show Python tracebacks")
    verb.add_arguments(parser)
    return parser


class _Parser(argparse.ArgumentParser):
    """argparse whose errors are diagnostics."""

    def error(self, message: str) -> NoReturn:
        from recipe.schemas.diagnostics import Diagnostic, RecipeError

        raise RecipeError(Diagnostic("R001", message, help=(f"see `{self.prog} --help`",)))


def _module_of(word: str) -> Any:
    from recipe.schemas.diagnostics import Diagnostic, RecipeError, did_you_mean

    if word not in VERBS:
        help_ = (f"the verbs are {', '.join(VERBS)}",)
        raise RecipeError(Diagnostic("R001", f"there is no verb `{word}`", (), help_, did_you_mean(word, VERBS)))
    return importlib.import_module(f"recipe.cli.{word}_" if word in ("import", "list") else f"recipe.cli.{word}")


def _overview() -> str:
    verbs = "\n".join(f"  {verb:10} {purpose}" for verb, purpose in VERBS.items())
    return (
        "usage: recipe VERB … | recipe --version\n\n"
        "ML training described in a YAML recipe, compiled into a plan, executed.\n\n"
        f"{verbs}\n\n"
        "`recipe VERB --help` shows its options. Exit codes: 0 fine, 1 invalid recipe, 2 usage,\n"
        "3 a bug of ours, 4 the run failed, 5 inputs changed since, 130 interrupted."
    )


def _report_unwritten(error: OSError, words: list[str]) -> int:
    from recipe.schemas.diagnostics import Diagnostic, RecipeError

    return _report(RecipeError(Diagnostic("R005", f"the output cannot be written: {error.strerror}")), words)


def _report(error: Any, words: list[str], cause: BaseException | None = None) -> int:
    from recipe.cli.render import print_failure
    from recipe.schemas.codes import exit_code

    if "--debug" in words:
        import traceback

        traceback.print_exception(cause or error)
    print_failure(error, words)
    return exit_code([d.code for d in error.diagnostics if d.severity == "error"])
