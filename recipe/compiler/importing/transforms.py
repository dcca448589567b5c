"""`transforms.Compose([…])` becomes lists of transforms; what every recipe does anyway is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recipe.compiler.importing.draft import MISSING, Draft, Settings
from recipe.compiler.importing.values import Call, Named, NotPlain, Unknown, plain
from recipe.schemas.catalogue import CATALOGUE
from recipe.schemas.diagnostics import Span

IMPLIED = ("ToTensor", "PILToTensor", "ToImage", "ToDtype", "ConvertImageDtype", "ToPureTensor")
"""Steps that turn an image into a tensor, which a recipe does by itself."""
PRESETS = {
    "imagenet": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    "gray_rgb": ([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]),
    "medical_rgb": ([0.485, 0.485, 0.485], [0.229, 0.229, 0.229]),
}
"""What the words of `data.normalize` stand for; a test holds them against the loop's own."""
POSITIONS = {"RandAugment": ("num_ops", "magnitude", "num_magnitude_bins", "interpolation", "fill")}
"""Words whose settings are in another order than the library's arguments → the library's order."""
_NO_MATTER = ("inplace",)
"""Arguments that change no result."""
_PILLOW = {0: "nearest", 2: "bilinear", 3: "bicubic"}
"""Pillow's numbers of ways to interpolate."""


class _Refused(Exception):
    """A transform that no recipe can say, and why."""

    def __init__(self, reason: str, span: Span | None = None) -> None:
        super().__init__(reason)
        self.reason, self.span = reason, span


@dataclass
class _Chain:
    """One `Compose` on its way into the recipe."""

    side: str
    """`train` or `val`."""
    old: str
    has_tensor: bool = False
    normalized: tuple[list[float], list[float]] | None = None
    where: Span | None = None
    is_known: bool = True
    """Whether all of it could be read: a part that could not may be a Normalize."""


def translate_transforms(settings: Settings, draft: Draft) -> None:
    """`train_transform`, `val_transform`, `mean` and `std`."""
    chains = [_chain(settings, draft, side) for side in ("train", "val")]
    found = [chain for chain in chains if chain is not None]
    said = [chain for chain in found if chain.normalized]
    mean, std = settings.plain("mean", draft), settings.plain("std", draft)
    if said:
        _normalize(said[0], draft)
        for other in found:
            if other.normalized != said[0].normalized:
                draft.miss(
                    f"the normalization of `{other.old}` is not translated: a recipe has one, that of `{said[0].old}`",
                    other.where or settings.place(other.old),
                )
    elif found and all(chain.is_known for chain in found):
        note = "no Normalize there: pixels stay between 0 and 1"
        draft.put(("data", "normalize"), {"mean": [0, 0, 0], "std": [1, 1, 1]}, found[0].old, None, note)
    elif mean is not MISSING and std is not MISSING:
        numbers, note = _preset(mean, std), "as `mean` and `std` say: no transform that could be read does"
        draft.put(("data", "normalize"), numbers, "mean, std", settings.place("mean"), note)
    else:
        draft.notes.append("No normalization is known: the recipe's default, that of ImageNet, counts.")
    is_read = bool(said) or draft.get(("data", "normalize")) == _preset(mean, std)
    for name, value in (("mean", mean), ("std", std)):
        if value is not MISSING:
            note = "in `data.normalize`" if is_read else "no transform reads it"
            draft.tell(name, note, settings.place(name), value)


def _normalize(chain: _Chain, draft: Draft) -> None:
    assert chain.normalized is not None
    value = _preset(*chain.normalized)
    draft.put(("data", "normalize"), value, f"{chain.old}: Normalize", chain.where)


def _preset(mean: Any, std: Any) -> Any:
    """The word for some numbers, where there is one."""
    return next((word for word, numbers in PRESETS.items() if numbers == (mean, std)), {"mean": mean, "std": std})


def _chain(settings: Settings, draft: Draft, side: str) -> _Chain | None:
    name = f"{side}_transform"
    value = settings.raw(name)
    if value is MISSING:
        return None
    chain = _Chain(side, name)
    if value is None:
        draft.tell(name, "none: no transform", settings.place(name))
        return chain
    for step in _steps(value):
        try:
            _step(step, chain, draft)
        except (_Refused, NotPlain) as error:
            chain.is_known &= isinstance(step, Call) and _last(step.path) != "Normalize"
            place = error.span or (step.span if isinstance(step, Call | Unknown) else settings.place(name))
            word = f": {_last(step.path)}" if isinstance(step, Call) else ""
            draft.miss(f"`{name}{word}` is not translated: {error.reason}", place)
    if value is not None and not draft.tree["augment"].get(side):
        draft.tell(name, f"nothing but what every recipe does: no `augment.{side}`", settings.place(name))
    return chain


def _steps(value: Any) -> Iterator[Any]:
    """The transforms of a chain, those of a `Compose` inside it too."""
    inner = value.kwargs.get("transforms") or (value.args[0] if value.args else None) if _is_compose(value) else value
    if isinstance(inner, list | tuple):
        for step in inner:
            yield from _steps(step) if _is_compose(step) else (step,)
    else:
        yield inner


def _is_compose(value: Any) -> bool:
    return isinstance(value, Call) and _last(value.path) == "Compose"


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _step(step: Any, chain: _Chain, draft: Draft) -> None:
    plain_step = plain(step) if isinstance(step, Unknown) else step
    if not isinstance(plain_step, Call):
        raise _Refused("it is no transform of torchvision")
    word = _word(plain_step)
    if word in IMPLIED:
        chain.has_tensor = True
        draft.tell(f"{chain.old}: {word}", "implied: every recipe does it", plain_step.span)
    elif word == "Normalize":
        bound = _bound(plain_step, ("mean", "std", "inplace"))
        chain.normalized, chain.where = (_three(bound.get("mean")), _three(bound.get("std"))), plain_step.span
    else:
        _put(_component(plain_step), plain_step, chain, draft)


def _put(found: dict[str, Any], step: Call, chain: _Chain, draft: Draft) -> None:
    note = _moved_in_front(found, chain)
    items = draft.tree["augment"].setdefault(chain.side, [])
    draft.put(("augment", chain.side, len(items)), found, f"{chain.old}: {found['type']}", step.span, note)


def _moved_in_front(found: dict[str, Any], chain: _Chain) -> str:
    """Levels of a tensor, 0 to 1 or normalized, become those of an image. What is said about it."""
    if found["type"] != "RandomErasing" or not chain.has_tensor:
        return ""
    value = found.get("value", 0)
    if not isinstance(value, int | float | list):
        raise _Refused(f"`value={value!r}` paints with noise, which a recipe cannot say")
    levels = value if isinstance(value, list) else [value] * 3
    mean, std = chain.normalized or ([0.0] * 3, [1.0] * 3)
    pixels = [round(255 * (level * s + m), 3) for level, m, s in zip(levels, mean, std, strict=False)]
    found["value"] = pixels if len(set(pixels)) > 1 or len(pixels) != 3 else pixels[0]
    behind = "normalization" if chain.normalized else "ToTensor"
    return f"behind {behind} there, in front of it here: `value` is the same colour as a level of 0 to 255"


def _three(said: Any) -> list[float]:
    numbers = plain(said)
    numbers = [numbers] if isinstance(numbers, int | float) else numbers
    if not isinstance(numbers, list) or not numbers:
        raise _Refused("it does not say `mean` and `std`")
    return numbers * 3 if len(numbers) == 1 else numbers


def _word(step: Call) -> str:
    """The class that is called, of `torchvision.transforms` or of its `v2`."""
    module, _, word = step.path.rpartition(".")
    if module not in ("torchvision.transforms", "torchvision.transforms.v2", "torchvision.transforms.transforms"):
        raise _Refused(f"`{step.path}` is no transform of torchvision", step.span)
    return word


def _component(step: Call) -> dict[str, Any]:
    """A transform as a recipe says it. Raises `_Refused`."""
    word = _word(step)
    cls = CATALOGUE.find("transform", word)
    if cls is None:
        raise _Refused(f"recipes have no transform `{word}`", step.span)
    names = POSITIONS.get(word, tuple(cls.model_fields))
    return {"type": word, **{name: _said(value, name) for name, value in _bound(step, names).items()}}


def _bound(step: Call, names: tuple[str, ...]) -> dict[str, Any]:
    """Arguments by name."""
    if len(step.args) > len(names):
        raise _Refused("it has more arguments than the transform of a recipe has settings", step.span)
    said = {**dict(zip(names, step.args, strict=False)), **step.kwargs}
    return {name: value for name, value in said.items() if name not in _NO_MATTER}


def _said(value: Any, name: str) -> Any:
    """The value of an argument: transforms inside it too, and the library's words."""
    if isinstance(value, Call):
        return _component(value)
    if isinstance(value, list | tuple):
        return [_said(item, name) for item in value]
    if isinstance(value, Named) and value.path.split(".")[-2] in (
        "InterpolationMode",
        "AutoAugmentPolicy",
        "Image",
        "Resampling",
    ):
        return _last(value.path).lower().replace("_", "-")
    if name == "interpolation" and isinstance(value, int) and value in _PILLOW:
        return _PILLOW[value]
    return plain(value)
