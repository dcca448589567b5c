"""Docs are a contract."""

import re
import subprocess
import sys

import pytest

from recipe.cli.main import VERBS
from tests.conftest import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def test_the_reference_is_what_the_code_says():
    script = (
        "import sys; sys.path.insert(0, 'docs'); import build_reference as b; sys.exit(b.PAGE.read_text() != b.page())"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0, "run `make docs`"


def test_every_verb_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert f"recipe {verb}" in readme, verb


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_whole_recipes_in_pages_are_valid(page, cli, recipe_file):
    """A YAML block that begins with `recipe: 1` is a whole recipe."""
    blocks = re.findall(r"```yaml\n(recipe: 1\n.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for index, block in enumerate(blocks):
        done = cli("validate", recipe_file(block, f"block{index}.yaml"))
        assert done.returncode == 0, done.stderr
