"""The rooms and their arrows, as the imports in the code have them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "recipe"
ALLOWED = {"schemas": {"schemas"}, "compiler": {"compiler", "schemas"}, "runtime": {"runtime", "schemas"}}
HEAVY = ("torch", "ray", "mlflow", "ultralytics", "compressai", "optuna", "numpy", "rich")


def imported_modules(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_its_arrows_allow(room):
    wrong = []
    for file in (PACKAGE / room).rglob("*.py"):
        for module in imported_modules(file):
            parts = module.split(".")
            if parts[0] == "recipe" and len(parts) > 1 and parts[1] not in ALLOWED[room]:
                wrong.append(f"{file.relative_to(ROOT)} imports {module}")
    assert not wrong


@pytest.mark.parametrize("room", ["schemas", "compiler"])
def test_data_and_compiler_know_no_training_library(room):
    for file in (PACKAGE / room).rglob("*.py"):
        tops = {module.partition(".")[0] for module in imported_modules(file)}
        assert not tops & set(HEAVY), file


def test_no_string_annotations_in_schemas():
    for file in (PACKAGE / "schemas").rglob("*.py"):
        assert "from __future__ import annotations" not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize(
    "words",
    [
        ["validate", "recipes/yolo_competition.yaml"],
        ["schema"],
        ["schema", "--flavour", "editor"],
        ["list"],
        ["why", "recipes/yolo_competition.yaml", "optimizer.lr"],
        ["diff", "recipes/yolo_competition.yaml"],
        ["run", "--help"],
        ["--help"],
    ],
)
def test_light_verbs_import_nothing_heavy(words):
    script = (
        "import sys\nfrom recipe.cli.main import run\n"
        "try:\n    code = run(sys.argv[1:])\nexcept SystemExit as e:\n    code = e.code\n"
        f"loaded = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "print('LOADED', loaded); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_checking_a_recipe_loads_only_the_components_it_names():
    script = (
        "import sys\nfrom recipe.cli.main import run\nrun(sys.argv[1:])\n"
        "print(*sorted(m for m in sys.modules if m.startswith('recipe.schemas.optimizers.')))"
    )
    words = ["validate", "recipes/yolo_competition.yaml"]
    done = subprocess.run([sys.executable, "-c", script, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "recipe.schemas.optimizers.sgd" not in done.stdout.splitlines()[-1]
