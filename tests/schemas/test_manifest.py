"""The lists of parameters are what the libraries build."""

import sys

import pytest

from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.manifest import FOLDER, file_of, known_names, manifest_of
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "docs"))
SLOW = ("yolov8m", "yolov8l", "yolov8x")


def names():
    import build_manifests

    return [name for name, _ in build_manifests.shipped()]


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in names()])
def test_a_list_is_what_the_library_builds(name):
    import build_manifests

    model = dict(build_manifests.shipped())[name]
    assert file_of(name).read_text(encoding="utf-8") == build_manifests.content(model), "run `make manifest`"


def test_there_is_one_for_every_model_and_no_other():
    """But for those of torchvision by name, of which there are many: they are built to be looked at."""
    assert {file.stem for file in FOLDER.glob("*.json")} == set(names())
    for word in set(CATALOGUE.words("model")) - {"TorchvisionModel"}:
        example = CATALOGUE.find("model", word)
        assert manifest_of(example.parse({"type": word, **example.example})), word


def test_an_open_size_may_be_any_of_the_lists():
    model = CATALOGUE.find("model", "YOLOv8").parse({"type": "YOLOv8"})
    assert manifest_of(model) is None
    assert "model.2.m.2.cv1.conv.weight" in known_names(model), "the larger ones have it"
