"""Models: what is trained."""

from typing import ClassVar

from recipe.schemas.component import Component


class Model(Component, kind="model"):
    """A network architecture with its starting weights."""

    blocks: ClassVar[str] = r"[^.]+"
    """Regular expression of the blocks that `layer_lr: {decay: …}` counts, at the start of parameter names.

    A group named `depth` says how deep a block lies, otherwise the order of the parameters does. What is in no block
    belongs to the stem, in front of them all.
    """
    class_head: ClassVar[str] = ""
    """How the names of the parameters begin whose sizes grow with the number of classes; empty: it is not known."""

    takes_any_size: ClassVar[bool] = False
    """Whether it takes images of all sizes; a classifier that may not is tried on the size of the images."""

    def manifests(self) -> tuple[str, ...]:
        """The shipped lists of parameters (`recipe.schemas.manifest`) that it may have: several while it is open.

        Where there is no list at all, the runtime builds the model to see its parameters.
        """
        return ()
