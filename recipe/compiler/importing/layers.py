"""`layer_rates`: patterns that match anywhere in a name become patterns for whole modules."""

import re
from collections.abc import Sequence
from typing import Any

from recipe.compiler.importing.draft import MISSING, Draft, Settings
from recipe.schemas.diagnostics import Span
from recipe.schemas.layer_lr import check_patterns, matched
from recipe.schemas.manifest import known_names
from recipe.schemas.models import Model

_MODULE = re.compile(r"\w+(\\?\.\w+)*(\\?\.)?")


def translate_layers(settings: Settings, draft: Draft) -> None:
    """`enable_layer_wise_lr` and `layer_wise_lr_config`."""
    enabled, config = settings.plain("enable_layer_wise_lr", draft), settings.inner("layer_wise_lr_config", draft)
    place = settings.place("enable_layer_wise_lr")
    if enabled is not True:
        if enabled is not MISSING:
            draft.tell("enable_layer_wise_lr", "off: one rate for all layers", place, enabled)
        if config:
            draft.tell("layer_wise_lr_config", "not read: layer-wise rates are off", config.around)
        return
    rates = config.inner("layer_rates", draft) if config else None
    if rates is None or not rates.values:
        draft.miss("`enable_layer_wise_lr` is on, but `layer_rates` says no rates: one rate for all layers", place)
    else:
        draft.open(("layer_lr", "rates"), "enable_layer_wise_lr", place, "on")
        _rates(rates, draft)
    _graph(config, draft)
    if config:
        config.miss_left(draft)


def _graph(config: Settings | None, draft: Draft) -> None:
    graph = config.inner("graph_config", draft) if config else None
    if graph is None:
        return
    log_scale = graph.plain("use_log_scale", draft)
    if log_scale is not MISSING:
        draft.put(("report", "log_scale"), log_scale, graph.old("use_log_scale"), graph.place("use_log_scale"))
    graph.miss_left(draft)


def _rates(rates: Settings, draft: Draft) -> None:
    names = _names(draft.tree["model"])
    for pattern in list(rates.values):
        rate = rates.plain(pattern, draft)
        if rate is not MISSING:
            _rate(pattern, rate, names, draft, rates.old(pattern), rates.place(pattern))


def _rate(pattern: str, rate: Any, names: Sequence[str], draft: Draft, old: str, span: Span | None) -> None:
    translated, note = translate_pattern(pattern, names)
    path = ("layer_lr", "rates", translated)
    if draft.get(path) is not None:
        draft.miss(f"`{old}` is not translated: an earlier pattern has become `{translated}` too", span)
    else:
        draft.put(path, rate, old, span, note)


def _names(model: dict[str, Any]) -> Sequence[str]:
    """The parameters of the model that the recipe names; none where they are not known."""
    found = Model.parse({key: value for key, value in model.items() if key in ("type", "name")})
    assert isinstance(found, Model)
    return known_names(found)


def translate_pattern(pattern: str, names: Sequence[str]) -> tuple[str, str]:
    """The pattern that stands for the same parameters here, and what is to be said about it.

    The name of a module is that module: pochitrain gives `conv1` its rate, and not `layer1.0.conv1`. Any other pattern
    is one that Python would search for anywhere in a name.
    """
    if _MODULE.fullmatch(pattern) and (not names or matched(_module(pattern), names)):
        return _module(pattern), ""
    try:
        searched = frozenset(name for name in names if _is_simple(pattern) and re.search(pattern, name))
    except re.error:
        return pattern, ""  # the check of the recipe says what is wrong with it
    if not names or not _is_simple(pattern):
        return pattern, "not compared: it stands for whole modules here, and for any part of a name there"
    for candidate in _candidates(pattern):
        if not any(check_patterns([candidate])) and matched(candidate, names) == searched:
            note = "" if candidate == pattern else f"`{pattern}` there, found anywhere in a name; whole modules here"
            return candidate, note
    return pattern, f"not the same layers: `{pattern}` was found anywhere in a name, and is for whole modules here"


def _module(pattern: str) -> str:
    """`layer1.` and `layer1` are the same module, whose dots are escaped or not."""
    return pattern.removesuffix("\\.").removesuffix(".")


def _is_simple(pattern: str) -> bool:
    """Whether it can be searched for in no time: what could take for ever is refused as a pattern as well."""
    return not any(check_patterns([_bare(pattern)]))


def _bare(pattern: str) -> str:
    """Without the anchors, which a pattern for whole modules has by itself."""
    return pattern.removeprefix("^").removesuffix("$")


def _candidates(pattern: str) -> list[str]:
    bare = _bare(pattern)
    grouped = f"(?:{bare})" if "|" in bare else bare
    ends = ["", ".*"] if not pattern.endswith("$") else [""]
    begins = ["", ".*"] if not pattern.startswith("^") else [""]
    return [pattern, *(f"{begin}{grouped}{end}" for begin in begins for end in ends)]
