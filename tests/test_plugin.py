"""A real package, really installed, adds a word."""

import json
import subprocess
import sys

import pytest

from recipe.schemas.catalogue import _parse_entry_points
from tests.conftest import MINIMAL, ROOT

LION = MINIMAL + "optimizer: {type: Lion, lr: 0.0001}\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        folder,
    ]
    subprocess.run([*command, ROOT / "examples" / "plugin"], check=True, cwd=folder)
    return folder


def test_the_word_is_unknown_without_the_package(cli, recipe_file):
    done = cli("validate", recipe_file(LION))
    assert done.returncode == 1
    assert "error[R401] unknown-word: there is no optimizer `Lion`" in done.stderr


def test_an_installed_plugin_adds_its_word(cli, recipe_file, site):
    done = cli("validate", recipe_file(LION), env={"PYTHONPATH": str(site)})
    assert done.returncode == 0, done.stderr
    wrong = cli("validate", recipe_file(LION.replace("lr", "lrr")), env={"PYTHONPATH": str(site)})
    assert "`lrr` is not a key of `optimizer` (Lion)" in wrong.stderr
    listed = json.loads(cli("list", "optimizer", "--format", "json", env={"PYTHONPATH": str(site)}).stdout)
    owners = {component["word"]: component["owner"] for component in listed["components"]}
    assert owners["Lion"] == "recipe_lion-0.1.0"
    assert owners["AdamW"] == "recipe"


def test_the_plugin_passes_the_conformance_kit(site, tmp_path):
    script = (
        "import sys; from pathlib import Path; from recipe.testing import check_component\n"
        "from recipe_lion.schema import Lion; check_component(Lion, Path(sys.argv[1]))\n"
        "import torch; from recipe.runtime.build import build\n"
        "p = torch.nn.Parameter(torch.ones(2)); p.grad = torch.tensor([1.0, -1.0])\n"
        "build(Lion(lr=0.5), params=[p]).step(); assert p.tolist() == [0.5, 1.5], p\n"
    )
    command = [sys.executable, "-c", script, tmp_path]
    subprocess.run(command, check=True, env={"PYTHONPATH": f"{site}:{ROOT}"}, cwd=tmp_path)


def test_a_word_with_two_owners_is_reported_and_the_built_in_wins(cli, recipe_file, tmp_path):
    folder = tmp_path / "site" / "other-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text("[recipe.components]\noptimizer.AdamW = other:AdamW\n")
    done = cli("list", "optimizer", env={"PYTHONPATH": str(tmp_path / "site")})
    assert "`optimizer.AdamW` is defined by recipe and other-1.0" in done.stderr
    assert cli("validate", recipe_file(MINIMAL), env={"PYTHONPATH": str(tmp_path / "site")}).returncode == 0


def test_entry_points_of_other_groups_are_left_alone():
    text = "[console_scripts]\nx = a:b\n[recipe.components]\nscheduler.Warm = m:Warm\n"
    assert [(p.kind, p.word, p.target) for p in _parse_entry_points(text, "o")] == [("scheduler", "Warm", "m:Warm")]
