"""What the executor asks of a task family, and what a family tells while it trains."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from pydantic import JsonValue

from recipe.runtime.rundir import RunDirectory
from recipe.schemas.facts import Dataset, Input, ParameterTensor, Weights
from recipe.schemas.plan import RunPlan
from recipe.schemas.recipe import Recipe
from recipe.schemas.run import Origin


class Reporter(Protocol):
    """Receives the events of a run."""

    def started(self, first_epoch: int, effective: Mapping[str, JsonValue]) -> None:
        """Training is about to begin with epoch `first_epoch` (1-based).

        `effective` is dotted recipe path → value read from the live objects. Raises `RecipeError` (R802) where it
        differs from the plan.
        """

    def step(self, epoch: int, step: int, steps: int, losses: Mapping[str, float]) -> None:
        """One batch is done (all counts 1-based). Raises `Interrupted` when the run was asked to stop."""

    def epoch_done(self, epoch: int, values: Mapping[str, float]) -> None:
        """An epoch is over and its checkpoint on the way to the disk. `values`: metric or `lr/<group>` → number.

        A resumed run tells its last epoch again, in case it was killed between the checkpoint and this call.
        """

    def amended(self, path: str, before: JsonValue, after: JsonValue, why: str) -> None:
        """The run goes on with another value of a setting than the plan has: to be recorded and shown."""


class Outcome(NamedTuple):
    """What training reached."""

    epochs_completed: int
    best_epoch: int
    metrics: Mapping[str, float]
    """Of the best weights, evaluated after training."""
    best: Path
    last: Path
    origin: Origin | None = None
    """The run whose state training went on from."""


class ModelFacts(NamedTuple):
    """What the compiler wants to know of a model: its trainable parameters, its pretrained file, where it begins."""

    parameters: tuple[ParameterTensor, ...]
    weights: Weights
    checkpoints: tuple[Input, ...] = ()
    """Those of other runs that training begins from."""


class Family(Protocol):
    """A task family's way to look at its data and model, and to train."""

    def look_at_data(self, recipe: Recipe) -> Dataset:
        """Check the dataset. Raises `RecipeError` (R601–R605) before anything is trained."""

    def look_at_model(self, recipe: Recipe, dataset: Dataset) -> ModelFacts:
        """Look for weights and list the parameters. The model's own `auto` leaves but weights are answered."""

    def fingerprints(self, recipe: Recipe) -> Mapping[str, str]:
        """The present fingerprint of each input (`dataset`, `weights` …). Raises `RecipeError` where one is gone.

        Files are not read where sizes and times will do.
        """

    def train(self, plan: RunPlan, run: RunDirectory, reporter: Reporter) -> Outcome:
        """Train to the end, continuing from `run.checkpoints / 'last.pt'` where that is there."""
