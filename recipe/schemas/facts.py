"""What is known of the machine, the data and the model when `auto` is answered. Every part may be absent."""

from recipe.schemas.base import FrozenDict, Section


class Hardware(Section):
    """The device that will train, and the processor that feeds it."""

    device: str
    """`cpu`, `mps`, or `cuda:0`."""
    name: str
    memory_gib: float | None
    """Memory of an accelerator in GiB (2³⁰ bytes); None for a CPU."""
    cores: int
    """CPU cores this process may use for one device."""
    free_memory_gib: float | None
    """Main memory that is free, in GiB; None where the system does not tell."""
    amp_safe: bool
    """Whether mixed precision is known to train well on this device."""
    computes_bf16: bool = False
    """Whether the device has arithmetic of its own for bfloat16."""
    count: int = 1
    """How many such devices this machine has; processors count as one."""


class ImageSizes(Section):
    """The widths and heights of a split's images, as decoded."""

    decoded_bytes: int
    """Of all images together, with three channels of 8 bits."""
    first: str
    """The first image."""
    first_size: tuple[int, int]
    """Its width and height in pixels."""
    other: str | None = None
    """The first image that has another size; None where all have the same."""
    other_size: tuple[int, int] | None = None


class Dataset(Section):
    """What a look at the dataset found."""

    source: str
    """The file or folder it was read from."""
    splits: FrozenDict[str, tuple[str, ...]]
    """Split → the folders or list files that hold it."""
    images: FrozenDict[str, int]
    """Split → number of images."""
    classes: tuple[str, ...]
    fingerprint: str
    """Changes when a file is added, removed, or gets another size or time."""
    labels: int | None = None
    """Number of label files, where labels are files."""
    per_class: FrozenDict[str, tuple[int, ...]] = FrozenDict()
    """Split → number of images of each class, in the order of `classes`; empty where images have no one class."""
    sizes: FrozenDict[str, ImageSizes] = FrozenDict()
    """Split → what is known of the sizes of its images; empty where nothing rests on them."""
    skipped: tuple[str, ...] = ()
    """Files that cannot be read and are left out, as the recipe says."""
    mean: tuple[float, float, float] | None = None
    """Of each channel of the training images, pixels between 0 and 1, where that was asked for."""
    std: tuple[float, float, float] | None = None
    newest: str | None = None
    """The file that was changed last, where that is known."""


class ParameterTensor(Section):
    """One trainable parameter of the model, in the order of `model.named_parameters()`."""

    name: str
    numel: int
    role: str
    """`weight`, `bn` (a normalization layer's weight) or `bias`."""


class Weights(Section):
    """The pretrained file of a model: where it is, or why it is not to be had."""

    path: str | None
    reason: str
    sha256: str | None = None


class Input(Section):
    """Something outside the plan that its result depends on, and how to see that it changed."""

    name: str
    path: str
    fingerprint: str


class Places(Section):
    """Where this user keeps runs and tracking data."""

    tracking_uri: str
    tracking_reason: str
    tracking_template: str | None = None
    """The `${env:…}` text that the URI came from: it may hold a password, so a plan says this instead."""


class Facts(Section):
    """Everything the resolve pass may ask."""

    hardware: Hardware | None = None
    dataset: Dataset | None = None
    parameters: tuple[ParameterTensor, ...] | None = None
    weights: Weights | None = None
    checkpoints: tuple[Input, ...] = ()
    """Those of other runs that training begins from."""
    places: Places | None = None
    versions: FrozenDict[str, str] = FrozenDict()
    commit: str | None = None
