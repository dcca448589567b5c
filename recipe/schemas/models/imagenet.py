"""What torchvision's classifiers have in common."""

from recipe.schemas.base import setting
from recipe.schemas.models import Model


class ImageNetModel(Model):
    """A classifier of torchvision, which has a file of ImageNet weights for it."""

    runtime = ("num_classes",)

    pretrained: bool = setting(
        False,
        "Start from torchvision's best ImageNet weights (its `DEFAULT`), all but a class head of another size. "
        "The file is downloaded once, where it is not at hand.",
    )
    weights: str | None = setting(
        None,
        "Start from this file: a `state_dict` of the same architecture, or `best.pt` or `last.pt` of a run.",
        path=True,
    )

    def kwargs(self) -> dict[str, object]:
        """None: files have another class head, so they are loaded into the built network."""
        return {}

    def builder(self) -> str:
        """The name of torchvision's function that builds it."""
        return self.word().lower()
