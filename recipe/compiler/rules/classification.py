"""Rules of classification recipes."""

from recipe.compiler.rule import Finding, rule
from recipe.schemas.losses import Loss
from recipe.schemas.mixers import Mixer


@rule("R517", "loss", "data.num_classes")
def class_weights_count(loss: Loss, num_classes: int | None) -> Finding | None:
    """As many class weights as the recipe says that there are classes."""
    return None if num_classes is None else class_weights_problem(loss, num_classes)


def class_weights_problem(loss: Loss, num_classes: int) -> Finding | None:
    """What is wrong with the class weights of a loss for a number of classes."""
    weights = getattr(loss, "class_weights", ())
    if not isinstance(weights, tuple) or len(weights) == num_classes or not weights:
        return None
    message = f"`class_weights` has {len(weights)} weights, and there are {num_classes} classes"
    return Finding(
        message, "loss.class_weights", "give one weight for each class, or write `balanced`", also=("data.num_classes",)
    )


@rule("R504", "augment.mix", "train.batch_size", "hardware.devices")
def nothing_to_mix_with(mix: tuple[Mixer, ...], batch_size: int, devices: int) -> Finding | None:
    """Images are mixed with others of their batch, on the same device."""
    if not mix or batch_size > devices:
        return None
    message = "`augment.mix` mixes each image with another one, and a device gets one image at a time"
    return Finding(message, "augment.mix", f"set `train.batch_size` to {2 * devices} or more, or leave `mix` out")


@rule("R515", "hardware.cudnn_benchmark", "hardware.deterministic")
def deterministic_benchmark(cudnn_benchmark: bool, deterministic: bool) -> Finding | None:
    """Trials of cuDNN choose by time, so two runs may choose differently."""
    if not cudnn_benchmark or not deterministic:
        return None
    message = (
        "`cudnn_benchmark` chooses algorithms by their speed, so that two runs differ, and `deterministic` is true"
    )
    return Finding(message, "hardware.cudnn_benchmark", "take one of the two: `deterministic: false` gives the speed")


@rule("R504", "data.train")
def unknown_builtin(train: str) -> Finding | None:
    """The program ships one dataset."""
    if not train.startswith("builtin:") or train == "builtin:digits":
        return None
    message = f"there is no built-in dataset `{train}` for classification"
    return Finding(message, "data.train", "the built-in dataset is `builtin:digits`")


@rule("R504", "data.val", "data.train")
def validation_of_its_own(val: str | None, train: str) -> Finding | None:
    """Built-in data are split already, and cannot be the validation of other data."""
    if val is not None and train == "builtin:digits":
        return Finding(f"`data.val` is not read: `{train}` has validation images of its own", "data.val", "remove it")
    if val is not None and val.startswith("builtin:"):
        return Finding("`data.val` is a folder of images", "data.val", "name a folder, or leave it out")
    return None


RULES = (class_weights_count, deterministic_benchmark, nothing_to_mix_with, unknown_builtin, validation_of_its_own)
