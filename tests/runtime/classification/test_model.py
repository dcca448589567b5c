"""The parameters of a classifier, listed without building one where there is a list."""

import subprocess
import sys

import pytest

from recipe.runtime.classification.model import list_parameters
from recipe.runtime.parameters import trained_parameters
from recipe.schemas.models import Model


@pytest.mark.parametrize("word", ["ResNet18", "ResNet50"])
def test_the_list_is_that_of_the_built_network(word):
    import torchvision

    network = getattr(torchvision.models, word.lower())(num_classes=7)
    built = [(p.name, p.parameter.numel(), p.role) for p in trained_parameters(network)]
    assert [(t.name, t.numel, t.role) for t in list_parameters(Model.parse(word), 7)] == built


def test_a_model_without_a_list_is_built():
    class Listless(type(Model.parse("ResNet18"))):
        def manifests(self):
            return ()

    assert list_parameters(Listless(), 7) == list_parameters(Model.parse("ResNet18"), 7)


def test_a_list_needs_no_torch():
    code = (
        "import sys; from recipe.runtime.classification.model import list_parameters as l; "
        "from recipe.schemas.models import Model; l(Model.parse('ResNet18'), 7); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
