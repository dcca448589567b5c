"""Answers and rules about images: whether they fit into memory, how they are normalized, whether they have one size."""

from pydantic import JsonValue

from recipe.compiler.resolve import Question, Reply, Resolved
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Dataset, Facts, ImageSizes
from recipe.schemas.tasks.classification import Classification
from recipe.schemas.transforms import size_behind

CACHE_PATH = "data.cache"
_GIB = 2**30
_MOST_SHOWN = 10


def answer_cache(question: Question) -> Reply:
    """`ram` where the decoded images take at most half of what is free, and no more than `cache_limit`."""
    free = question.fact("hardware").free_memory_gib
    if free is None:
        return Reply("none", "how much memory is free is not known", "hardware")
    needed, limit, devices = _gib(question.fact("dataset")), question["data.cache_limit"], question["hardware.devices"]
    each = f" in each of {devices} processes" if devices > 1 else ""
    takes = f"decoded, the images take {_size(needed)}{each}"
    if needed > limit:
        return Reply("none", f"{takes}, and `cache_limit` is {limit:g} GiB", "dataset")
    if needed > free / 2 / devices:
        return Reply("none", f"{takes}, and {free:.3g} GiB are free", "hardware")
    return Reply("ram", f"{takes}, and {free:.3g} GiB are free", "dataset")


def _gib(dataset: Dataset) -> float:
    """Of the decoded images of all splits."""
    return sum(split.decoded_bytes for split in dataset.sizes.values()) / _GIB


def _size(gib: float) -> str:
    return f"{gib:.3g} GiB" if gib >= 0.1 else f"{gib * 1024:.3g} MiB"


def answer_normalize(question: Question) -> Reply:
    """What was measured when the training images were checked."""
    dataset: Dataset = question.fact("dataset")
    assert dataset.mean is not None
    assert dataset.std is not None
    value: JsonValue = {"mean": [*dataset.mean], "std": [*dataset.std]}
    return Reply(value, f"of all pixels of {dataset.images['train']:,} training images", "dataset")


def cache_fits(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """A cache that was asked for and has no room."""
    recipe = _classification(resolved)
    if facts.dataset is None or facts.hardware is None or recipe.data.cache == "none":
        return None
    needed, limit, free = _gib(facts.dataset), recipe.data.cache_limit, facts.hardware.free_memory_gib
    devices = recipe.hardware.devices
    if needed > limit:
        message = f"decoded, the images take {needed:.3g} GiB, and `cache_limit` is {limit:g} GiB"
        return Diagnostic(
            "R614", message, help=("raise `cache_limit`, or write `cache: auto`",), path=("data", "cache")
        )
    if recipe.data.cache == "disk" or free is None or needed * devices <= free:
        return None
    message = f"`cache: ram` needs {needed * devices:.3g} GiB of main memory, of which {free:.3g} are free"
    return Diagnostic("R614", message, help=("write `cache: auto` or `cache: disk`",), path=("data", "cache"))


def images_have_one_size(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """Images make a batch only where they have one size, by nature or by a transform."""
    augment = _classification(resolved).augment
    for split, transforms in (("train", augment.train), ("val", augment.val)):
        sizes = facts.dataset.sizes.get(split) if facts.dataset else None
        if sizes is None:
            continue
        width, height = sizes.first_size
        if size_behind(transforms, (height, width) if sizes.other is None else None) is None:
            return _differing(split, sizes, ("augment" if transforms else "data", split))
    return None


def images_left_out(_resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """Said aloud, though the recipe wants it: others of the data may be missing too."""
    if facts.dataset is None or not (skipped := facts.dataset.skipped):
        return None
    more = (f"and {len(skipped) - _MOST_SHOWN} more",) if len(skipped) > _MOST_SHOWN else ()
    message = f"{len(skipped)} images cannot be read and are left out" if len(skipped) > 1 else "an image is left out"
    return Diagnostic("R618", message, help=(*skipped[:_MOST_SHOWN], *more), path=("data", "on_corrupt"))


def _differing(split: str, sizes: ImageSizes, path: tuple[str, str]) -> Diagnostic:
    width, height = sizes.first_size
    if sizes.other is None or sizes.other_size is None:
        found = f"but the transforms of `augment.{split}` give images of {width} × {height} different ones"
    else:
        other = f"`{sizes.other}` is {sizes.other_size[0]} × {sizes.other_size[1]}"
        found = f"but `{sizes.first}` is {width} × {height} and {other}"
    way_out = (
        f"end with a transform that gives one: `augment: {{{split}: [{{type: Resize, size: [{height}, {width}]}}]}}`"
    )
    return Diagnostic("R619", f"images of a batch must have one size, {found}", help=(way_out,), path=path)


def _classification(resolved: Resolved) -> Classification:
    assert isinstance(resolved.recipe, Classification)
    return resolved.recipe
