"""Words are found by the names of files, and nothing else is."""

import importlib
import pkgutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import recipe.schemas
from recipe.schemas.catalogue import CATALOGUE, KINDS, Catalogue, Duplicate, Plugin
from recipe.schemas.component import Component
from recipe.schemas.targets import load_target
from tests.conftest import ROOT


def subclasses(cls):
    for child in cls.__subclasses__():
        if child.__module__.startswith("recipe.schemas."):
            yield child
            yield from subclasses(child)


@pytest.fixture(scope="module")
def components():
    """Every component class of the package."""
    for module in pkgutil.walk_packages(recipe.schemas.__path__, "recipe.schemas."):
        importlib.import_module(module.name)
    return [cls for cls in subclasses(Component) if not cls.is_kind and cls.target]


def test_every_component_is_found_by_its_word(components):
    assert [cls for cls in components if CATALOGUE.find(cls.kind, cls.word()) is not cls] == []
    listed = {(kind, word) for kind in KINDS for word in CATALOGUE.builtins(kind)}
    assert listed == {(cls.kind, cls.word()) for cls in components}


def test_no_word_is_ambiguous(components):
    """Not even where a file system takes small and capital letters for the same."""
    counts = Counter((cls.kind, cls.word().lower()) for cls in components)
    assert [word for word, count in counts.items() if count > 1] == []


def test_every_kind_has_a_folder(components):
    kinds = {cls.kind for cls in subclasses(Component) if cls.is_kind}
    assert kinds <= set(KINDS)
    assert all((Path(recipe.schemas.__path__[0]) / folder).is_dir() for folder in KINDS.values())


ODD = ["", "_", "__init__", "__main__", ".", "..", "../sgd", "../component", "optimizers.sgd", "sgd.py", "os", "a/b"]
ODD += ["adamw", "ADAMW", "Sgd", "resnet", "ResNet", "float_", "int_", "x" * 100, "x" * 101, "x" * 100_000]
ODD += ["\0", "a\0b", "Ａｄａｍ", "\u212a", "\ud800", " SGD", "SGD ", "SGD\n", "con", "nul", "Component", "setting"]


@pytest.mark.parametrize("word", ODD, ids=[ascii(word[:12]) + str(len(word)) for word in ODD])
def test_a_word_reaches_no_other_file(word):
    before = set(sys.modules)
    assert [kind for kind in KINDS if CATALOGUE.find(kind, word) is not None] == []
    loaded = set(sys.modules) - before
    assert all(name.startswith("recipe.schemas.") and "__" not in name for name in loaded)


def test_an_unknown_kind_has_no_words():
    for kind in ("", "manifest", "explain", "../optimizer", "optimizers"):
        assert CATALOGUE.find(kind, "SGD") is None
        assert CATALOGUE.words(kind) == ()


@pytest.mark.parametrize("said", ["adamw", "Adamw", "ADAMW"])
def test_another_spelling_is_unknown_and_gets_the_word(said, recipe_file, capsys):
    from recipe.cli.main import run
    from tests.conftest import MINIMAL

    assert run(["validate", str(recipe_file(MINIMAL + f"optimizer: {{type: {said}}}\n"))]) == 1
    error = capsys.readouterr().err
    assert "R401" in error
    assert "did you mean `AdamW`" in error


def test_checking_a_recipe_loads_the_classes_that_it_names_and_no_others():
    code = (
        "import sys; from recipe.cli.main import run; run(['validate', 'recipes/yolo_competition.yaml']);"
        "print(*sorted(m for m in sys.modules if m.startswith('recipe.schemas.') and m.count('.') == 3))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.removeprefix("recipe.schemas.") for name in done.stdout.splitlines()[-1].split()}
    assert {"optimizers.adamw", "schedulers.lineardecay", "models.yolov8"} <= loaded
    assert not loaded & {"optimizers.sgd", "schedulers.steplr", "models.resnet18", "tasks.classification"}


def test_the_first_owner_of_a_word_counts(monkeypatch):
    mine = Catalogue()
    lion = Plugin("optimizer", "Lion", "recipe.schemas.optimizers.sgd:SGD", "one")
    monkeypatch.setattr(mine, "_plugins", (lion, lion._replace(owner="two"), lion._replace(word="AdamW", owner="two")))
    assert mine.find("optimizer", "Lion") is load_target(lion.target)
    assert mine.find("optimizer", "AdamW") is CATALOGUE.find("optimizer", "AdamW")
    assert (mine.owner("optimizer", "AdamW"), mine.owner("optimizer", "Lion")) == ("recipe", "one")
    assert set(mine.duplicates()) == {
        Duplicate("optimizer", "Lion", ("one", "two")),
        Duplicate("optimizer", "AdamW", ("recipe", "two")),
    }
