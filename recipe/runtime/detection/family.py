"""Detection as the executor sees it."""

from collections.abc import Mapping

from recipe.runtime.data.yolo import fingerprint_yolo_dataset, read_yolo_dataset
from recipe.runtime.detection.data import data_yaml
from recipe.runtime.detection.parameters import list_parameters
from recipe.runtime.detection.weights import find_weights
from recipe.runtime.family import ModelFacts, Outcome, Reporter
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.facts import Dataset
from recipe.schemas.models.yolov8 import YOLOv8
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe
from recipe.schemas.tasks.detection import Detection


class DetectionFamily:
    """Implements `recipe.runtime.family.Family`."""

    def look_at_data(self, recipe: Recipe) -> Dataset:
        assert isinstance(recipe, Detection)
        return read_yolo_dataset(data_yaml(recipe))

    def look_at_model(self, recipe: Recipe, dataset: Dataset) -> ModelFacts:
        assert isinstance(recipe, Detection)
        assert isinstance(recipe.model, YOLOv8)
        weights = find_weights(recipe.model)
        return ModelFacts(list_parameters(recipe.model, dataset.classes, weights), weights)

    def fingerprints(self, recipe: Recipe) -> Mapping[str, str]:
        assert isinstance(recipe, Detection)
        assert isinstance(recipe.model, YOLOv8)
        found = {"dataset": fingerprint_yolo_dataset(data_yaml(recipe))}
        if recipe.model.weights != "none":
            found["weights"] = find_weights(recipe.model).sha256 or ""
        return found

    def train(self, plan: RunPlan, run: RunDirectory, reporter: Reporter) -> Outcome:
        from recipe.runtime.detection.engine.session import train

        return train(plan, run, reporter)
