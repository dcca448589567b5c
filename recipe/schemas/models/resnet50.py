"""ResNet50."""

from recipe.schemas.base import setting
from recipe.schemas.models import RESNET_BLOCKS, Model


class ResNet50(Model):
    """torchvision's ResNet-50 (He et al., 2015), 25.6 million parameters with 1,000 classes."""

    target = "torchvision.models:resnet50"
    runtime = ("num_classes",)
    blocks = RESNET_BLOCKS
    class_head = "fc."

    pretrained: bool = setting(False, "Start from ImageNet weights, all but the class head.")

    def kwargs(self) -> dict[str, object]:
        """None: ImageNet weights have another class head, so they are loaded into the built network."""
        return {}

    def manifests(self) -> tuple[str, ...]:
        """`resnet50`."""
        return ("resnet50",)
