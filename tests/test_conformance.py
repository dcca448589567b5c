"""Every component that ships holds what `recipe.testing` asks of plugins too."""

import pytest

from recipe.schemas.catalogue import CATALOGUE, KINDS
from recipe.testing import check_component

WORDS = [(kind, word) for kind in KINDS for word in CATALOGUE.builtins(kind)]


@pytest.mark.parametrize(("kind", "word"), WORDS, ids=[f"{kind}.{word}" for kind, word in WORDS])
def test_component(kind, word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    check_component(CATALOGUE.find(kind, word), tmp_path)
