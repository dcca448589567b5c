"""A configuration of pochitrain becomes a recipe: the table of what is called what, setting by setting."""

import os
import re
from typing import Any, NamedTuple

from recipe.compiler.importing.draft import MISSING, Draft, Row, Settings
from recipe.compiler.importing.layers import translate_layers
from recipe.compiler.importing.monitoring import (
    translate_confusion_matrix,
    translate_early_stopping,
    translate_gradients,
)
from recipe.compiler.importing.optimizers import translate_optimizer, translate_scheduler
from recipe.compiler.importing.python_file import read_python
from recipe.compiler.importing.script import Script
from recipe.compiler.importing.search import translate_search
from recipe.compiler.importing.settle import settle
from recipe.compiler.importing.transforms import translate_transforms
from recipe.compiler.importing.values import Named, refuse
from recipe.compiler.importing.yaml_text import yaml_text
from recipe.compiler.nodes import Path
from recipe.schemas.diagnostics import Diagnostic, Source, did_you_mean

SECTIONS = (
    "recipe", "name", "description", "task", "data", "model", "augment", "loss", "optimizer", "scheduler", "layer_lr",
    "train", "hardware", "inspect", "report", "profiles",
)  # fmt: skip
"""The order of a recipe."""

KEYS = (
    "model_name", "num_classes", "pretrained", "train_data_root", "val_data_root", "batch_size", "num_workers",
    "epochs", "learning_rate", "optimizer", "scheduler", "scheduler_params", "enable_metrics_export", "work_dir",
    "device", "cudnn_benchmark", "enable_layer_wise_lr", "layer_wise_lr_config", "early_stopping",
    "enable_gradient_tracking", "gradient_tracking_config", "class_weights", "mean", "std", "train_transform",
    "val_transform", "confusion_matrix_config", "optuna",
)  # fmt: skip
"""Every setting of the guide."""

_SAME: dict[str, Path] = {
    "num_classes": ("data", "num_classes"),
    "num_workers": ("hardware", "workers"),
    "enable_metrics_export": ("report", "plots"),
}
_SAID_BY_ALL: dict[str, Path] = {
    "epochs": ("train", "epochs"),
    "batch_size": ("train", "batch_size"),
    "learning_rate": ("optimizer", "lr"),
}
_RESNETS = {"resnet18": "ResNet18", "resnet34": "ResNet34", "resnet50": "ResNet50"}


class Imported(NamedTuple):
    """A recipe, and how it came about."""

    text: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    missed: tuple[Diagnostic, ...]
    source: Source


def import_pochitrain(file: str, target: str) -> Imported:
    """Translate a configuration into the text of a recipe that is to stand at `target`.

    Raises `RecipeError` (R002, R003, R006) where nothing can be made of the file.
    """
    script = Script(read_python(file))
    source = script.file.source
    settings = Settings(script.values, script.places, "", None)
    if not any(name in KEYS and not isinstance(value, Named) for name, value in script.values.items()):
        refuse("it sets nothing that a configuration of pochitrain sets", "its settings are `model_name`, …", file=file)
    draft = Draft(dict.fromkeys(SECTIONS, MISSING), file)
    draft.tree |= {section: {} for section in SECTIONS[4:]}
    draft.tree |= {"recipe": 1, "name": _name(file), "task": "classification"}
    draft.tree["description"] = f"Imported from {_shown(file)}."
    for missed in script.missed:
        draft.miss(missed.message, missed.span)
    _data(settings, draft, target)
    for translate in _PARTS:
        translate(settings, draft)
    _tell_others(settings, draft, script)
    settle(draft, target, file)
    text = yaml_text(draft.tree, draft.comments, _header(draft))
    return Imported(text, tuple(draft.rows), tuple(draft.notes), tuple(draft.missed), source)


def _name(file: str) -> str:
    stem = os.path.splitext(os.path.basename(file))[0]  # noqa: PTH119, PTH122
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).lstrip("._-")[:100] or "imported"


def _shown(file: str) -> str:
    """The name of a file, which may hold anything."""
    return "".join(char if char.isprintable() else "?" for char in os.path.basename(file))  # noqa: PTH119


def _header(draft: Draft) -> list[str]:
    missed = [
        "Not translated; `recipe import` has said where:",
        *(f"- {each.message}" for each in draft.missed),
    ]
    return [*draft.notes, *(missed if draft.missed else [])]


def _model(settings: Settings, draft: Draft) -> None:
    name, span = settings.plain("model_name", draft), settings.place("model_name")
    word = _RESNETS.get(name) if isinstance(name, str) else None
    if word:
        draft.put(("model", "type"), word, "model_name", span)
    elif isinstance(name, str) and _is_builder(name):
        draft.put(("model", "type"), "TorchvisionModel", "model_name", span)
        draft.put(("model", "name"), name, "model_name", span)
    else:
        draft.tree["model"]["type"] = "ResNet18"
        draft.comments["model", "type"] = (
            "the file names no network that there is here: choose one (`recipe list model`)"
        )
        if name is not MISSING:
            draft.miss(f"`model_name` is not translated: there is no model {name!r}; the recipe says ResNet18", span)
        else:
            draft.notes.append("`model_name` is not set: the recipe says ResNet18.")
    pretrained = settings.plain("pretrained", draft)
    if pretrained is MISSING:
        pretrained = True
        draft.notes.append("`pretrained` is not set, and pochitrain takes True: `model.pretrained: true`.")
    draft.put(("model", "pretrained"), pretrained, "pretrained", settings.place("pretrained"))


def _is_builder(name: str) -> bool:
    from typing import get_args

    from recipe.schemas.models.torchvisionmodel import Builder

    return name in get_args(Builder)


def _plain_settings(settings: Settings, draft: Draft) -> None:
    """Settings that have another name, and else are the same."""
    for name, path in {**_SAME, **_SAID_BY_ALL}.items():
        value = settings.plain(name, draft)
        if value is not MISSING:
            draft.put(path, value, name, settings.place(name))
        elif name in _SAID_BY_ALL and name not in settings.values:
            draft.notes.append(f"`{name}` is not set: the recipe's default for `{'.'.join(map(str, path))}` counts.")


def _class_weights(settings: Settings, draft: Draft) -> None:
    weights, span = settings.plain("class_weights", draft), settings.place("class_weights")
    if weights is MISSING:
        return
    draft.tree["loss"]["type"] = "CrossEntropyLoss"
    note = ""
    if weights is None:
        weights = "none"
        note = (
            "pochitrain's code weighs all classes alike, though its guide says that None balances: that is `balanced`"
        )
    draft.put(("loss", "class_weights"), weights, "class_weights", span, note)


def _hardware(settings: Settings, draft: Draft) -> None:
    device, span = settings.plain("device", draft), settings.place("device")
    if device is not MISSING:
        note = "None there: the first GPU that is there" if device is None else ""
        draft.put(("hardware", "device"), "auto" if device is None else device, "device", span, note)
    benchmark, span = settings.plain("cudnn_benchmark", draft), settings.place("cudnn_benchmark")
    if benchmark is True:
        note = "`cudnn_benchmark` chooses by speed, so two runs may differ: the two exclude each other"
        draft.put(("hardware", "cudnn_benchmark"), True, "cudnn_benchmark", span)
        draft.put(("hardware", "deterministic"), False, "cudnn_benchmark", span, note)
    elif benchmark is not MISSING:
        draft.put(("hardware", "cudnn_benchmark"), benchmark, "cudnn_benchmark", span)


def _work_dir(settings: Settings, draft: Draft) -> None:
    folder = settings.plain("work_dir", draft)
    if folder is not MISSING:
        note = f"no setting here: `recipe run --runs-dir {folder}`, or RECIPE_RUNS"
        draft.tell("work_dir", note, settings.place("work_dir"), folder)
        draft.notes.append(f"`work_dir`: the folder of runs is said on the command line, `--runs-dir {folder}`.")


_PARTS = (
    _model,
    _plain_settings,
    translate_optimizer,
    translate_scheduler,
    translate_layers,
    translate_early_stopping,
    translate_gradients,
    _class_weights,
    translate_transforms,
    _hardware,
    translate_confusion_matrix,
    _work_dir,
    translate_search,
)


def _data(settings: Settings, draft: Draft, target: str) -> None:
    """Folders; pochitrain counts them from its working directory, which is taken to be this one."""
    train, val = settings.plain("train_data_root", draft), settings.plain("val_data_root", draft)
    if isinstance(train, str):
        draft.put(("data", "train"), _from_recipe(train, target), "train_data_root", settings.place("train_data_root"))
    else:
        _guess_folder(train, settings, draft, target)
    if val is None:
        draft.tell("val_data_root", "none: no validation", settings.place("val_data_root"))
    elif val is not MISSING:
        draft.put(("data", "val"), _from_recipe(val, target), "val_data_root", settings.place("val_data_root"))
    if any(isinstance(folder, str) and not os.path.isabs(folder) for folder in (train, val)):  # noqa: PTH117
        draft.notes.append(
            "Paths: pochitrain counts them from the folder that it is started in, taken to be the one where "
            "`recipe import` was; here they count from this file."
        )


def _guess_folder(said: Any, settings: Settings, draft: Draft, target: str) -> None:
    """A folder must be named: without one, a recipe would train on the data that come with the program."""
    if said is not MISSING:
        message = f"`train_data_root` is not translated: {said!r} names no folder"
        draft.miss(message, settings.place("train_data_root"))
    draft.tree["data"]["train"] = _from_recipe("data/train", target)
    draft.comments["data", "train"] = "the file does not say where the images are: put your folder here"
    draft.notes.append("`train_data_root` is not known: `data.train` is a guess.")


def _from_recipe(folder: Any, target: str) -> Any:
    """A path as the recipe says it."""
    if not isinstance(folder, str) or os.path.isabs(folder):  # noqa: PTH117
        return folder
    found = os.path.relpath(folder or ".", os.path.dirname(target) or ".").replace(os.sep, "/")  # noqa: PTH120
    return f"./{found}" if found.startswith(("~", "builtin:")) else found


def _tell_others(settings: Settings, draft: Draft, script: Script) -> None:
    """Names that are no settings: what others are made of, and what nothing reads."""
    for name in settings.left():
        value = settings.values[name]
        if isinstance(value, Named) and name not in KEYS:
            continue
        if name in script.literals.used and name not in KEYS:
            draft.tell(name, "read by other settings", settings.place(name))
        else:
            guesses = did_you_mean(name, [key for key in KEYS if key not in settings.values])
            help_ = [f"did you mean `{guess}`?" for guess in guesses[:1]]
            message = f"`{name}` is not translated: pochitrain's guide has no such setting"
            draft.miss(message, settings.place(name), *help_)
