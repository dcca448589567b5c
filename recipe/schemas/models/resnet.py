"""What torchvision's residual networks have in common."""

from recipe.schemas.base import setting
from recipe.schemas.models import Model


class ResNet(Model):
    """A residual network of torchvision (He et al., 2015)."""

    runtime = ("num_classes",)
    blocks = r"layer\d+\.\d+|fc"
    class_head = "fc."

    pretrained: bool = setting(False, "Start from ImageNet weights, all but the class head.")

    def kwargs(self) -> dict[str, object]:
        """None: ImageNet weights have another class head, so they are loaded into the built network."""
        return {}

    def manifests(self) -> tuple[str, ...]:
        """The list of this depth."""
        return (self.word().lower(),)
