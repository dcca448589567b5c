"""The `optuna` block becomes a profile with a `search`: `pochi train` does without it, and so does the recipe."""

from typing import Any

from recipe.compiler.importing.draft import MISSING, Draft, Settings
from recipe.compiler.importing.optimizers import HIDDEN
from recipe.compiler.nodes import Path

PROFILE = "optimize"
SEARCH: Path = ("profiles", PROFILE, "search")
_PLAIN = {"n_trials": "trials", "n_jobs": "n_jobs", "optuna_epochs": "epochs"}
_OBJECTIVES = {"maximize": "val/accuracy", "minimize": "val/loss"}
_SETTINGS = {
    "learning_rate": "optimizer.lr",
    "batch_size": "train.batch_size",
    "weight_decay": "optimizer.weight_decay",
    "momentum": "optimizer.momentum",
}
_PERCENTILE = 25.0


def translate_search(settings: Settings, draft: Draft) -> None:
    """`optuna`, with the guide's defaults for what it does not say."""
    optuna = settings.inner("optuna", draft)
    if optuna is None:
        return
    draft.open(SEARCH, "optuna", settings.place("optuna"), "a profile of the recipe")
    for old, new in _PLAIN.items():
        value = optuna.plain(old, draft)
        if value is not MISSING:
            draft.put((*SEARCH, new), value, optuna.old(old), optuna.place(old))
    _objective(optuna, draft)
    _sampler(optuna, draft)
    _pruner(optuna, draft)
    _storage(optuna, draft)
    name = optuna.plain("study_name", draft)
    if name is not MISSING:
        reason = "a search has the name of its recipe"
        draft.miss(f"`optuna.study_name` is not translated: {reason}", optuna.place("study_name"))
    _space(optuna, draft)
    optuna.miss_left(draft)
    draft.notes.append(f"The search of `pochi optimize` is a profile: `--profile {PROFILE}`.")


def _objective(optuna: Settings, draft: Draft) -> None:
    direction = optuna.plain("direction", draft)
    direction = "maximize" if direction is MISSING else direction
    metric = _OBJECTIVES.get(direction) if isinstance(direction, str) else None
    place = optuna.place("direction")
    if metric is None:
        draft.miss(f"`optuna.direction` is not translated: {direction!r} is no direction", place)
        direction, metric = "maximize", "val/accuracy"
    note = "the guide's words; its code looks at the accuracy in any case" if direction == "minimize" else ""
    draft.put((*SEARCH, "objective"), {"metric": metric, "direction": direction}, "optuna.direction", place, note)


def _sampler(optuna: Settings, draft: Draft) -> None:
    sampler = optuna.plain("sampler", draft)
    if sampler is not MISSING:
        draft.put((*SEARCH, "sampler"), sampler, "optuna.sampler", optuna.place("sampler"))


def _pruner(optuna: Settings, draft: Draft) -> None:
    pruner, note = optuna.plain("pruner", draft), ""
    if pruner is MISSING:
        return
    if pruner is None:
        pruner, note = "NopPruner", "None there; Optuna itself would take its MedianPruner for None"
    elif pruner == "PercentilePruner":
        pruner = {"type": pruner, "percentile": _PERCENTILE}
        note = "it needs a percentile, which pochitrain has no setting for: the best quarter goes on"
    draft.put((*SEARCH, "pruner"), pruner, "optuna.pruner", optuna.place("pruner"), note)


def _storage(optuna: Settings, draft: Draft) -> None:
    storage, place = optuna.plain("storage", draft), optuna.place("storage")
    if storage is None:
        draft.tell("optuna.storage", "none: in memory there, a file in the run's folder here", place)
    elif storage is not MISSING:
        draft.put((*SEARCH, "storage"), storage, "optuna.storage", place)


def _space(optuna: Settings, draft: Draft) -> None:
    space = optuna.inner("search_space", draft)
    if space is None:
        return
    entries = dict.fromkeys(sorted(space.values, key=lambda name: name != "optimizer"))  # its settings come behind it
    for name in entries:
        said = space.plain(name, draft)
        if said is MISSING:
            continue
        path = _path(name, draft)
        if path is None or not isinstance(said, dict):
            reason = "its value is no map" if path else "a search of ours has no such setting in this recipe"
            draft.miss(f"`{space.old(name)}` is not translated: {reason}", space.place(name))
            continue
        note = _add_hidden(said, space, draft) if path == "optimizer" else ""
        draft.put((*SEARCH, "space", path), {"type": "float", **said}, space.old(name), space.place(name), note)


def _path(name: str, draft: Draft) -> str | None:
    """The setting that a name of the space stands for."""
    if name == "optimizer":
        return name
    if name.startswith("scheduler_") and draft.tree["scheduler"]:
        return f"scheduler.{name.removeprefix('scheduler_')}"
    return _SETTINGS.get(name)


def _add_hidden(said: dict[str, Any], space: Settings, draft: Draft) -> str:
    """Each optimizer with what pochitrain gives it without a word. What is said about it."""
    choices = said.get("choices")
    if not isinstance(choices, list):
        return ""
    lr = draft.get(("optimizer", "lr"))
    rate = {"lr": lr} if lr is not None and "learning_rate" not in space.values else {}
    said["choices"] = [
        {"type": word, **rate, **HIDDEN.get(word, {})} if isinstance(word, str) else word for word in choices
    ]
    return "each with pochitrain's own settings for it"
