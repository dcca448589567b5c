"""What makes the start quick must neither hide a plugin of pydantic nor lose a line of output."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from recipe.cli import startup
from tests.conftest import MINIMAL, ROOT

PLUGIN = """\
print("plugin loaded")


class Plugin:
    def new_schema_validator(self, *_arguments):
        return None, None, None


plugin = Plugin()
"""
MODULES = (
    "import sys; from recipe.cli.startup import hurry; hurry(True)\n"
    "from recipe.cli.main import run; run(sys.argv[1:]); print(*sys.modules)"
)


def modules_after(words):
    done = subprocess.run([sys.executable, "-c", MODULES, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_validating_does_without_what_is_slow_to_import():
    """Fails where pydantic has moved its plugin loader, or something else asks for distributions."""
    slow = {"importlib.metadata", "email.message", "difflib", "recipe.schemas.plan", "recipe.compiler.resolve"}
    for_mistakes = {"recipe.compiler.type_errors", "recipe.compiler.fixes", "recipe.cli.formats.text"}
    assert not (slow | for_mistakes) & modules_after(["validate", "recipes/yolo_competition.yaml"])


def test_the_loader_is_where_it_was():
    loader = importlib.import_module(startup.LOADER)
    assert callable(loader.get_plugins)
    assert loader.PYDANTIC_ENTRY_POINT_GROUP == "pydantic"


def test_what_else_the_loader_has_comes_from_the_real_one(monkeypatch):
    monkeypatch.setitem(sys.modules, startup.LOADER, quick := startup._QuickLoader(startup.LOADER))
    assert quick.PYDANTIC_ENTRY_POINT_GROUP == "pydantic"
    assert sys.modules[startup.LOADER] is not quick


@pytest.mark.parametrize("info", ["noisy-1.0.dist-info", "noisy.egg-info"])
def test_a_plugin_of_pydantic_is_loaded_as_ever(cli, recipe_file, tmp_path, info):
    folder = tmp_path / "site" / info
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text("[pydantic]\nnoisy = noisy_plugin:plugin\n")
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: noisy\nVersion: 1.0\n")
    (folder.parent / "noisy_plugin.py").write_text(PLUGIN)
    done = cli("validate", recipe_file(MINIMAL), env={"PYTHONPATH": f"{folder.parent}:{ROOT}"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "plugin loaded"


@pytest.mark.parametrize("words", [["list"], ["schema"], ["validate", "nope.yaml"], ["nope"], ["list", "--wat"]])
def test_leaving_at_once_loses_nothing(cli, words):
    """The same words with and without the quick way out."""
    quick = cli(*words)
    script = "import sys; from recipe.cli.main import run; sys.exit(run(sys.argv[1:]))"
    usual = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert (quick.returncode, quick.stdout, quick.stderr) == (usual.returncode, usual.stdout, usual.stderr)


def redirected(words):
    command = ["bash", "-c", f"env --unset PYTHONUNBUFFERED {sys.executable} -m recipe {words}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_closed_output_is_no_traceback():
    done = redirected("list >&-")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_told():
    done = redirected("--version > /dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("error[R005] unwritable: the output cannot be written: No space left on device\n")
    assert "Exception ignored" not in done.stderr
