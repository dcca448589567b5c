"""Where a recipe says what plain Ultralytics can be told too, both compute the same numbers."""

from pathlib import Path
from typing import Any

import pytest

from recipe.runtime.data.yolo import read_yolo_dataset
from recipe.runtime.detection.data import data_yaml
from tests.runtime.detection.harness import make_recipe, train

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "AdamW": (
        {"optimizer": {"type": "AdamW", "lr": 0.002, "betas": [0.937, 0.999], "weight_decay": 0.0}},
        {"optimizer": "AdamW", "lr0": 0.002, "momentum": 0.937, "weight_decay": 0.0},
    ),
    "SGD": (
        {
            "optimizer": {"type": "SGD", "lr": 0.01, "momentum": 0.9, "weight_decay": 0.0005, "nesterov": True},
            "scheduler": {"type": "CosineDecay", "final_factor": 0.1},
            "train.accumulate_to": 8,  # then Ultralytics' scaled weight decay is the unscaled one
            "augment": {"mixup": 0.3, "degrees": 10.0, "flipud": 0.5},
            "seed": 3,
        },
        {
            **{"optimizer": "SGD", "lr0": 0.01, "momentum": 0.9, "weight_decay": 0.0005, "nbs": 8},
            **{"cos_lr": True, "lrf": 0.1, "mixup": 0.3, "degrees": 10.0, "flipud": 0.5, "seed": 3},
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_same_losses_as_plain_ultralytics(tmp_path: Path, case: str):
    ours, theirs = CASES[case]
    epochs = train(tmp_path / "ours", **ours, **{"train.epochs": 2}).reporter.epochs
    expected = _plain_ultralytics(tmp_path / "theirs", theirs)
    names = expected[0].keys()
    assert [{name: values[name] for name in names} for values in epochs.values()] == expected


def _plain_ultralytics(folder: Path, arguments: dict[str, Any]) -> list[dict[str, float]]:
    """Their trainer as it is, but for the reading of the dataset and the evaluation at the end, which download."""
    from recipe.runtime.detection import isolation

    isolation.prepare()
    from ultralytics.models.yolo.detect import DetectionTrainer

    yaml = data_yaml(make_recipe())
    facts = read_yolo_dataset(yaml)

    class Plain(DetectionTrainer):
        def get_dataset(self):
            splits = {split: list(places) for split, places in facts.splits.items()}
            return {**splits, "names": dict(enumerate(facts.classes)), "nc": 3, "channels": 3}

        def final_eval(self): ...

    common = {
        **{"model": "yolov8n.yaml", "data": str(yaml), "save_dir": str(folder), "plots": False, "verbose": False},
        **{"epochs": 2, "batch": 8, "imgsz": 64, "amp": False, "warmup_epochs": 1.0, "close_mosaic": 1},
        **{"warmup_bias_lr": 0.0, "device": "cpu", "patience": 0},
    }
    seen: list[dict[str, float]] = []
    with isolation.output_to(folder / "log.txt"):
        trainer = Plain(overrides=common | arguments)
        trainer.add_callback("on_fit_epoch_end", lambda t: seen.append(_numbers(t)))
        trainer.train()
    return seen


def _numbers(trainer: Any) -> dict[str, float]:
    losses = {f"train/{name}": float(value) for name, value in trainer.tloss.items()}
    rates = {f"lr/{group['param_group']}": group["lr"] for group in trainer.optimizer.param_groups}
    validation = {name: value for name, value in trainer.metrics.items() if name.startswith("val/")}
    return {**losses, **rates, **validation}
