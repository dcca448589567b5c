"""What is watched while a run goes on: early stopping, gradients, the confusion matrix."""

from decimal import Decimal
from typing import Any

from recipe.compiler.importing.draft import MISSING, Draft, Settings
from recipe.compiler.nodes import Path

_METRICS = {"val_accuracy": "val/accuracy", "val_loss": "val/loss"}
_GRADIENTS = {
    "record_frequency": "every",
    "group_by_block": "group_by",
    "aggregation_method": "reduce",
    "exclude_patterns": "exclude",
}
_GROUPS = {True: "block", False: "layer"}
_MATRIX = ("title", "xlabel", "ylabel", "fontsize", "title_fontsize", "label_fontsize", "figsize", "cmap")


def translate_early_stopping(settings: Settings, draft: Draft) -> None:
    """`early_stopping`."""
    stopping = settings.inner("early_stopping", draft)
    if stopping is None:
        return
    enabled = stopping.plain("enabled", draft)
    if enabled is not True:
        draft.tell("early_stopping", "off: left out", settings.place("early_stopping"), False)
        stopping.taken |= {"patience", "min_delta", "monitor"}
    else:
        _stop(stopping, draft)
    stopping.miss_left(draft)


def _stop(stopping: Settings, draft: Draft) -> None:
    """The settings of early stopping, with the guide's defaults."""
    draft.open(("train", "early_stopping"), "early_stopping.enabled", stopping.place("enabled"), "on")
    monitor = _or(stopping.plain("monitor", draft), "val_accuracy")
    patience, delta = _or(stopping.plain("patience", draft), 30), _or(stopping.plain("min_delta", draft), 3.0)
    path: Path = ("train", "early_stopping")
    metric = _METRICS.get(monitor, monitor) if isinstance(monitor, str) else monitor
    note = "percentage points there, a fraction here" if metric == "val/accuracy" else ""
    if note and isinstance(delta, int | float):
        delta = float(Decimal(str(delta)).scaleb(-2))
    for name, value in (("monitor", metric), ("patience", patience), ("min_delta", delta)):
        why = note if name == "min_delta" else ""
        draft.put((*path, name), value, stopping.old(name), stopping.place(name), why)


def _or(value: Any, default: Any) -> Any:
    return default if value is MISSING else value


def translate_gradients(settings: Settings, draft: Draft) -> None:
    """`enable_gradient_tracking` and `gradient_tracking_config`."""
    enabled, config = (
        settings.plain("enable_gradient_tracking", draft),
        settings.inner("gradient_tracking_config", draft),
    )
    place = settings.place("enable_gradient_tracking")
    if enabled is not True:
        if enabled is not MISSING:
            draft.tell("enable_gradient_tracking", "off: left out", place, enabled)
        if config:
            draft.tell("gradient_tracking_config", "not read: tracking is off", config.around)
        return
    draft.open(("inspect", "gradients"), "enable_gradient_tracking", place, "on")
    for old, new in _GRADIENTS.items():
        value = config.plain(old, draft) if config else MISSING
        if config and value is not MISSING:
            value = _GROUPS[value] if old == "group_by_block" and isinstance(value, bool) else value
            draft.put(("inspect", "gradients", new), value, config.old(old), config.place(old))
    if config:
        config.miss_left(draft)


def translate_confusion_matrix(settings: Settings, draft: Draft) -> None:
    """`confusion_matrix_config`."""
    matrix = settings.inner("confusion_matrix_config", draft)
    for name in _MATRIX if matrix else ():
        value = matrix.plain(name, draft) if matrix else MISSING
        if matrix and value is not MISSING:
            draft.put(("report", "confusion_matrix", name), value, matrix.old(name), matrix.place(name))
    if matrix:
        matrix.miss_left(draft)
