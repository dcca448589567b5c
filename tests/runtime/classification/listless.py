"""A model that no shipped list knows, as a plugin would bring one."""

from recipe.schemas.base import setting
from recipe.schemas.models import Model


class Listless(Model):
    """torchvision's MobileNetV3."""

    target = "torchvision.models:mobilenet_v3_small"
    runtime = ("num_classes",)

    dropout: float = setting(0.2, "Dropout in front of the class head.")
