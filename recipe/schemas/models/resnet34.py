"""ResNet34."""

from recipe.schemas.models.resnet import ResNet


class ResNet34(ResNet):
    """torchvision's ResNet-34 (He et al., 2015), 21.8 million parameters with 1,000 classes."""

    target = "torchvision.models:resnet34"
