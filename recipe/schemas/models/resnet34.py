"""ResNet34."""

from recipe.schemas.base import setting
from recipe.schemas.models import RESNET_BLOCKS, Model


class ResNet34(Model):
    """torchvision's ResNet-34 (He et al., 2015), 21.8 million parameters with 1,000 classes."""

    target = "torchvision.models:resnet34"
    runtime = ("num_classes",)
    blocks = RESNET_BLOCKS
    class_head = "fc."

    pretrained: bool = setting(False, "Start from ImageNet weights, all but the class head.")

    def kwargs(self) -> dict[str, object]:
        """None: ImageNet weights have another class head, so they are loaded into the built network."""
        return {}

    def manifests(self) -> tuple[str, ...]:
        """`resnet34`."""
        return ("resnet34",)
