"""ResNet50."""

from recipe.schemas.models.resnet import ResNet


class ResNet50(ResNet):
    """torchvision's ResNet-50 (He et al., 2015), 25.6 million parameters with 1,000 classes."""

    target = "torchvision.models:resnet50"
