"""Every component that ships holds what `recipe.testing` asks of plugins too."""

import importlib
import pkgutil

import pytest

import recipe.schemas
from recipe.schemas.catalogue import BUILTIN, CATALOGUE
from recipe.schemas.component import Component
from recipe.testing import check_component

WORDS = [(kind, word) for kind, words in BUILTIN.items() for word in words]


@pytest.mark.parametrize(("kind", "word"), WORDS, ids=[f"{kind}.{word}" for kind, word in WORDS])
def test_component(kind, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    check_component(CATALOGUE.find(kind, word), tmp_path)


def test_the_index_knows_every_component_and_no_other():
    for module in pkgutil.walk_packages(recipe.schemas.__path__, "recipe.schemas."):
        importlib.import_module(module.name)
    found = {(cls.kind, cls.word()) for cls in subclasses(Component) if not cls.is_kind and cls.target}
    shipped = {(kind, word) for kind, word in found if CATALOGUE.find(kind, word).__module__.startswith("recipe.")}
    assert shipped == set(WORDS)
    for kind, word in WORDS:
        assert CATALOGUE.find(kind, word).word() == word


def subclasses(cls):
    for child in cls.__subclasses__():
        if child.__module__.startswith("recipe."):
            yield child
            yield from subclasses(child)
