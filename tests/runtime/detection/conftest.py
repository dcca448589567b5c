"""Every run of these tests has its cache to itself, and never asks the network for weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.detection.harness import Trained, train


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cache for all modules: Ultralytics fixes the place of its settings when it is imported."""
    cache = tmp_path_factory.getbasetemp() / "detection-cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECIPE_CACHE", str(cache))
        patch.setenv("RECIPE_OFFLINE", "1")
        yield cache


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The small run as it is, for tests that only look at it."""
    return train(tmp_path_factory.mktemp("two_epochs"))
