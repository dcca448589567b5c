"""One training session of a torch-native family, from the plan to its outcome, in each process that trains."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

import torch

from recipe.runtime.data.ordering import mix
from recipe.runtime.failures import translated
from recipe.runtime.family import Outcome, Reporter
from recipe.runtime.loop import Loop
from recipe.runtime.rundir import RunDirectory
from recipe.runtime.steps import Steps
from recipe.runtime.training.beginning import begin
from recipe.runtime.training.checkpoints import Checkpoints
from recipe.runtime.training.effective import effective_values
from recipe.runtime.training.processes import started
from recipe.runtime.training.randomness import choose_algorithms, seed_all
from recipe.runtime.training.world import World
from recipe.schemas.plan import RunPlan
from recipe.schemas.training import LoopRecipe


class LoopFamily(Protocol):
    """A family that is trained by our loop."""

    def steps(self, plan: RunPlan, world: World) -> Steps:
        """Its part, with random numbers seeded as the recipe says. Called once in each process."""


def train(family: LoopFamily, plan: RunPlan, run: RunDirectory, reporter: Reporter) -> Outcome:
    """See `recipe.runtime.family.Family.train`."""
    with translated(run.log), warnings_to(run.log), started(plan, run) as world:
        return train_here(family, plan, run, world, reporter)


def train_here(family: LoopFamily, plan: RunPlan, run: RunDirectory, world: World, reporter: Reporter) -> Outcome:
    """The part of one process."""
    recipe = cast(LoopRecipe, plan.recipe)
    choose_algorithms(recipe.hardware.deterministic, recipe.hardware.cudnn_benchmark)
    seed_all(recipe.seed)
    checkpoints = Checkpoints(run.checkpoints, recipe.train.checkpoint_keep)
    if world.is_first:
        run.checkpoints.mkdir(parents=True, exist_ok=True)
    steps = family.steps(plan, world)
    try:
        loop = Loop(plan, steps, world, checkpoints, reporter)
        seed = torch.initial_seed()
        begun_from = begin(loop, recipe)
        _draw_apart(loop, recipe.seed)
        effective = effective_values(loop, seed, begun_from)
        reporter.started(loop.progress.epoch, effective)
        if world.is_first and (gradients := loop.stepper.gradients):
            gradients.write_to(run)
        if loop.progress.epoch > 1 and loop.progress.values:
            reporter.epoch_done(loop.progress.epoch - 1, loop.progress.values)
        return loop.run()
    finally:
        for batches in (steps.train, *steps.evaluated.values()):
            batches.close()
        checkpoints.close()


def _draw_apart(loop: Loop, seed: int) -> None:
    """Let every process but the first draw random numbers of its own: dropout would be the same in all of them.

    Networks agree by now. A checkpoint holds the generators of the first process; the others begin anew where it
    stands, so that a resumed run of several processes with dropout is as random as an unbroken one, in other bits.
    """
    if not loop.world.is_first:
        seed_all(mix(seed, loop.world.rank, loop.progress.epoch, loop.progress.step) % 2**32)


@contextlib.contextmanager
def warnings_to(log: Path) -> Iterator[None]:
    """Python's warnings go to the run's log: nothing but ours is for people's eyes."""
    handler: Any = logging.FileHandler(log, encoding="utf-8", delay=True)
    logger = logging.getLogger("py.warnings")
    logger.addHandler(handler)
    logger.propagate, before = False, logger.propagate
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        logger.removeHandler(handler)
        logger.propagate = before
        handler.close()
