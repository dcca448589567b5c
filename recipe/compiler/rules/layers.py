"""Rules for `layer_lr`."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from recipe.compiler.rule import NAMES, Finding, rule
from recipe.schemas.diagnostics import did_you_mean
from recipe.schemas.layer_lr import LayerLR, check_patterns, matched
from recipe.schemas.manifest import NamesOf
from recipe.schemas.models import Model

_RATES = ("layer_lr", "rates")


@rule("R518", "layer_lr")
def no_layer_rates(layer_lr: LayerLR | None) -> Finding | None:
    """Either rates by pattern, or a decay by depth."""
    if layer_lr is None or bool(layer_lr.rates) != (layer_lr.decay is not None):
        return None
    if layer_lr.rates:
        return Finding("`layer_lr` says both `rates` and `decay`", "layer_lr", "take one of them out")
    help_ = "give layers their rates (`rates: {fc: 0.01}`), or `decay: 0.9`, or leave `layer_lr` out"
    return Finding("`layer_lr` is there, but says no rates", "layer_lr", help_)


@rule("R405", "layer_lr")
def bad_pattern(layer_lr: LayerLR | None) -> list[Finding]:
    """Patterns that are no regular expressions, or that could be matched for ever."""
    patterns = layer_lr.rates if layer_lr and layer_lr.rates else {}
    return [
        Finding(f"`{pattern}` is no pattern: {reason}", (*_RATES, pattern), also=(), is_about_key=True)
        for pattern, reason in check_patterns(patterns)
    ]


class Unused(NamedTuple):
    """A pattern that gives no parameter its rate."""

    pattern: str
    taken_by: str | None
    """The first earlier pattern that takes what it matches; None where it matches nothing."""


@rule("R512", "layer_lr", "model", NAMES)
def pattern_matches_nothing(layer_lr: LayerLR | None, model: Model, names_of: NamesOf) -> list[Finding]:
    """Patterns that no parameter of the model fits."""
    return [nothing(each, model, names_of(model)) for each in _unused(layer_lr, model, names_of) if not each.taken_by]


@rule("R513", "layer_lr", "model", NAMES)
def pattern_shadowed(layer_lr: LayerLR | None, model: Model, names_of: NamesOf) -> list[Finding]:
    """Patterns whose parameters have all been given away."""
    return [shadowed(each) for each in _unused(layer_lr, model, names_of) if each.taken_by]


def _unused(layer_lr: LayerLR | None, model: Model, names_of: NamesOf) -> list[Unused]:
    return list(unused_patterns(layer_lr, names_of(model))) if layer_lr and layer_lr.rates else []


def unused_patterns(layer_lr: LayerLR | None, names: tuple[str, ...]) -> Iterator[Unused]:
    """Every pattern that gives no parameter its rate; none where the names of the parameters are not known."""
    rates = layer_lr.rates if layer_lr and layer_lr.rates and names else {}
    if any(check_patterns(rates)):
        return
    taken: dict[str, str] = {}
    for pattern in rates:
        fitting = matched(pattern, names)
        if not fitting - taken.keys():
            yield Unused(pattern, next((taken[name] for name in names if name in fitting), None))
        taken = dict.fromkeys(fitting, pattern) | taken


def nothing(unused: Unused, model: Model, names: Iterable[str]) -> Finding:
    """A pattern that no parameter fits, with what may have been meant."""
    pattern, modules = unused.pattern, _modules(names)
    guesses = did_you_mean(pattern, modules)
    inside = [module for module in modules if module.endswith(f".{pattern}")]
    help_ = f"its modules are {', '.join(f'`{module}`' for module in modules if '.' not in module)}"
    if inside:
        help_ = f"patterns begin at the outermost module: `{inside[0]}` would be `.*\\.{pattern}`"
    message = f"`{pattern}` matches no parameter of {model.word()}"
    return Finding(
        message, (*_RATES, pattern), "" if guesses and not inside else help_, guesses, also=(), is_about_key=True
    )


def _modules(names: Iterable[str]) -> list[str]:
    """Every module that holds parameters, the outer ones first: of many, only the first are looked at."""
    steps = [name.split(".") for name in names]
    modules = dict.fromkeys(".".join(each[:end]) for each in steps for end in range(1, len(each)))
    return sorted(modules, key=lambda module: module.count("."))


def shadowed(unused: Unused) -> Finding:
    """A pattern that comes too late."""
    pattern, first = unused.pattern, unused.taken_by
    message = f"`{pattern}` gives no parameter its rate: `{first}` comes first and takes what it matches"
    return Finding(
        message,
        (*_RATES, pattern),
        f"put `{pattern}` in front of `{first}`",
        also=((*_RATES, str(first)),),
        is_about_key=True,
    )


RULES = (no_layer_rates, bad_pattern, pattern_matches_nothing, pattern_shadowed)
