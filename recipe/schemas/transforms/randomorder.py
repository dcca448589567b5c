"""RandomOrder."""

from recipe.schemas.transforms import ImageSize
from recipe.schemas.transforms.nested import Nested


class RandomOrder(Nested):
    """Apply all transforms of a list, in any order."""

    target = "torchvision.transforms.v2:RandomOrder"
    example = {"transforms": ["RandomHorizontalFlip", {"type": "GaussianBlur", "kernel_size": 3}]}

    def size_behind(self, size: ImageSize | None) -> ImageSize | None:
        """A new size that one of them gives, and all leave as it is."""
        new = {transform.size_behind(size) for transform in self.transforms} - {size}
        if not new:
            return size
        last = new.pop()
        is_last = not new and all(transform.size_behind(last) == last for transform in self.transforms)
        return last if is_last else None
