"""Answers and rules of every family that is trained by our own loop: hardware, and how a batch is divided."""

from typing import Any

from recipe.compiler.resolve import Question, Reply, Resolved
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Facts, Hardware
from recipe.schemas.training import TorchHardware, Train


def _workers(question: Question) -> Reply:
    hardware: Hardware = question.fact("hardware")
    devices: int = question["hardware.devices"]
    if devices > 1 and question["hardware.device"] == "cpu":
        reason = f"half of the {hardware.cores} cores, for {devices} processes"
        return Reply(hardware.cores // devices // 2, reason, "hardware")
    return Reply(hardware.cores // 2, f"half of the {hardware.cores} cores", "hardware")


def _precision(question: Question) -> Reply:
    hardware: Hardware = question.fact("hardware")
    device: str = question["hardware.device"]
    if not device.startswith("cuda"):
        return Reply("fp32", f"training runs on {device}", "hardware")
    if not hardware.computes_bf16:
        return Reply("fp32", f"{hardware.name} does not compute with bf16", "hardware")
    return Reply("bf16", f"{hardware.name} computes with it", "hardware")


def _pin_memory(question: Question) -> Reply:
    device, workers = question["hardware.device"], question["hardware.workers"]
    if not device.startswith("cuda"):
        return Reply(False, f"training runs on {device}", "hardware")
    if not workers:
        return Reply(False, "no processes load images beside training", "hardware")
    return Reply(True, f"{device} takes batches from it faster", "hardware")


def _oom_recovery(question: Question) -> Reply:
    if question["hardware.devices"] > 1:
        return Reply([], "devices that train together cannot take another path each", "recipe")
    return Reply(["accumulate"], "the same step in smaller parts", "recipe")


def recovery_is_for_one_device(resolved: Resolved, _facts: Facts) -> Diagnostic | None:
    """A ladder that several devices would have to climb together."""
    hardware = _hardware(resolved)
    if hardware.devices == 1 or not hardware.oom_recovery:
        return None
    message = f"`oom_recovery` works on one device, and `devices` is {hardware.devices}"
    return Diagnostic("R504", message, help=("write `oom_recovery: auto`",), path=("hardware", "oom_recovery"))


def devices_are_there(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """More devices than the machine has, or more processes than cores."""
    hardware, path = _hardware(resolved), ("hardware", "devices")
    if facts.hardware is None or hardware.devices == 1:
        return None
    if hardware.device == "cpu":
        cores = facts.hardware.cores
        message = f"`devices` is {hardware.devices}, but there are {cores} cores for them"
        return None if hardware.devices <= cores else Diagnostic("R612", message, help=(_at_most(cores),), path=path)
    count = facts.hardware.count
    message = f"`devices` is {hardware.devices}, but this machine has {count} of {facts.hardware.name}"
    return None if hardware.devices <= count else Diagnostic("R611", message, help=(_at_most(count),), path=path)


def _at_most(count: int) -> str:
    return f"write `devices: {count}`" + (" or less" if count > 1 else "")


def pinning_needs_cuda(resolved: Resolved, _facts: Facts) -> Diagnostic | None:
    """Page-locked memory that torch would leave out with a warning."""
    hardware = _hardware(resolved)
    if hardware.pin_memory is not True or hardware.device.startswith("cuda"):
        return None
    message = f"page-locked memory serves a CUDA device, but training runs on {hardware.device}"
    return Diagnostic("R611", message, help=("write `pin_memory: auto`",), path=("hardware", "pin_memory"))


def batch_feeds_all_devices(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """A sample for each part of each device, and in the last batch for each device."""
    train, devices = _train(resolved), _hardware(resolved).devices
    parts, images = devices * train.accumulate, facts.dataset.images["train"] if facts.dataset else 0
    if train.batch_size >= parts:
        if not 0 < (last := _last_batch(train, images)) < devices:
            return None
        message = f"the last of {images:,} images make a batch of {last}, and there are {devices} devices"
        help_ = ("write `drop_last: true`, or take another `batch_size`",)
        return Diagnostic("R405", message, help=help_, path=("train", "batch_size"))
    divided = (
        f"{devices} devices" if train.accumulate == 1 else f"{train.accumulate} parts on each of {devices} devices"
    )
    message = f"a batch of {train.batch_size} cannot be divided into {divided}"
    return Diagnostic("R405", message, help=(f"raise `batch_size` to {parts} or more",), path=("train", "batch_size"))


def an_epoch_has_steps(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """`drop_last` leaves out the only batch of a small split."""
    train = _train(resolved)
    if facts.dataset is None or not train.drop_last or (count := facts.dataset.images["train"]) >= train.batch_size:
        return None
    message = (
        f"`drop_last` leaves nothing to train on: there are {count} images, and `batch_size` is {train.batch_size}"
    )
    return Diagnostic("R405", message, help=("lower `batch_size`",), path=("train", "drop_last"))


def batch_of_one(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """Batch normalization cannot train on one sample: it has no variance, and torch stops where a map is 1 × 1."""
    if facts.dataset is None or not any(tensor.role == "bn" for tensor in facts.parameters or ()):
        return None
    train, devices = _train(resolved), _hardware(resolved).devices
    parts, images = devices * train.accumulate, facts.dataset.images["train"]
    if train.batch_size // parts <= 1:
        return _single(f"a batch of {train.batch_size} has parts of one sample{_divided(parts)}", "raise `batch_size`")
    if (last := _last_batch(train, images)) and last // devices <= 1:
        message = f"the last of {images:,} images make a batch of {last}{_divided(devices)}"
        return _single(message, "write `drop_last: true`, or take another `batch_size`")
    return None


def _last_batch(train: Train, images: int) -> int:
    """The images of an epoch's last batch where it is smaller than the others, and is used; else 0."""
    return 0 if train.drop_last else images % train.batch_size


def _divided(parts: int) -> str:
    return f", divided into {parts}" if parts > 1 else ""


def _single(message: str, way_out: str) -> Diagnostic:
    message = f"batch normalization cannot train on a single sample, and {message}"
    return Diagnostic("R620", message, help=(way_out,), path=("train", "batch_size"))


def _train(resolved: Resolved) -> Train:
    recipe: Any = resolved.recipe
    return recipe.train  # type: ignore[no-any-return]


def _hardware(resolved: Resolved) -> TorchHardware:
    hardware = resolved.recipe.hardware
    assert isinstance(hardware, TorchHardware)
    return hardware


TRAINING_REPLIES = {
    "hardware.workers": _workers,
    "hardware.precision": _precision,
    "hardware.pin_memory": _pin_memory,
    "hardware.oom_recovery": _oom_recovery,
}

TRAINING_RULES = (
    devices_are_there,
    pinning_needs_cuda,
    recovery_is_for_one_device,
    batch_feeds_all_devices,
    an_epoch_has_steps,
    batch_of_one,
)
