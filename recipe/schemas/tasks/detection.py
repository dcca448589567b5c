"""Object detection: boxes around things in images, trained by Ultralytics."""

from typing import Annotated, Literal

from annotated_types import Ge, Le, MultipleOf
from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from recipe.schemas.base import AUTO, Auto, Section, setting
from recipe.schemas.layer_lr import LayerLR
from recipe.schemas.models import Model
from recipe.schemas.optimizers import Optimizer
from recipe.schemas.recipe import EarlyStopping, Hardware, Metric, Recipe
from recipe.schemas.schedulers import Scheduler

Probability = Annotated[float, Ge(0), Le(1)]
ImageSize = Annotated[int, Ge(32), Le(4096), MultipleOf(32)]
Tier = Literal["cpu", "low", "medium", "high", "workstation"]


class Shapes(Section):
    """`builtin:shapes`: generated images of rectangles, circles and triangles on textured backgrounds."""

    train_images: PositiveInt = setting(400, "Images of the training split.", le=100_000)
    val_images: PositiveInt = setting(100, "Images of the validation split.", le=100_000)
    image_size: ImageSize = setting(160, "Width and height of the images in pixels.")
    difficulty: Probability = setting(
        0.3, "0: few large shapes in clear colours; 1: many small, overlapping ones that hardly stand out."
    )
    seed: NonNegativeInt = setting(0, "Seed of the generator: the same seed gives the same files.")


class DetectionData(Section):
    """What to learn from."""

    source: str = setting(doc="An Ultralytics `data.yaml`, or `builtin:shapes`.", path=True)
    cache: Auto[Literal["none", "ram"]] = setting(
        AUTO, "Keep decoded images in memory. `auto`: `ram` from the medium GPU tier up.", impact="performance"
    )
    shapes: Shapes = setting(Shapes(), "Settings of `builtin:shapes`.")


class DetectionAugment(Section):
    """Random changes to the training images; names and meanings are those of Ultralytics."""

    hsv_h: Probability = setting(0.015, "Hue shift, as a fraction of the colour circle.")
    hsv_s: Probability = setting(0.7, "Saturation change, as a fraction.")
    hsv_v: Probability = setting(0.4, "Brightness change, as a fraction.")
    degrees: Annotated[float, Ge(0), Le(180)] = setting(0.0, "Rotation in degrees, to either side.")
    translate: Probability = setting(0.1, "Shift, as a fraction of the image.")
    scale: Annotated[float, Ge(0), Le(0.99)] = setting(0.5, "Zoom: 0.5 is from 0.5× to 1.5×.")
    shear: Annotated[float, Ge(0), Le(180)] = setting(0.0, "Shear in degrees.")
    perspective: Annotated[float, Ge(0), Le(0.001)] = setting(0.0, "Perspective distortion.")
    flipud: Probability = setting(0.0, "Probability of turning an image upside down.")
    fliplr: Probability = setting(0.5, "Probability of mirroring an image.")
    bgr: Probability = setting(0.0, "Probability of swapping the red and blue channels.")
    mosaic: Probability = setting(1.0, "Probability of joining four images into one.")
    mixup: Probability = setting(0.0, "Probability of blending two images.")
    cutmix: Probability = setting(0.0, "Probability of pasting a part of one image into another.")


class DetectionLoss(Section):
    """Weights of the three parts of YOLOv8's loss."""

    box: NonNegativeFloat = setting(7.5, "Weight of the box (CIoU) loss.")
    cls: NonNegativeFloat = setting(0.5, "Weight of the classification loss.")
    dfl: NonNegativeFloat = setting(1.5, "Weight of the distribution focal loss.")


class DetectionTrain(Section):
    """The training loop."""

    epochs: PositiveInt = setting(100, "Passes over the training images.")
    batch_size: Auto[PositiveInt] = setting(AUTO, "Images per step.")
    image_size: Auto[ImageSize] = setting(AUTO, "Side of the square input in pixels, a multiple of 32.")
    amp: Auto[bool] = setting(AUTO, "Mixed precision (fp16). `auto`: on a CUDA device that trains well with it.")
    accumulate_to: PositiveInt = setting(
        64, "Gradients of small batches are added up until about this many images have been seen (Ultralytics `nbs`)."
    )
    clip_grad_norm: PositiveFloat = setting(10.0, "Largest norm of the gradient.")
    warmup_epochs: NonNegativeFloat = setting(3.0, "Epochs over which rates rise from zero.")
    warmup_bias_lr: NonNegativeFloat = setting(0.0, "Rate that biases start the warm-up from.")
    warmup_momentum: Probability = setting(0.8, "Momentum at the start of the warm-up; only SGD has one.")
    close_mosaic: NonNegativeInt = setting(10, "Train the last N epochs without mosaic, mixup and cutmix.")
    early_stopping: EarlyStopping | None = setting(None, "Stop when mAP has stopped to rise.")
    checkpoint_every: PositiveInt | None = setting(
        None, "Keep a checkpoint of every N-th epoch, beside `last` and `best`.", impact="cosmetic"
    )


class DetectionHardware(Hardware):
    """Where training runs, and which row of the tier table answers `auto`."""

    tier: Auto[Tier] = setting(
        AUTO,
        "Row of the tier table that answers `auto`; by GPU memory.",
        impact="performance",
    )


class Detection(Recipe):
    """Fine-tune a YOLO detector on boxes."""

    target = "recipe.runtime.detection.family:DetectionFamily"
    answers = "recipe.compiler.answers.detection:ANSWERS"
    metrics = (
        Metric("train/box_loss", False, "CIoU loss of the boxes."),
        Metric("train/cls_loss", False, "Classification loss."),
        Metric("train/dfl_loss", False, "Distribution focal loss."),
        Metric("val/precision", True, "Precision at the confidence of the best F1.", is_fraction=True),
        Metric("val/recall", True, "Recall at the confidence of the best F1.", is_fraction=True),
        Metric("val/mAP50", True, "Mean average precision at an IoU of 0.5.", is_fraction=True),
        Metric("val/mAP50-95", True, "Mean average precision over IoUs from 0.5 to 0.95.", is_fraction=True),
        Metric("val/box_loss", False, "CIoU loss of the boxes."),
        Metric("val/cls_loss", False, "Classification loss."),
        Metric("val/dfl_loss", False, "Distribution focal loss."),
    )
    primary_metric = "val/mAP50-95"
    packages = (*Recipe.packages, "torchvision", "ultralytics", "opencv-python", "opencv-python-headless", "pillow")
    runtime_objects = ("ch", "epochs", "nc", "params", "run", "verbose")
    settled_by_compiler = (*Recipe.settled_by_compiler, "hardware.tier", "data.shapes")
    example = {
        "recipe": 1,
        "name": "example",
        "data": {"source": "builtin:shapes"},
        "model": {"type": "YOLOv8", "size": "n"},
    }

    data: DetectionData
    model: Model = setting(doc="What is trained.")
    augment: DetectionAugment = DetectionAugment()
    loss: DetectionLoss = DetectionLoss()
    optimizer: Optimizer = setting("AdamW", "What updates the weights.", validate_default=True)
    scheduler: Scheduler = setting("LinearDecay", "How rates change over the epochs.", validate_default=True)
    layer_lr: LayerLR | None = setting(None, "Rates of single layers.")
    train: DetectionTrain = DetectionTrain()
    hardware: DetectionHardware = DetectionHardware()

    @classmethod
    def word(cls) -> str:
        """`detection`."""
        return "detection"
