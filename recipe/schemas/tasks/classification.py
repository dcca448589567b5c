"""Image classification: one label for each image, learned from folders of images."""

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from recipe.schemas.base import Section, setting
from recipe.schemas.layer_lr import LayerLR
from recipe.schemas.losses import Loss
from recipe.schemas.models import Model
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.recipe import EarlyStopping, Hardware, Metric, Recipe
from recipe.schemas.schedulers import Scheduler


class ClassificationData(Section):
    """What to learn from: folders that hold one folder of images for each class."""

    train: str = setting(doc="Folder of the training images.", path=True)
    val: str | None = setting(None, "Folder of the validation images; none: no validation.", path=True)
    num_classes: PositiveInt | None = setting(
        None, "How many classes there must be; another number of folders is an error.", impact="cosmetic"
    )


class ClassificationStopping(EarlyStopping):
    """Stop when the monitored metric has not improved for a while."""

    patience: PositiveInt = setting(30, "Epochs without improvement before training stops.")
    min_delta: NonNegativeFloat = setting(0.03, "What a metric must improve by to count; 0.03 is 3 percentage points.")
    monitor: str = setting("val/accuracy", "The metric that has to improve.")


class ClassificationTrain(Section):
    """The training loop."""

    epochs: PositiveInt = setting(50, "Passes over the training images.")
    batch_size: PositiveInt = setting(32, "Images per step.")
    clip_grad_norm: PositiveFloat | None = setting(None, "Largest norm of the gradient; none: not clipped.")
    early_stopping: ClassificationStopping | None = setting(None, "Stop when a metric has stopped to improve.")


class ClassificationHardware(Hardware):
    """Where training runs."""

    cudnn_benchmark: bool = setting(
        False,
        "Let cuDNN try its algorithms and take the fastest: quicker where all images have one size.",
        impact="performance",
    )


class Classification(Recipe):
    """Train an image classifier."""

    target = "recipe.runtime.classification.family:ClassificationFamily"
    answers = "recipe.compiler.answers.classification:ANSWERS"
    has_engine = False
    metrics = (
        Metric("train/loss", False, "Loss of the training images."),
        Metric("train/accuracy", True, "Share of the training images that are classified correctly.", is_fraction=True),
        Metric("val/loss", False, "Loss of the validation images."),
        Metric("val/accuracy", True, "Share of the validation images that are classified correctly.", is_fraction=True),
        Metric(
            "val/top5_accuracy",
            True,
            "Share of the validation images whose class is among the first five.",
            is_fraction=True,
        ),
    )
    primary_metric = "val/accuracy"
    packages = (*Recipe.packages, "torchvision", "pillow")
    runtime_objects = ("num_classes", "optimizer", "params", "run", "weight")
    settled_by_compiler = (*Recipe.settled_by_compiler, "data.num_classes")
    example = {"recipe": 1, "name": "example", "data": {"train": "data/train"}, "model": {"type": "ResNet18"}}

    data: ClassificationData
    model: Model = setting(doc="What is trained.")
    loss: Loss = setting("CrossEntropyLoss", "What training makes small.", validate_default=True)
    optimizer: Optimizer = setting("AdamW", "What updates the weights.", validate_default=True)
    scheduler: Scheduler | None = setting(None, "How rates change over the epochs; none: they stay as they are.")
    layer_lr: LayerLR | None = setting(None, "Rates of single layers.")
    train: ClassificationTrain = ClassificationTrain()
    hardware: ClassificationHardware = ClassificationHardware()

    @classmethod
    def word(cls) -> str:
        """`classification`."""
        return "classification"

    def reported(self) -> tuple[Metric, ...]:
        """Without validation images, what the training images say."""
        return tuple(metric for metric in self.metrics if self.data.val or metric.name.startswith("train/"))
