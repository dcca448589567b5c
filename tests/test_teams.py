"""What other repositories copy or point to: the pre-commit hook and the workflows, run as they are declared."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from recipe.compiler.nodes import plain_data
from recipe.compiler.parse import parse_value
from recipe.compiler.report import Report
from tests.conftest import MINIMAL, ROOT

FOLDER = ROOT / "examples" / "github-actions" / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


def loaded(path):
    report = Report()
    source = report.add_source(str(path), path.read_text(encoding="utf-8"), str(path.parent))
    data = plain_data(parse_value(source, 0, "file", report))
    assert not report.diagnostics
    return data


@pytest.fixture
def repository(tmp_path):
    """A folder with a valid and an invalid recipe, and `recipe` on the path."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "good.yaml").write_text(MINIMAL)
    (tmp_path / "recipes" / "bad.yaml").write_text(MINIMAL + "optimiser: AdamW\n")
    return tmp_path


def run_line(line, folder):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def hook():
    (found,) = loaded(ROOT / ".pre-commit-hooks.yaml")
    assert found["id"] == "recipe-validate"
    return found


def test_the_hook_runs_as_declared(repository):
    entry = hook()["entry"]
    assert run_line(f"{entry} {shlex.join(['recipes/good.yaml'])}", repository).returncode == 0
    done = run_line(f"{entry} recipes/good.yaml recipes/bad.yaml", repository)
    assert done.returncode == 1
    assert "recipes/bad.yaml:6:1" in done.stderr


@pytest.mark.parametrize(
    ("path", "is_taken"),
    [
        ("recipes/yolo.yaml", True), ("recipes/a/b.yml", True), ("ml/recipes/c.yaml", True),
        ("docker-compose.yaml", False), ("recipes/README.md", False), ("recipes.yaml", False), ("myrecipes/a.yaml", False),
    ],
)  # fmt: skip
def test_the_hook_takes_recipes(path, is_taken):
    assert bool(re.search(hook()["files"], path)) is is_taken


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_the_workflows_install_this_package_and_run_at_changes(file):
    workflow = loaded(file)
    assert "pull_request" in workflow["on"]
    steps = workflow["jobs"]["validate"]["steps"]
    name = re.search(r'^name = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert any(step.get("run") == f"pip install {name}" for step in steps)


def command_of(name):
    steps = loaded(FOLDER / name)["jobs"]["validate"]["steps"]
    (command,) = [step["run"] for step in steps if step.get("run", "").startswith("recipe ")]
    return command


def test_the_annotations_point_at_the_line(repository):
    done = run_line(command_of("validate.yml"), repository)
    assert done.returncode == 1
    (annotation,) = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert "file=recipes/bad.yaml" in annotation
    assert "line=6" in annotation


def test_the_upload_gets_its_document(repository):
    done = run_line(command_of("code-scanning.yml"), repository)
    assert done.returncode == 1
    document = json.loads((repository / "recipes.sarif").read_text(encoding="utf-8"))
    (result,) = document["runs"][0]["results"]
    assert result["ruleId"] == "R402"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 6


def test_valid_recipes_pass(repository):
    (repository / "recipes" / "bad.yaml").unlink()
    assert run_line(command_of("validate.yml"), repository).returncode == 0
