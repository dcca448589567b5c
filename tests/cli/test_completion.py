"""The completion scripts, each in its real shell where that is installed."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time

import pytest

from recipe.cli.completion_scripts import SCRIPTS
from recipe.cli.main import VERBS, run
from recipe.schemas.codes import CODES
from tests.conftest import MINIMAL, ROOT

COMPLETE_BASH = """\
source "$SCRIPTS/recipe.bash"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
compopt() { :; }  # it works only while readline completes
_recipe
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """A folder with the script of each shell, and with the command that they ask for profiles."""
    folder = tmp_path_factory.mktemp("scripts")
    (folder / "recipe").write_text(f'#!/bin/sh\nexec {sys.executable} -m recipe "$@"\n')
    (folder / "recipe").chmod(0o755)
    for shell in SCRIPTS:
        with (folder / f"recipe.{shell}").open("w") as file:
            subprocess.run([folder / "recipe", "completion", shell], cwd=ROOT, stdout=file, check=True)
    return folder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cup.yaml").write_text(MINIMAL + "profiles: {fast: {seed: 1}, full: {seed: 2}, demo: {seed: 3}}\n")
    (tmp_path / "plan.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("")
    return tmp_path


def surroundings(scripts):
    path = f"{scripts}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "TERM": "dumb", "SCRIPTS": str(scripts)}


def said_by(command, folder, scripts):
    done = subprocess.run(command, cwd=folder, env=surroundings(scripts), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def complete_bash(folder, scripts, *words):
    return set(filter(None, said_by(["bash", "-c", COMPLETE_BASH, "bash", *words], folder, scripts)))


def complete_fish(folder, scripts, *words):
    script = f"source {scripts / 'recipe.fish'}; complete -C '{' '.join(words)}'"
    return {line.partition("\t")[0] for line in said_by(["fish", "--no-config", "-c", script], folder, scripts)}


CASES = {
    "verbs": ((["recipe", ""]), set(VERBS), set()),
    "the start of a verb": (["recipe", "va"], {"validate"}, {"run"}),
    "options": (["recipe", "run", "--"], {"--fresh", "--accept-changes", "--profile"}, {"--fix"}),
    "recipes and plans": (["recipe", "run", ""], {"cup.yaml", "plan.json"}, {"notes.txt"}),
    "formats": (["recipe", "validate", "--format", ""], {"full", "github", "sarif"}, set()),
    "kinds": (["recipe", "list", "opt"], {"optimizer"}, {"model"}),
    "codes": (["recipe", "explain", "R40"], {code for code in CODES if code.startswith("R40")}, {"R101"}),
    "profiles": (["recipe", "plan", "cup.yaml", "--profile", "f"], {"fast", "full"}, {"demo"}),
    "shells": (["recipe", "completion", ""], {"bash", "zsh", "fish"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bash_completes(folder, scripts, case):
    words, there, not_there = CASES[case]
    found = complete_bash(folder, scripts, *words)
    assert there <= found
    assert not not_there & found


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize("case", CASES)
def test_fish_completes(folder, scripts, case):
    words, there, not_there = CASES[case]
    found = complete_fish(folder, scripts, *words)
    assert {word for word in there if not word.startswith("--")} <= found
    assert not not_there & found


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("recipe vali", "recipe validate"), ("recipe run cu", "recipe run cup.yaml"), ("recipe list opti", "recipe list optimizer"),
        ("recipe plan cup.yaml --profile de", "recipe plan cup.yaml --profile demo"), ("recipe run --fre", "recipe run --fresh"),
    ],
)  # fmt: skip
def test_zsh_completes(folder, scripts, typed, completed):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe("zsh", ["zsh", "-f", "-i"], surroundings(scripts))
    try:
        os.write(terminal, b"autoload -U compinit; compinit -u -D; source $SCRIPTS/recipe.zsh; print RE''ADY\n")
        read_until(terminal, "READY")
        os.write(terminal, f"{typed}\t".encode())
        read_until(terminal, completed)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def read_until(terminal, mark):
    said, end = "", time.monotonic() + 30
    while mark not in said and time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            said += os.read(terminal, 4096).decode(errors="replace")
    assert mark in said, said


@pytest.mark.parametrize("name", ["$(touch pwned)", "`touch pwned`", "a b", "'", "*"])
def test_a_profile_with_a_hostile_name_is_only_text(folder, scripts, name):
    (folder / "evil.yaml").write_text(MINIMAL + f'profiles: {{"{name}": {{seed: 1}}}}\n')
    before = sorted(folder.iterdir())
    (said,) = complete_bash(folder, scripts, "recipe", "plan", "evil.yaml", "--profile", "")
    assert said_by(["bash", "-c", f"printf '%s\\n' {said}"], folder, scripts) == [name]
    assert sorted(folder.iterdir()) == before


def test_a_file_that_is_no_recipe_completes_to_nothing(folder, scripts):
    (folder / "bad.yaml").write_text("a: [\n")
    assert complete_bash(folder, scripts, "recipe", "plan", "bad.yaml", "--profile", "") == set()


def test_profiles_of_what_a_recipe_extends_count(folder, capsys):
    (folder / "child.yaml").write_text("extends: cup.yaml\nprofiles: {own: {seed: 4}}\n")
    assert run(["completion", "--profiles", str(folder / "child.yaml")]) == 0
    assert capsys.readouterr().out.split() == ["fast", "full", "demo", "own"]


@pytest.mark.parametrize("words", [["completion"], ["completion", "tcsh"], ["completion", "bash", "--profiles", "x"]])
def test_other_words_are_usage_errors(words, capsys):
    assert run(words) == 2
    assert "error[R001]" in capsys.readouterr().err
