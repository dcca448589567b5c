"""The files beside an exported model, as versioned models."""

from typing import Literal

from pydantic import JsonValue

from recipe.schemas.base import FrozenDict, Section


class ExportedInput(Section):
    """What the model takes: a batch of images, behind the transforms."""

    name: str = "images"
    dtype: Literal["uint8", "float32"]
    shape: tuple[str, int, int, int]
    """`N`, 3 (red, green, blue), height, width; any number of images goes."""


class ExportedOutput(Section):
    """What the model gives: for each image a number for each class, in the order of `classes`."""

    name: Literal["probabilities", "logits"]
    shape: tuple[str, int]


class Architecture(Section):
    """What builds the network that weights alone belong to."""

    type: str
    """Its word in recipes."""
    target: str
    """`module:attribute` of the library that has it."""
    arguments: FrozenDict[str, JsonValue]


class ExportedModel(Section):
    """`model.json`: what an exported model takes and gives, and where it comes from."""

    format_version: Literal[1] = 1
    format: str
    file: str
    classes: tuple[str, ...]
    input: ExportedInput
    output: ExportedOutput
    normalization: Literal["inside", "outside"]
    """Whether the model divides by 255 and normalizes, or whoever uses it."""
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    transforms: tuple[JsonValue, ...]
    """Of the decoded RGB image, in their order, before the model; their words are those of torchvision's `v2`."""
    architecture: Architecture
    name: str
    """Of the run's recipe."""
    digest: str
    versions: FrozenDict[str, str]


class ParitySample(Section):
    """An image that the network and the exported model were both given."""

    file: str
    top: str
    """The likeliest class, for the network of the run."""
    exported_top: str
    difference: float
    """The largest one between two probabilities of a class."""


class Parity(Section):
    """`parity.json`: the certificate that an exported model says what the network of the run says."""

    format_version: Literal[1] = 1
    passed: bool
    tolerance: float
    largest_difference: float
    samples: tuple[ParitySample, ...]
    split: str
    """Whose images these are."""
    engine: str
    """What ran the exported model."""
    opset: int | None = None
    weights: str
    """The checkpoint, relative to the run directory."""
    files: FrozenDict[str, str]
    """Sha256 of the checkpoint, and of each file of the exported model, by name."""
    digest: str
    versions: FrozenDict[str, str]
