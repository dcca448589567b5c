"""The recipe in the words of Ultralytics' trainer."""

from pathlib import Path
from typing import Any

from recipe.schemas.tasks.detection import Detection


def engine_arguments(recipe: Detection, data_yaml: Path, save_dir: Path) -> dict[str, Any]:
    """Arguments that Ultralytics checks itself."""
    return {
        **_fixed_arguments(),
        **_training_arguments(recipe),
        **recipe.augment.model_dump(),
        **recipe.loss.model_dump(),
        "model": recipe.model.kwargs()["cfg"],
        "data": str(data_yaml),
        "save_dir": str(save_dir),
        "cache": False if recipe.data.cache == "none" else recipe.data.cache,
        "device": recipe.hardware.device,
        "workers": recipe.hardware.workers,
        "deterministic": recipe.hardware.deterministic,
        "seed": recipe.seed,
    }


def exact_arguments(recipe: Detection) -> dict[str, Any]:
    """Arguments set behind Ultralytics' check, which allows only fractions here.

    Of these its loop reads `momentum` and `warmup_*`; the others are for those who read its `args.yaml`.
    """
    optimizer, scheduler = recipe.optimizer, recipe.scheduler
    return {
        "optimizer": optimizer.word(),
        "lr0": optimizer.lr,
        "momentum": getattr(optimizer, "momentum", 0.0),
        "weight_decay": getattr(optimizer, "weight_decay", 0.0),
        "lrf": getattr(scheduler, "final_factor", 1.0),
        "cos_lr": scheduler.word() == "CosineDecay",
        "warmup_bias_lr": recipe.train.warmup_bias_lr,
    }


def _fixed_arguments() -> dict[str, Any]:
    """What a recipe has no word for. Without `augmentations`, an installed Albumentations would add its own."""
    return {
        **{"task": "detect", "mode": "train", "augmentations": []},
        **{"pretrained": False, "exist_ok": True, "plots": False, "verbose": False, "save": True, "val": True},
    }


def _training_arguments(recipe: Detection) -> dict[str, Any]:
    train = recipe.train
    return {
        "epochs": train.epochs,
        "batch": train.batch_size,
        "imgsz": train.image_size,
        "amp": train.amp,
        "nbs": train.accumulate_to,
        "warmup_epochs": train.warmup_epochs,
        "warmup_momentum": train.warmup_momentum,
        "close_mosaic": train.close_mosaic,
        "patience": train.early_stopping.patience if train.early_stopping else 0,
    }
