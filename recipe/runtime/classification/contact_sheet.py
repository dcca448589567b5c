"""What training and validation of a classifier get to see, as a contact sheet."""

from itertools import chain, islice
from pathlib import PurePath

import torch
from torch import Tensor

from recipe.runtime.classification.dataset import ClassificationDataset
from recipe.runtime.classification.images import open_images
from recipe.runtime.classification.mixing import Mixing
from recipe.runtime.contact_sheet import Block, Caption, ContactSheet, Row, Tile
from recipe.runtime.data.images import Images, Pixels
from recipe.runtime.data.ordering import Order, mix
from recipe.runtime.data.pipeline import Pipeline, own_draws
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.tasks.classification import Classification
from recipe.schemas.transforms import Transform

_EPOCHS = 6
"""Of which an image is shown; of validation and of mixed batches, one image more is."""


def contact_sheet(recipe: Classification, count: int) -> ContactSheet:
    """See `recipe.runtime.contact_sheet.ShowsAugment`."""
    images = open_images(recipe.data)
    split = _Split("train", images["train"], recipe)
    items = _first_items(recipe, len(images["train"]), count)
    blocks = [_training(split, items, recipe)]
    if recipe.augment.mix:
        blocks.append(_mixed(split, items, recipe))
    if "val" in images:
        blocks.append(_validation(_Split("val", images["val"], recipe), recipe))
    return ContactSheet(tuple(blocks))


class _Split:
    """Images of a split, decoded and as its transforms leave them."""

    def __init__(self, key: str, images: Images, recipe: Classification) -> None:
        self.transforms: tuple[Transform, ...] = getattr(recipe.augment, key)
        self.images = images
        # Transformed images have 8 bits: what normalizes them is not used.
        pipeline = Pipeline(self.transforms, mean=(0, 0, 0), std=(1, 1, 1))
        self._samples = ClassificationDataset(images, pipeline, recipe.seed)

    def transformed(self, item: int, epoch: int) -> Tensor:
        """8 bits [3, H, W], bit for bit as the loader has it."""
        return self._samples.load((item,), epoch)[0][0]

    def name(self, item: int) -> str:
        return self.images.classes[self.images.labels[item]]

    def caption(self, item: int) -> Caption:
        return self.name(item), PurePath(self.images.name(item)).name


def _first_items(recipe: Classification, length: int, count: int) -> tuple[int, ...]:
    """The images that training begins with."""
    train = recipe.train
    order = Order(
        length,
        batch_size=train.batch_size,
        shuffle=True,
        seed=recipe.seed,
        drop_last=train.drop_last,
        rank=0,
        world=1,
    )
    return tuple(islice(chain.from_iterable(part.items for part in order), count))


def _training(split: _Split, items: tuple[int, ...], recipe: Classification) -> Block:
    epochs = range(1, min(_EPOCHS, recipe.train.epochs) + 1)
    rows = []
    for row, item in enumerate(items):
        captions = [("decoded",), *((f"epoch {epoch}",) for epoch in epochs)] if row == 0 else [()] * (len(epochs) + 1)
        decoded = split.images.decode(item)
        seen = [_pixels(split.transformed(item, epoch)) for epoch in epochs]
        label = (*split.caption(item), _size(decoded), f"then {_size(seen[0])}")
        rows.append(Row(label, tuple(map(Tile, [decoded, *seen], captions))))
    heading = f"{recipe.name}: images of training, seed {recipe.seed}"
    return Block((heading, _words(split.transforms)), tuple(rows))


def _validation(split: _Split, recipe: Classification) -> Block:
    """Images from all over the split; the same ones whatever the seed."""
    number = min(_EPOCHS + 1, len(split.images))
    items = [index * len(split.images) // number for index in range(number)]
    decoded = [Tile(split.images.decode(item), split.caption(item)) for item in items]
    seen = [Tile(_pixels(split.transformed(item, epoch=1))) for item in items]
    rows = Row(("decoded",), tuple(decoded)), Row(("as judged", _size(seen[0].pixels)), tuple(seen))
    return Block((f"{recipe.name}: images of validation", _words(split.transforms)), rows)


def _mixed(split: _Split, items: tuple[int, ...], recipe: Classification) -> Block:
    """The first images of the first batch, mixed by each mixer in turn. Training draws one of them for each batch."""
    batch = items[: min(_EPOCHS + 1, recipe.train.batch_size)]
    images = [split.transformed(item, epoch=1) for item in batch]
    if len({image.shape for image in images}) > 1:
        message = "images must have one size to be mixed, and the transforms of `augment.train` leave several"
        help_ = ("end them with one that gives a size: `{type: Resize, size: [224, 224]}`",)
        raise RecipeError(Diagnostic("R619", message, help=help_, path=("augment", "train")))
    numbers, labels = torch.stack(images) / 255, torch.tensor([split.images.labels[item] for item in batch])
    classes = split.images.classes
    rows = []
    for index, mixer in enumerate(recipe.augment.mix):
        with own_draws():
            torch.manual_seed(mix(recipe.seed, 1, index))
            mixed, shares = Mixing((mixer,), len(classes))(numbers, labels)
        pixels = [_pixels((image * 255).round().to(torch.uint8)) for image in mixed]
        captions = [_shares(each, classes) for each in shares]
        rows.append(Row((type(mixer).word(),), tuple(map(Tile, pixels, captions))))
    return Block((f"{recipe.name}: mixed images of training", "one of these is drawn for each batch"), tuple(rows))


def _shares(shares: Tensor, classes: tuple[str, ...]) -> Caption:
    """The classes that have a share, the largest first: two, or one where an image was mixed with its like."""
    most, where = shares.topk(min(2, len(shares)))
    return tuple(
        f"{share:.0%} {classes[int(label)]}" for share, label in zip(most.tolist(), where, strict=True) if share
    )


def _pixels(image: Tensor) -> Pixels:
    pixels: Pixels = image.permute(1, 2, 0).contiguous().numpy()
    return pixels


def _size(pixels: Pixels) -> str:
    return f"{pixels.shape[1]} × {pixels.shape[0]}"


def _words(transforms: tuple[Transform, ...]) -> str:
    return " → ".join(each.word() for each in transforms) or "no transforms: the images as they are"
