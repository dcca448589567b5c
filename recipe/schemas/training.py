"""What every family that is trained by our own loop (`recipe.runtime.loop`) can say of training and of hardware."""

from typing import Annotated, Literal, Protocol

from annotated_types import Gt, Lt
from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from recipe.schemas.base import AUTO, Auto, Section, setting
from recipe.schemas.inspect import Inspect
from recipe.schemas.layer_lr import LayerLR
from recipe.schemas.models import Model
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.recipe import EarlyStopping, Hardware, Metric
from recipe.schemas.schedulers import Scheduler

Precision = Literal["fp32", "bf16", "fp16"]

LOOP_OBJECTS = ("base_lr", "max_lr", "mode", "optimizer", "params", "run", "steps_per_epoch", "total_steps")
"""What our loop hands to components: `Recipe.runtime_objects` of each family that it trains, and more by the family."""


class Ema(Section):
    """Average the weights over the steps; the average is what is evaluated and kept as the best."""

    decay: Annotated[float, Gt(0), Lt(1)] = setting(
        0.999,
        "Share of the average that each step keeps.",
        usual=(0.9, 0.99999),
        unusual="an average over a few steps only smooths nothing, and over too many it never catches up",
    )


class Stopping(EarlyStopping):
    """Stop when the monitored metric has not improved for a while."""

    min_delta: NonNegativeFloat = setting(0.0, "What the metric must improve by to count.")
    monitor: str = setting("val/loss", "The metric that has to improve.")


class Train(Section):
    """The training loop."""

    epochs: PositiveInt = setting(50, "Passes over the training data.")
    batch_size: PositiveInt = setting(32, "Samples per step, over all devices together.")
    drop_last: bool = setting(False, "Leave out the last batch of an epoch where it is smaller than the others.")
    accumulate: PositiveInt = setting(
        1,
        "Split each batch into so many parts and add up their gradients: less memory for the same step, but for batch "
        "normalization, which sees the parts (of two samples at least).",
    )
    clip_grad_norm: PositiveFloat | None = setting(None, "Largest norm of the gradient; none: not clipped.")
    ema: Ema | None = setting(None, "Average of the weights over the steps; none: the weights as they are.")
    on_nan: Literal["stop", "skip"] = setting(
        "stop", "Where a loss is not finite: stop and name the batch, or leave the step out and count it."
    )
    checkpoint_every: PositiveInt | None = setting(
        None, "Keep a checkpoint of every N-th epoch, beside `last` and `best`.", impact="cosmetic"
    )
    checkpoint_keep: PositiveInt | None = setting(
        None, "How many of those to keep: the newest; none: all.", impact="cosmetic"
    )
    checkpoint_minutes: PositiveFloat | None = setting(
        None, "Save the state within an epoch too, whenever so many minutes have passed.", impact="cosmetic"
    )
    init_from: str | None = setting(None, "A checkpoint whose weights training starts from.", path=True)
    resume_from: str | None = setting(
        None, "A checkpoint whose whole state (optimizer, schedule, epoch …) training goes on from.", path=True
    )
    early_stopping: Stopping | None = setting(None, "Stop when a metric has stopped to improve.")


class TorchHardware(Hardware):
    """Where training runs, and how."""

    devices: PositiveInt = setting(
        1, "Processes that train together, each on a device of its own; on `cpu`, each with its share of the cores."
    )
    precision: Auto[Precision] = setting(
        AUTO,
        "Numbers of the forward pass: `bf16` and `fp16` are mixed precision. `auto`: `bf16` on a GPU that computes "
        "with it, else `fp32`.",
    )
    pin_memory: Auto[bool] = setting(
        AUTO, "Load batches into page-locked memory, from where a GPU takes them faster.", impact="performance"
    )
    cudnn_benchmark: bool = setting(
        False,
        "Let cuDNN try its algorithms and take the fastest: quicker where all images have one size.",
        impact="performance",
    )
    oom_recovery: Auto[tuple[Literal["accumulate", "precision"], ...]] = setting(
        AUTO,
        "What to do, in this order, where the device runs out of memory: `accumulate` halves the parts of a batch as "
        "often as it can, `precision` changes to `bf16`. Each step is recorded; when none is left, the run stops. "
        "`auto`: `[accumulate]` on one device, nothing on several.",
    )


class LoopRecipe(Protocol):
    """What the training loop reads of a recipe, whatever its family."""

    @property
    def seed(self) -> int: ...
    @property
    def model(self) -> Model: ...
    @property
    def optimizer(self) -> Optimizer: ...
    @property
    def scheduler(self) -> Scheduler | None: ...
    @property
    def layer_lr(self) -> LayerLR | None: ...
    @property
    def train(self) -> Train: ...
    @property
    def inspect(self) -> Inspect: ...
    @property
    def hardware(self) -> TorchHardware: ...
    @property
    def metrics(self) -> tuple[Metric, ...]: ...
    @property
    def primary_metric(self) -> str: ...
