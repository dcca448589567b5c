"""The bad input that the tool is judged by, through the real command line."""

import json
import re
import time

import pytest

from tests.conftest import MINIMAL, ROOT

BOMB = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10) if n else 'x'}]" for n in range(12))

BAD = {
    "misspelt key": (MINIMAL + "optimiser: {type: AdamW}\n", [], "error[R402]", ":6:1", "did you mean `optimizer`?"),
    "wrong type": (MINIMAL + "train: {epochs: [3]}\n", [], "error[R404]", ":6:17", "must be a whole number"),
    "text for a number": (
        MINIMAL + 'optimizer: {type: AdamW, lr: "fast"}\n',
        [],
        "error[R404]",
        ":6:30",
        "must be a number",
    ),
    "unknown profile": (MINIMAL, ["--profile", "dmo"], "error[R303]", "--profile:1:1", "it has no profiles"),
    "set without a path": (MINIMAL, ["--set", "train.epocs=3"], "error[R402]", "--set train.epocs:1:7", "`epochs`"),
    "duplicate keys": (MINIMAL + "seed: 1\nseed: 2\n", [], "error[R201]", ":7:1", "first said here"),
    "alias bomb": (BOMB, [], "error[R202]", "recipe.yaml:", "more than 5,000 values"),
    "python tag": ("a: !!python/object/apply:os.system ['touch x']\n", [], "error[R204]", ":1:4", "plain data only"),
    "unclosed quote": ("a: 'x\n", [], "error[R104]", "recipe.yaml:", "never closed"),
    "deep nesting": ("a: " + "[" * 100_000, [], "error[R203]", ":1:103", "100 levels"),
}


@pytest.mark.parametrize("case", BAD, ids=BAD.keys())
def test_bad_input_gets_a_diagnostic_with_a_place(cli, recipe_file, tmp_path, case):
    text, words, code, where, says = BAD[case]
    file = recipe_file(text)
    before = sorted(tmp_path.iterdir())
    began = time.monotonic()
    done = cli("validate", file, *words)
    assert time.monotonic() - began < 5  # a second on an idle machine; this one may be busy
    assert done.returncode == 1
    assert done.stdout == ""
    assert code in done.stderr
    assert where in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_scientific_notation_is_a_number(cli, recipe_file):
    assert cli("validate", recipe_file(MINIMAL + "optimizer: {type: AdamW, lr: 1e-3}\n")).returncode == 0


def test_three_mistakes_give_three_diagnostics_with_their_lines(cli, recipe_file):
    text = MINIMAL + "optimiser: AdamW\ntrain: {epochs: many}\ntrackers: [Tensorboard]\n"
    done = cli("validate", recipe_file(text), "--format", "concise")
    lines = done.stderr.splitlines()
    assert [line.partition("recipe.yaml")[2].split(": ")[0] for line in lines[:3]] == [":6:1", ":7:17", ":8:12"]
    assert lines[3:] == ["3 errors", "2 can be corrected by --fix"]


def test_the_full_format_points_at_the_place(cli, recipe_file):
    done = cli("validate", "recipe.yaml", cwd=recipe_file(MINIMAL + "optimiser: AdamW\n").parent)
    assert done.stderr == (
        "error[R402] unknown-key: `optimiser` is not a key of a detection recipe\n"
        "  ┌─ recipe.yaml:6:1\n"
        "6 │ optimiser: AdamW\n"
        "  │ ^^^^^^^^^ did you mean `optimizer`?\n"
        "  = more: recipe explain R402\n"
        "1 can be corrected by --fix\n"
    )


def test_carets_stand_under_wide_characters(cli, recipe_file):
    done = cli("validate", recipe_file(MINIMAL + "train: {説明: 1, epochs: 017}\n"))
    lines = done.stderr.splitlines()
    excerpt = max(index for index, line in enumerate(lines) if "017}" in line)
    before = lines[excerpt].index("017")
    assert lines[excerpt + 1].index("^") == before + 2  # the two wide characters take two columns more


def test_control_characters_never_reach_the_terminal(cli, recipe_file):
    done = cli("validate", recipe_file(MINIMAL + 'seed: "\\e[31mred"\n'), "--set", "train.epochs=\x1b[31m")
    assert done.returncode == 1
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["validate", "nope.yaml"], "R002", 2), (["validate", "."], "R002", 2), (["validate", "/dev/zero"], "R003", 2),
        (["validate"], "R001", 2), (["valdate"], "R001", 2), (["validate", "--wat"], "R001", 2),
        (["run", "nope.json"], "R002", 2), (["init", "--from", "nope"], "R001", 2), (["list", "optimzer"], "R001", 2),
    ],
)  # fmt: skip
def test_usage_errors(cli, words, code, exit_code):
    done = cli(*words)
    assert done.returncode == exit_code
    assert f"error[{code}]" in done.stderr
    assert "Traceback" not in done.stderr
    document = json.loads(cli(*words, "--format", "json").stdout)
    assert document["ok"] is False
    assert document["diagnostics"][0]["code"] == code


def test_json_says_everything(cli, recipe_file):
    done = cli("validate", recipe_file(MINIMAL + "optimiser: 1\n"), "--format", "json")
    assert done.returncode == 1
    (found,) = json.loads(done.stdout)["diagnostics"]
    assert (found["code"], found["name"], found["severity"]) == ("R402", "unknown-key", "error")
    assert found["labels"][0]["start"] == {"line": 6, "column": 1}
    assert found["candidates"] == ["optimizer"]


def test_the_fingerprint_does_not_depend_on_the_line(cli, recipe_file):
    prints = set()
    for text in (MINIMAL + "optimiser: 1\n", "# a comment\n" + MINIMAL + "optimiser: 1\n"):
        document = json.loads(cli("validate", recipe_file(text), "--format", "json").stdout)
        prints.add(document["diagnostics"][0]["fingerprint"])
    assert len(prints) == 1


def test_several_files_are_all_checked(cli, recipe_file):
    good, bad = recipe_file(MINIMAL, "good.yaml"), recipe_file("a: 1\n", "bad.yaml")
    done = cli("validate", good, bad)
    assert done.returncode == 1
    assert "good.yaml: valid detection recipe" in done.stdout
    documents = json.loads(cli("validate", good, bad, "--format", "json").stdout)
    assert [document["ok"] for document in documents] == [True, False]


def test_a_mistake_in_a_profile_that_is_not_asked_for_is_found(cli, recipe_file):
    file = recipe_file(MINIMAL + "profiles: {good: {seed: 1}, bad: {train: {epocs: 3}}}\n")
    done = cli("validate", file)
    assert done.returncode == 1
    assert "`epocs` is not a key of `train`" in done.stderr
    assert "in the profile `bad`" in done.stderr
    assert cli("validate", file, "--profile", "good").returncode == 0


def every_profile():
    for file in sorted((ROOT / "recipes").rglob("*.yaml")):
        profiles = re.findall(
            r"^  (\w+):", file.read_text(encoding="utf-8").partition("\nprofiles:\n")[2], re.MULTILINE
        )
        assert "demo" in profiles
        yield from (pytest.param(file, profile, id=f"{file.stem}-{profile}") for profile in (None, *profiles))


@pytest.mark.parametrize(("file", "profile"), every_profile())
def test_every_shipped_recipe_is_valid_in_every_profile(cli, file, profile):
    done = cli("validate", file, *(["--profile", profile] if profile else []))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_debug_shows_the_traceback(cli):
    assert "Traceback" in cli("plan", "nope.yaml", "--debug").stderr
