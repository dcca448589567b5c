"""One training session, from the plan to its outcome."""

from recipe.runtime.data.yolo import read_yolo_dataset
from recipe.runtime.detection.data import data_yaml
from recipe.runtime.detection.engine.checkpoints import Checkpoints
from recipe.runtime.detection.engine.trainer import Trainer
from recipe.runtime.detection.events import Events, metric_names
from recipe.runtime.detection.isolation import output_to
from recipe.runtime.failures import translated
from recipe.runtime.family import Outcome, Reporter
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.plan import RunPlan
from recipe.schemas.tasks.detection import Detection


def train(plan: RunPlan, run: RunDirectory, reporter: Reporter) -> Outcome:
    """Train to the end, or on from `last.pt`; see `recipe.runtime.family.Family.train`."""
    assert isinstance(plan.recipe, Detection)
    with output_to(run.log), translated(run.log):
        yaml = data_yaml(plan.recipe)
        checkpoints = Checkpoints(run.checkpoints)
        try:
            trainer = Trainer(plan.recipe, yaml, read_yolo_dataset(yaml), checkpoints)
            Events(plan, reporter).attach(trainer)
            trainer.train()
        finally:
            checkpoints.close()
    metrics = metric_names(trainer.final_metrics)
    return Outcome(trainer.epochs_completed, trainer.best_epoch, metrics, checkpoints.best, checkpoints.last)
