"""What `auto` means in a detection recipe: the tier table, and what the device and the data allow."""

import math
from typing import NamedTuple

from recipe.compiler.answers.common import COMMON_REPLIES, device_is_there, layer_patterns_fit
from recipe.compiler.resolve import Answers, Question, Reply, Resolved
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Dataset, Facts, Hardware, Weights
from recipe.schemas.tasks.detection import Detection


class TierRow(NamedTuple):
    """Settings that suit a class of device."""

    says: str
    size: str
    batch_size: int
    image_size: int
    workers: int
    cache: str


TIERS = {
    "cpu": TierRow("no GPU", "n", 4, 320, 0, "none"),
    "low": TierRow("less than 6 GiB", "s", 8, 480, 4, "none"),
    "medium": TierRow("6 to 12 GiB", "m", 16, 640, 8, "ram"),
    "high": TierRow("more than 12, at most 24 GiB", "l", 32, 640, 8, "ram"),
    "workstation": TierRow("more than 24 GiB", "x", 64, 800, 8, "ram"),
}


def tier_of(memory_gib: float | None) -> str:
    """The tier of a device by its memory in GiB. Exactly 6 is medium, exactly 12 medium, exactly 24 high.

    Cards report a little less than their label (a 24 GB card about 23.6 GiB), so boundaries fall to the lower tier.
    """
    if memory_gib is None:
        return "cpu"
    bounds = (("low", memory_gib < 6), ("medium", memory_gib <= 12), ("high", memory_gib <= 24))
    return next((name for name, holds in bounds if holds), "workstation")


def _tier(question: Question) -> Reply:
    hardware: Hardware = question.fact("hardware")
    if hardware.memory_gib is None or not question["hardware.device"].startswith("cuda"):
        return Reply("cpu", f"training runs on {question['hardware.device']}", "hardware")
    name = tier_of(hardware.memory_gib)
    return Reply(name, f"{hardware.name} has {hardware.memory_gib:.1f} GiB: {TIERS[name].says}", "hardware")


def _row(question: Question, column: str) -> Reply:
    tier = question["hardware.tier"]
    return Reply(getattr(TIERS[tier], column), f"tier {tier}", "hardware")


def _workers(question: Question) -> Reply:
    if question["hardware.device"] in ("cpu", "mps"):
        return Reply(0, "without a CUDA device, loader processes would take cores from training", "hardware")
    most = _useful_workers(question.fact("hardware"), question.fact("dataset"), question["train.batch_size"])
    wanted = TIERS[question["hardware.tier"]].workers
    if wanted <= most:
        return _row(question, "workers")
    return Reply(most, f"tier {question['hardware.tier']} says {wanted}, cores and batches allow {most}", "hardware")


def _useful_workers(hardware: Hardware, dataset: Dataset, batch_size: int) -> int:
    """Ultralytics starts no more loader processes than there are cores, or batches (none for a single batch)."""
    batches = math.ceil(dataset.images["train"] / batch_size)
    return min(hardware.cores, batches if batches > 1 else 0)


def _cache(question: Question) -> Reply:
    wanted = TIERS[question["hardware.tier"]].cache
    free = question.fact("hardware").free_memory_gib
    if wanted == "none" or free is None:
        return _row(question, "cache")
    needed = _memory_for_images(question.fact("dataset"), question["train.image_size"])
    if needed > free:
        return Reply("none", f"the images may need {needed:.1f} GiB, of which {free:.1f} are free", "hardware")
    return Reply("ram", f"tier {question['hardware.tier']}, and the images need at most {needed:.1f} GiB", "hardware")


def _memory_for_images(dataset: Dataset, image_size: int) -> float:
    """GiB that Ultralytics asks to be free at most: every image at full width and height, times two for safety."""
    return 2 * sum(dataset.images.values()) * image_size**2 * 3 / 2**30


def _amp(question: Question) -> Reply:
    hardware: Hardware = question.fact("hardware")
    if not question["hardware.device"].startswith("cuda"):
        return Reply(False, "mixed precision needs a CUDA device", "hardware")
    if not hardware.amp_safe:
        return Reply(False, f"{hardware.name} is known to train badly with it", "hardware")
    return Reply(True, f"{hardware.name} trains well with it", "hardware")


def _weights(question: Question) -> Reply:
    weights: Weights = question.fact("weights")
    return Reply(weights.path or "none", weights.reason, "weights")


def too_many_workers(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """A number of loader processes that Ultralytics would lower by itself."""
    recipe = _detection(resolved)
    if facts.hardware is None or facts.dataset is None:
        return None
    most = _useful_workers(facts.hardware, facts.dataset, recipe.train.batch_size)
    if recipe.hardware.workers <= most:
        return None
    message = f"`hardware.workers` is {recipe.hardware.workers}, but cores and batches allow only {most}"
    return Diagnostic("R612", message, help=("write `workers: auto`",), path=("hardware", "workers"))


def images_fit_into_memory(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """A cache that Ultralytics would leave out by itself."""
    recipe = _detection(resolved)
    if facts.hardware is None or facts.dataset is None or recipe.data.cache == "none":
        return None
    needed, free = _memory_for_images(facts.dataset, recipe.train.image_size), facts.hardware.free_memory_gib
    if free is None or needed <= free:
        return None
    message = f"`cache: ram` may need {needed:.1f} GiB of main memory, of which {free:.1f} are free"
    return Diagnostic("R614", message, help=("write `cache: auto`",), path=("data", "cache"))


def amp_needs_cuda(resolved: Resolved, _facts: Facts) -> Diagnostic | None:
    """Mixed precision that Ultralytics would switch off by itself."""
    recipe = _detection(resolved)
    if recipe.train.amp is not True or recipe.hardware.device.startswith("cuda"):
        return None
    message = f"mixed precision needs a CUDA device, but training runs on {recipe.hardware.device}"
    return Diagnostic("R611", message, help=("write `amp: auto`",), path=("train", "amp"))


def scratch_instead_of_pretrained(resolved: Resolved, _facts: Facts) -> Diagnostic | None:
    """Pretrained weights were wanted and are not there: the result will be much weaker, so say it aloud."""
    answer = next((each for each in resolved.answers if each.path == "model.weights"), None)
    if answer is None or answer.value != "none":
        return None
    help_ = "put the file into the working directory, name one under `model.weights`, or accept it: `weights: none`"
    message = f"training starts from scratch: {answer.reason}"
    return Diagnostic("R607", message, help=(help_,), path=("model", "weights"))


def _detection(resolved: Resolved) -> Detection:
    assert isinstance(resolved.recipe, Detection)
    return resolved.recipe


ANSWERS = Answers(
    replies={
        **COMMON_REPLIES,
        "hardware.tier": _tier,
        "model.size": lambda question: _row(question, "size"),
        "train.batch_size": lambda question: _row(question, "batch_size"),
        "train.image_size": lambda question: _row(question, "image_size"),
        "data.cache": _cache,
        "hardware.workers": _workers,
        "train.amp": _amp,
        "model.weights": _weights,
    },
    rules=(
        device_is_there,
        layer_patterns_fit,
        too_many_workers,
        images_fit_into_memory,
        amp_needs_cuda,
        scratch_instead_of_pretrained,
    ),
)
