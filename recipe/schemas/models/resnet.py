"""What torchvision's residual networks have in common."""

from recipe.schemas.models.imagenet import ImageNetModel


class ResNet(ImageNetModel):
    """A residual network of torchvision (He et al., 2015)."""

    blocks = r"layer\d+\.\d+|fc"
    class_head = "fc."
    takes_any_size = True

    def manifests(self) -> tuple[str, ...]:
        """The list of this depth."""
        return (self.builder(),)
