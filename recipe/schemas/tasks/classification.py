"""Image classification: one label for each image, learned from folders of images."""

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le
from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt

from recipe.schemas.base import AUTO, Auto, OrWord, Section, setting
from recipe.schemas.colormaps import Colormap
from recipe.schemas.inspect import Inspect
from recipe.schemas.layer_lr import LayerLR
from recipe.schemas.losses import Loss
from recipe.schemas.mixers import Mixer
from recipe.schemas.models import Model
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.recipe import Metric, Recipe
from recipe.schemas.report import Report
from recipe.schemas.schedulers import Scheduler
from recipe.schemas.training import LOOP_OBJECTS, Stopping, TorchHardware, Train
from recipe.schemas.transforms import Transform

BUILTIN_DIGITS = "builtin:digits"
Mean = Annotated[float, Ge(0), Le(1)]
Std = Annotated[float, Gt(0), Le(1)]
FontSize = Annotated[int, Ge(1), Le(100)]
Inches = Annotated[float, Ge(1), Le(50)]


class Normalization(Section):
    """Mean and standard deviation of each channel, of pixels between 0 and 1."""

    mean: tuple[Mean, Mean, Mean] = setting(doc="Mean of the red, green and blue channel.")
    std: tuple[Std, Std, Std] = setting(doc="Standard deviation of the red, green and blue channel.")


class ClassificationData(Section):
    """What to learn from: folders that hold one folder of images for each class."""

    train: str = setting(
        BUILTIN_DIGITS,
        "Folder of the training images, or `builtin:digits`: 1,797 handwritten digits, split into training and "
        "validation.",
        path=True,
    )
    val: str | None = setting(
        None, "Folder of the validation images; none: no validation, but for built-in data.", path=True
    )
    num_classes: PositiveInt | None = setting(
        None, "How many classes there must be; another number of folders is an error.", impact="cosmetic"
    )
    limit_per_class: PositiveInt | None = setting(
        None, "Use only the first so many images of each class, of both splits; none: all."
    )
    normalize: Annotated[Normalization, OrWord("imagenet", "gray_rgb", "medical_rgb", "from_data")] = setting(
        "imagenet",
        "What is subtracted from the channels and what they are divided by: `imagenet`, `gray_rgb` (greyscale as RGB), "
        "`medical_rgb`, `from_data` (of the training images), or `{mean, std}`.",
        answered=("from_data",),
    )
    cache: Auto[Literal["none", "ram", "disk"]] = setting(
        AUTO,
        "Keep decoded images: in memory, or in a file that runs share. `auto`: in memory where they fit.",
        impact="performance",
    )
    cache_limit: PositiveFloat = setting(8.0, "GiB that decoded images may take.", impact="performance")
    on_corrupt: Literal["fail", "skip"] = setting(
        "fail", "Images that cannot be read: list them all and stop, or leave them out and say which."
    )

    @property
    def is_builtin(self) -> bool:
        """Whether the images come with the program."""
        return self.train == BUILTIN_DIGITS

    @property
    def has_validation(self) -> bool:
        """Whether there are validation images."""
        return self.val is not None or self.is_builtin


class ClassificationAugment(Section):
    """Transforms of the images, in their order. Tensors and normalization come by themselves."""

    train: tuple[Transform, ...] = setting((), "Of the training images.")
    val: tuple[Transform, ...] = setting((), "Of the validation images.")
    mix: tuple[Mixer, ...] = setting(
        (), "Mix each training image with another of its batch: one of these is drawn for each batch; none: not mixed."
    )


class ClassificationStopping(Stopping):
    """Stop when the monitored metric has not improved for a while."""

    patience: PositiveInt = setting(30, "Epochs without improvement before training stops.")
    min_delta: NonNegativeFloat = setting(0.03, "What a metric must improve by to count; 0.03 is 3 percentage points.")
    monitor: str = setting("val/accuracy", "The metric that has to improve.")


class ClassificationTrain(Train):
    """The training loop."""

    early_stopping: ClassificationStopping | None = setting(None, "Stop when a metric has stopped to improve.")


class ConfusionMatrix(Section):
    """The picture of which classes were taken for which."""

    title: str = setting("Confusion Matrix", "Title.", impact="cosmetic", max_length=200)
    xlabel: str = setting("Predicted Label", "What stands below the columns.", impact="cosmetic", max_length=200)
    ylabel: str = setting("True Label", "What stands beside the rows.", impact="cosmetic", max_length=200)
    fontsize: FontSize = setting(
        14, "Size of the numbers in the cells, in points; smaller where cells are too small for it.", impact="cosmetic"
    )
    title_fontsize: FontSize = setting(16, "Size of the title, in points.", impact="cosmetic")
    label_fontsize: FontSize = setting(12, "Size of the labels of the axes, in points.", impact="cosmetic")
    figsize: tuple[Inches, Inches] = setting(
        (8.0, 6.0), "Width and height of the picture, in inches.", impact="cosmetic"
    )
    cmap: Colormap = setting("Blues", "Colours of the cells: a colour map of matplotlib.", impact="cosmetic")


class ClassificationReport(Report):
    """What a run draws for people; the numbers are written down in any case."""

    confusion_matrix: ConfusionMatrix | None = setting(
        ConfusionMatrix(), "How the confusion matrix is drawn; none: it is not.", impact="cosmetic"
    )


class Classification(Recipe):
    """Train an image classifier."""

    target = "recipe.runtime.classification.family:ClassificationFamily"
    answers = "recipe.compiler.answers.classification:ANSWERS"
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
        Metric("val/precision", True, "Precision, the mean over the classes.", is_fraction=True),
        Metric("val/recall", True, "Recall, the mean over the classes.", is_fraction=True),
        Metric("val/f1", True, "F1, the mean over the classes.", is_fraction=True),
    )
    primary_metric = "val/accuracy"
    packages = (*Recipe.packages, "torchvision", "pillow")
    runtime_objects = (*LOOP_OBJECTS, "num_classes", "weight")
    settled_by_compiler = (*Recipe.settled_by_compiler, "data.num_classes", "data.cache_limit", "data.on_corrupt")
    example = {"recipe": 1, "name": "example", "data": {"train": "data/train"}, "model": {"type": "ResNet18"}}

    data: ClassificationData = ClassificationData()
    model: Model = setting(doc="What is trained.")
    augment: ClassificationAugment = ClassificationAugment()
    loss: Loss = setting("CrossEntropyLoss", "What training makes small.", validate_default=True)
    optimizer: Optimizer = setting("AdamW", "What updates the weights.", validate_default=True)
    scheduler: Scheduler | None = setting(None, "How rates change over the epochs; none: they stay as they are.")
    layer_lr: LayerLR | None = setting(None, "Rates of single layers.")
    train: ClassificationTrain = ClassificationTrain()
    hardware: TorchHardware = TorchHardware()
    report: ClassificationReport = ClassificationReport()
    inspect: Inspect = Inspect()

    @classmethod
    def word(cls) -> str:
        """`classification`."""
        return "classification"

    def reported(self) -> tuple[Metric, ...]:
        """Without validation images, what the training images say."""
        return tuple(metric for metric in self.metrics if self.data.has_validation or metric.name.startswith("train/"))
