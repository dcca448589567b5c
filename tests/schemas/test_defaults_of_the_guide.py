"""The defaults that pochitrain's configuration guide promises are those of a classification recipe."""

import pytest

from recipe.schemas.base import leaves
from recipe.schemas.recipe import Recipe

ON = {"inspect": {"gradients": {}}, "train": {"early_stopping": {}}, "report": {"confusion_matrix": {}}}
"""Sections that are said, with nothing in them."""
PROMISED = {
    "hardware.device": "auto",
    "hardware.cudnn_benchmark": False,
    "report.plots": True,
    "train.early_stopping.patience": 30,
    "train.early_stopping.min_delta": 0.03,  # the guide counts in percentage points
    "train.early_stopping.monitor": "val/accuracy",
    "inspect.gradients.every": 1,
    "inspect.gradients.exclude": (r"fc\.", r"\.bias"),
    "inspect.gradients.group_by": "block",
    "inspect.gradients.reduce": "median",
    "report.confusion_matrix.title": "Confusion Matrix",
    "report.confusion_matrix.xlabel": "Predicted Label",
    "report.confusion_matrix.ylabel": "True Label",
    "report.confusion_matrix.fontsize": 14,
    "report.confusion_matrix.title_fontsize": 16,
    "report.confusion_matrix.label_fontsize": 12,
    "report.confusion_matrix.figsize": (8, 6),
    "report.confusion_matrix.cmap": "Blues",
}
OFF = ("train.early_stopping", "inspect.gradients", "scheduler", "layer_lr", "data.val")
"""What is not there unless it is asked for."""


def values_of(more):
    said = {"recipe": 1, "name": "guide", "task": "classification", "model": "ResNet18", "data": {"train": "photos"}}
    return {leaf.dotted: leaf.value for leaf in leaves(Recipe.parse({**said, **more}))}


@pytest.mark.parametrize("path", PROMISED)
def test_a_default_is_the_guide_s(path):
    assert values_of(ON)[path] == PROMISED[path]


@pytest.mark.parametrize("path", OFF)
def test_a_section_is_off_by_default(path):
    found = values_of({})
    assert not any(each == path and value is not None for each, value in found.items())
    assert not any(each.startswith(f"{path}.") for each in found)
