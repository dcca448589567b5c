"""Classification as the executor sees it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recipe.runtime.classification.images import fingerprint_images, look_at_images
from recipe.runtime.classification.input_size import check_input_size
from recipe.runtime.classification.model import list_parameters
from recipe.runtime.classification.weights import find_weights, look_at_weights
from recipe.runtime.donors import look_at_checkpoints
from recipe.runtime.family import ModelFacts, Outcome, Reporter
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.facts import Dataset
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe
from recipe.schemas.run import Evaluation
from recipe.schemas.tasks.classification import Classification

if TYPE_CHECKING:
    from pydantic import JsonValue

    from recipe.runtime.contact_sheet import ContactSheet
    from recipe.runtime.report.chapters import Chapter
    from recipe.runtime.steps import Steps
    from recipe.runtime.trained import Export, TrainedRun, Watcher
    from recipe.runtime.training.world import World
    from recipe.schemas.export import Parity


class ClassificationFamily:
    """Implements `recipe.runtime.family.Family`."""

    def look_at_data(self, recipe: Recipe) -> Dataset:
        assert isinstance(recipe, Classification)
        return look_at_images(recipe.data)

    def look_at_model(self, recipe: Recipe, dataset: Dataset) -> ModelFacts:
        assert isinstance(recipe, Classification)
        check_input_size(recipe, dataset)
        parameters = list_parameters(recipe.model, len(dataset.classes))
        weights = look_at_weights(recipe.model, len(dataset.classes))
        return ModelFacts(parameters, weights, look_at_checkpoints(recipe))

    def fingerprints(self, recipe: Recipe) -> Mapping[str, str]:
        assert isinstance(recipe, Classification)
        found = {"dataset": fingerprint_images(recipe.data)}
        if sha256 := find_weights(recipe.model).sha256:
            found["weights"] = sha256
        return {**found, **{each.name: each.fingerprint for each in look_at_checkpoints(recipe)}}

    def train(self, plan: RunPlan, run: RunDirectory, reporter: Reporter) -> Outcome:
        from recipe.runtime.training.session import train

        return train(self, plan, run, reporter)

    def steps(self, plan: RunPlan, world: "World") -> "Steps":
        """See `recipe.runtime.training.session.LoopFamily`."""
        from recipe.runtime.classification.steps import ClassificationSteps

        return ClassificationSteps(plan, world)

    def evaluate(
        self, trained: "TrainedRun", source: str | None, folder: Path, watcher: "Watcher"
    ) -> Evaluation | None:
        """See `recipe.runtime.trained.Evaluates`."""
        from recipe.runtime.classification.evaluation import evaluate

        return evaluate(trained, source, folder, watcher)

    def predict(
        self, trained: "TrainedRun", files: Sequence[str], skip_corrupt: bool
    ) -> Iterator[Mapping[str, "JsonValue"]]:
        """See `recipe.runtime.trained.Predicts`."""
        from recipe.runtime.classification.prediction import predict_files

        return predict_files(trained, files, skip_corrupt)

    def export(self, trained: "TrainedRun", asked: "Export", folder: Path) -> "Parity":
        """See `recipe.runtime.trained.Exports`."""
        from recipe.runtime.classification.export import export_classifier

        return export_classifier(trained, asked, folder)

    def chapters(self, plan: RunPlan, run: RunDirectory) -> "Iterator[Chapter]":
        """See `recipe.runtime.report.chapters.Reports`."""
        from recipe.runtime.classification.chapters import classification_chapters

        assert isinstance(plan.recipe, Classification)
        return classification_chapters(plan.recipe.data, run)

    def contact_sheet(self, recipe: Recipe, count: int) -> "ContactSheet":
        """See `recipe.runtime.contact_sheet.ShowsAugment`."""
        from recipe.runtime.classification.contact_sheet import contact_sheet

        assert isinstance(recipe, Classification)
        return contact_sheet(recipe, count)
