"""Completion scripts for bash, zsh and fish, made from what the verbs take."""

import shlex
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Argument(NamedTuple):
    """An option with its value, or a positional argument."""

    flags: tuple[str, ...]
    """Empty for a positional argument."""
    help: str
    takes: str
    """`nothing`, `words`, `recipe`, `file`, `folder`, `profile` or `text`."""
    words: tuple[str, ...] = ()


class Verb(NamedTuple):
    """A verb and its arguments."""

    word: str
    purpose: str
    arguments: tuple[Argument, ...]

    @property
    def options(self) -> list[Argument]:
        """The arguments that begin with a dash."""
        return [each for each in self.arguments if each.flags]

    @property
    def positional(self) -> Argument | None:
        """The first argument without a dash; those behind it are of the same kind, or free text."""
        return next((each for each in self.arguments if not each.flags), None)


def bash(verbs: Sequence[Verb]) -> str:
    """The script for bash."""
    cases = "\n".join(_bash_case(verb) for verb in verbs)
    return BASH.replace("@VERBS@", " ".join(verb.word for verb in verbs)).replace("@CASES@", cases)


def _bash_case(verb: Verb) -> str:
    lines = [f"    {verb.word})", '        case "$prev" in']
    for option in verb.options:
        if option.takes != "nothing":
            lines.append(f"            {'|'.join(option.flags)}) {_BASH[option.takes](option)}; return ;;")
    flags = " ".join(flag for option in verb.options for flag in option.flags)
    lines += ["        esac", f'        if [[ "$cur" == -* ]]; then _recipe_words "{flags}"; return; fi']
    if verb.positional:
        lines.append(f"        {_BASH[verb.positional.takes](verb.positional)}")
    return "\n".join([*lines, "        ;;"])


_BASH: dict[str, Callable[[Argument], str]] = {
    "words": lambda argument: f'_recipe_words "{" ".join(argument.words)}"',
    "recipe": lambda _: "_recipe_files",
    "file": lambda _: 'compopt -o default; COMPREPLY=($(compgen -f -- "$cur"))',
    "folder": lambda _: 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur"))',
    "profile": lambda _: "_recipe_profiles",
    "text": lambda _: ":",
}

BASH = """\
# bash completion of recipe; use it with: source <(recipe completion bash)
_recipe_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }

# Recipes, plans, and the folders that lead to them.
_recipe_files() {
    local IFS=$'\\n'
    compopt -o filenames
    COMPREPLY=($(compgen -d -- "$cur"; compgen -f -- "$cur" | grep -E '\\.(yaml|yml|json)$'))
}

# The profiles of the first recipe on the line. They are a file's own text: nothing of it may be expanded.
_recipe_profiles() {
    local word name
    for word in "${COMP_WORDS[@]:2}"; do
        if [[ "$word" == *.yaml || "$word" == *.yml ]]; then
            while IFS= read -r name; do
                if [[ "$name" == "$cur"* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
            done < <(recipe completion --profiles "$word" 2> /dev/null)
            return
        fi
    done
}

_recipe() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}"
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then _recipe_words "@VERBS@"; return; fi
    if [[ "$prev" == "=" || "$cur" == "=" ]]; then return; fi
    case "${COMP_WORDS[1]}" in
@CASES@
    esac
}

complete -F _recipe recipe
"""


def zsh(verbs: Sequence[Verb]) -> str:
    """The script for zsh."""
    words = "\n".join(f"        {shlex.quote(f'{verb.word}:{verb.purpose}')}" for verb in verbs)
    cases = "\n".join(_zsh_case(verb) for verb in verbs)
    return ZSH.replace("@VERBS@", words).replace("@CASES@", cases)


def _zsh_case(verb: Verb) -> str:
    specs = [
        f"'*'{flag}{shlex.quote(f'[{_zsh_text(option.help)}]{_zsh_value(option)}')}"
        for option in verb.options
        for flag in option.flags
    ]
    if verb.positional:
        specs.append(shlex.quote(f"*{_zsh_value(verb.positional)}"))
    lines = "".join(f" \\\n                {spec}" for spec in specs)
    return f"        {verb.word}) _arguments{lines} ;;"


def _zsh_value(argument: Argument) -> str:
    action = {
        "words": f"({' '.join(argument.words)})",
        "recipe": '_files -g "*.(yaml|yml|json)"',
        "file": "_files",
        "folder": "_files -/",
        "profile": "_recipe_profiles",
        "text": " ",
    }
    return "" if argument.takes == "nothing" else f":{argument.takes}:{action[argument.takes]}"


def _zsh_text(text: str) -> str:
    for char in "\\[]:":
        text = text.replace(char, f"\\{char}")
    return text


ZSH = """\
#compdef recipe
# zsh completion of recipe; use it with: source <(recipe completion zsh)
_recipe_profiles() {
    local file=${words[(r)*.(yaml|yml)]}
    [[ -n $file ]] && compadd -- ${(f)"$(recipe completion --profiles $file 2> /dev/null)"}
}

_recipe() {
    local -a verbs=(
@VERBS@
    )
    if ((CURRENT == 2)); then
        _describe verb verbs
        return
    fi
    local verb=$words[2]
    shift words
    ((CURRENT--))
    case $verb in
@CASES@
    esac
}

if [[ $funcstack[1] == _recipe ]]; then _recipe "$@"; else compdef _recipe recipe; fi
"""


def fish(verbs: Sequence[Verb]) -> str:
    """The script for fish."""
    lines = [FISH.rstrip()]
    for verb in verbs:
        lines.append(f"complete -c recipe -n __fish_use_subcommand -a {verb.word} -d {_fish_text(verb.purpose)}")
        condition = f"-n '__fish_seen_subcommand_from {verb.word}'"
        lines += [f"complete -c recipe {condition} {_fish_option(option)}" for option in verb.options]
        if verb.positional and (value := _fish_value(verb.positional)):
            lines.append(f"complete -c recipe {condition} {value}")
    return "\n".join(lines) + "\n"


def _fish_option(option: Argument) -> str:
    flags = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
    value = "" if option.takes == "nothing" else f" -x {_fish_value(option)}".rstrip()
    return f"{' '.join(flags)}{value} -d {_fish_text(option.help)}"


def _fish_value(argument: Argument) -> str:
    values = {
        "words": f"-a {_fish_text(' '.join(argument.words))}",
        "recipe": "-a '(__recipe_files)'",
        "file": "-a '(__fish_complete_path)'",
        "folder": "-a '(__fish_complete_directories)'",
        "profile": "-a '(__recipe_profiles)'",
    }
    return values.get(argument.takes, "")


def _fish_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


FISH = """\
# fish completion of recipe; use it with: recipe completion fish > ~/.config/fish/completions/recipe.fish
function __recipe_files
    __fish_complete_path (commandline -ct) | string match -r '^[^\\t]*(?:/|\\.ya?ml|\\.json)(?:\\t.*)?$'
end
function __recipe_profiles
    set -l file (string match -r -- '\\S+\\.ya?ml' (commandline -opc))[1]
    test -n "$file"; and recipe completion --profiles $file 2> /dev/null
end
complete -c recipe -f
"""

SCRIPTS: dict[str, Callable[[Sequence[Verb]], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
"""Shell → what makes its script."""
