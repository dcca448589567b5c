"""RandomApply."""

from recipe.schemas.base import setting
from recipe.schemas.transforms import ImageSize, size_behind
from recipe.schemas.transforms.nested import Nested


class RandomApply(Nested):
    """Apply all transforms of a list, in their order, now and then."""

    target = "torchvision.transforms.v2:RandomApply"
    example = {"transforms": [{"type": "ColorJitter", "brightness": 0.4}, "RandomHorizontalFlip"]}

    p: float = setting(0.5, "Share of the images that they are applied to.", ge=0, le=1)

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        if self.p == 0:
            return size
        applied = size_behind(self.transforms, size)
        return applied if self.p == 1 or applied == size else None
