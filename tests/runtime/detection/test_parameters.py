"""The list of trained parameters, from a real build the first time and from the cache after that."""

import json
import subprocess
import sys
from pathlib import Path

from recipe.runtime.data.yolo import read_yolo_dataset
from recipe.runtime.detection.data import data_yaml
from recipe.runtime.detection.family import DetectionFamily
from recipe.schemas.facts import ParameterTensor
from recipe.schemas.recipe import Recipe
from tests.runtime.detection.harness import make_plan, make_recipe

LOOK = """
import sys
from recipe.runtime.detection.family import DetectionFamily
from recipe.schemas.recipe import Recipe
recipe = Recipe.parse({recipe!r})
family = DetectionFamily()
facts = family.look_at_model(recipe, family.look_at_data(recipe))
print(len(facts.parameters), "torch" in sys.modules, "ultralytics" in sys.modules)
"""


def look(recipe: Recipe) -> tuple[ParameterTensor, ...]:
    family = DetectionFamily()
    return family.look_at_model(recipe, family.look_at_data(recipe)).parameters


def test_equals_the_optimizers_groups(tmp_path: Path):
    from recipe.runtime.detection.engine.checkpoints import Checkpoints
    from recipe.runtime.detection.engine.trainer import Trainer

    recipe = make_plan().recipe
    yaml = data_yaml(recipe)
    trainer = Trainer(recipe, yaml, read_yolo_dataset(yaml), Checkpoints(tmp_path / "checkpoints"))
    trainer._setup_train()
    names = {id(parameter): name for name, parameter in trainer.model.named_parameters()}
    listed = look(recipe)
    for group in trainer.optimizer.param_groups:
        ours = [(tensor.name, tensor.numel) for tensor in listed if tensor.role == group["param_group"]]
        assert ours == [(names[id(parameter)], parameter.numel()) for parameter in group["params"]]
    assert [t.name for t in listed] == [n for n, p in trainer.model.named_parameters() if p.requires_grad]
    assert len(listed) == sum(len(group["params"]) for group in trainer.optimizer.param_groups)


def test_counts_are_those_of_the_published_model():
    """Ultralytics says 3,157,184 gradients for yolov8n with 80 classes; three classes make the class head smaller."""
    from recipe.runtime.detection.engine.model import build_model
    from recipe.runtime.parameters import trained_parameters

    names = [str(index) for index in range(80)]
    network = build_model(make_recipe().model, names)
    assert sum(p.parameter.numel() for p in trained_parameters(network)) == 3_157_184
    assert sum(tensor.numel for tensor in look(make_recipe())) < 3_157_184


def test_weights_of_other_classes_bring_their_width_of_the_class_head(tmp_path: Path):
    """Ultralytics rebuilds the class head for them, so the list must be that of the rebuilt model."""
    import torch

    from recipe.runtime.detection.engine.model import build_model

    network = build_model(make_recipe().model, [f"class {index}" for index in range(80)])
    torch.save({"model": network, "ema": None}, tmp_path / "coco.pt")
    plain, rebuilt = look(make_recipe()), look(make_recipe(**{"model.weights": str(tmp_path / "coco.pt")}))
    widths = [(a.name, a.numel, b.numel) for a, b in zip(plain, rebuilt, strict=True) if a.numel != b.numel]
    assert ("model.22.cv3.0.0.conv.weight", 64 * 64 * 9, 64 * 80 * 9) in widths
    assert all(name.startswith("model.22.cv3.") for name, *_ in widths)


def test_a_working_directory_with_a_model_of_that_name_is_not_read(tmp_path: Path, monkeypatch):
    from recipe.runtime.detection.engine.model import build_model

    (tmp_path / "yolov8n.yaml").write_text("nc: 1\n")
    (tmp_path / "yolov8.yaml").write_text("nc: 1\n")
    monkeypatch.chdir(tmp_path)
    assert len(build_model(make_recipe().model, ["a"]).model) == 23


def test_second_look_imports_nothing_heavy():
    recipe = make_recipe()
    listed = look(recipe)
    code = LOOK.format(recipe=json.loads(recipe.model_dump_json()))
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert said.stdout.split() == [str(len(listed)), "False", "False"], said.stderr
