"""ResNet18."""

from recipe.schemas.models.resnet import ResNet


class ResNet18(ResNet):
    """torchvision's ResNet-18 (He et al., 2015), 11.7 million parameters with 1,000 classes."""

    target = "torchvision.models:resnet18"
