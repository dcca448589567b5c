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
    places: Places | None = None
    versions: FrozenDict[str, str] = FrozenDict()
    commit: str | None = None
