"""Ultralytics' trainer with everything taken out of it that would change a plan by itself."""

import contextlib
from pathlib import Path
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR
from ultralytics.data.build import build_dataloader
from ultralytics.engine import trainer as ultralytics_trainer
from ultralytics.engine import validator as ultralytics_validator
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils.torch_utils import unwrap_model

from recipe.runtime.build import build
from recipe.runtime.detection.arguments import engine_arguments, exact_arguments
from recipe.runtime.detection.engine.checkpoints import Checkpoints
from recipe.runtime.detection.engine.dataset import build_dataset
from recipe.runtime.detection.engine.model import build_model, load_weights, read_checkpoint
from recipe.runtime.detection.engine.optimizer import build_optimizer
from recipe.runtime.detection.events import epoch_values
from recipe.runtime.detection.isolation import replaced
from recipe.schemas.facts import Dataset
from recipe.schemas.tasks.detection import Detection

LOSSES = ("box_loss", "cls_loss", "dfl_loss")


class Trainer(DetectionTrainer):  # type: ignore[misc]
    """Trains a recipe; continues from `last.pt` where there is one."""

    def __init__(self, recipe: Detection, data_yaml: Path, dataset: Dataset, checkpoints: Checkpoints) -> None:
        self.recipe, self.data_yaml, self.facts, self.checkpoints = recipe, data_yaml, dataset, checkpoints
        self.clip_grad_norm = recipe.train.clip_grad_norm
        self.checkpoint_every = recipe.train.checkpoint_every
        self.epochs_completed = 0
        self.has_ended = False
        self.last_values: dict[str, float] = {}
        self.batch_files: list[str] = []
        self.best_epoch = 0
        self.final_metrics: dict[str, float] = {}
        super().__init__(overrides=engine_arguments(recipe, data_yaml, checkpoints.folder.parent / "ultralytics"))
        self.args.workers = recipe.hardware.workers  # on a CPU Ultralytics takes none
        with contextlib.suppress(OSError):
            (self.save_dir / "weights").rmdir()
        self.wdir: Path = checkpoints.staging
        self.last, self.best = self.wdir / "last.pt", self.wdir / "best.pt"

    # -- construction ------------------------------------------------------------------------------------------------

    def check_resume(self, _overrides: dict[str, Any]) -> None:
        """Ultralytics would take its arguments from the checkpoint; ours come from the plan."""
        self.resume = self.checkpoints.last.exists()
        self.args.__dict__.update(exact_arguments(self.recipe), resume=self.resume)

    def get_dataset(self) -> dict[str, Any]:
        """From our own reading of `data.yaml`: Ultralytics' one downloads, and runs code that the file holds."""
        splits = {split: list(places) for split, places in self.facts.splits.items()}
        names = dict(enumerate(self.facts.classes))
        return {**splits, "names": names, "nc": len(names), "channels": 3, "yaml_file": str(self.data_yaml)}

    def setup_model(self) -> dict[str, Any] | None:
        """Build the recipe's network; returns the checkpoint to resume from."""
        self.model = build_model(self.recipe.model, self.facts.classes)
        if self.resume:
            network, checkpoint = read_checkpoint(self.checkpoints.last)
            load_weights(self.model, network, self.checkpoints.last)
            return checkpoint
        weights = getattr(self.recipe.model, "weights", "none")
        if weights != "none":
            network, _ = read_checkpoint(Path(weights))
            load_weights(self.model, network, Path(weights))
            self.args.pretrained = self.model.pt_path
        return None

    def build_dataset(self, img_path: list[str], mode: str = "train", batch: int | None = None) -> Any:
        stride = max(int(unwrap_model(self.model).stride.max()), 32)
        return build_dataset(self.args, img_path, batch or self.batch_size, self.data, mode, stride)

    def get_dataloader(self, dataset_path: list[str], batch_size: int = 16, rank: int = -1, mode: str = "train") -> Any:
        """As many workers as the recipe says, also for validation (Ultralytics doubles them there)."""
        dataset, training = self.build_dataset(dataset_path, mode, batch_size), mode == "train"
        return build_dataloader(dataset, batch_size, self.args.workers, training, rank, device=self.device)

    def get_validator(self) -> Any:
        """With the arguments as they are: checked again, a learning rate above 1 would be an error."""
        with replaced(ultralytics_validator, "get_cfg", lambda overrides: overrides):
            return super().get_validator()

    def build_optimizer(self, model: Any, **_arguments: Any) -> Any:
        return build_optimizer(self.recipe, unwrap_model(model))

    def _setup_scheduler(self) -> None:
        self.lf = build(self.recipe.scheduler, epochs=self.epochs)
        self.scheduler = LambdaLR(self.optimizer, lr_lambda=self.lf)

    def _get_warmup_iterations(self, num_batches: int) -> int:
        """What the recipe says; Ultralytics leaves at least one epoch without warm-up."""
        iterations: int = round(self.args.warmup_epochs * num_batches)
        return iterations

    def _build_train_pipeline(self) -> None:
        assert self.optimizer is None, "a rebuild would be for a smaller batch, which `events.py` has ruled out"
        super()._build_train_pipeline()

    def _setup_train(self) -> None:
        if self.optimizer is not None:
            return  # called again by the loop, when `_do_train` has called it to learn whether there is a loop
        # The check downloads a model and may switch mixed precision off: the plan has decided.
        with replaced(ultralytics_trainer, "check_amp", lambda _model: True):
            super()._setup_train()

    # -- loop --------------------------------------------------------------------------------------------------------

    def _do_train(self) -> None:
        try:
            self._setup_train()
            if self.has_ended:
                self.epoch = self.start_epoch - 1
                self.run_callbacks("on_train_start")
                self.final_eval()
            else:
                super()._do_train()
        finally:
            self._close_loaders()

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        self.batch_files = batch["im_file"]
        return super().preprocess_batch(batch)  # type: ignore[no-any-return]

    def optimizer_step(self) -> None:
        """Ultralytics' step with the recipe's norm in place of 10."""
        self.scaler.unscale_(self.optimizer)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), max_norm=self.clip_grad_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad()
        self.ema.update(self.model)

    def _handle_nan_recovery(self, _epoch: int) -> bool:
        """Never: Ultralytics would go back to the last checkpoint; a run of ours stops at the step (`events.py`)."""
        return False

    def save_metrics(self, metrics: dict[str, float]) -> None:
        """Nothing: the reporter writes them."""

    def read_results_csv(self) -> dict[str, Any]:
        """Ultralytics puts this into the checkpoint: ours is what the epoch reports, so that it cannot be lost."""
        return epoch_values(self)

    # -- checkpoints -------------------------------------------------------------------------------------------------

    def save_model(self) -> bool:
        # In full precision: rounding SGD's momentum or Adam's largest squares to fp16 would change a resumed run.
        with replaced(ultralytics_trainer, "convert_optimizer_state_dict_to_fp16", lambda state: state):
            super().save_model()
        epoch, every = self.epoch + 1, self.checkpoint_every
        self.checkpoints.publish(epoch, keep=every is not None and epoch % every == 0)
        return True

    def resume_training(self, ckpt: dict[str, Any] | None) -> None:
        """Restore the state; a run that was killed during its final evaluation has ended and needs only that."""
        if ckpt is None:
            return
        self._load_checkpoint_state(ckpt)
        self.start_epoch = self.epochs_completed = ckpt["epoch"] + 1
        self.last_values = ckpt["train_results"]
        self.args.pretrained = ckpt["train_args"]["pretrained"]
        without_improvement = self.start_epoch - self.stopper.best_epoch
        self.has_ended = self.start_epoch >= self.epochs or without_improvement >= self.stopper.patience

    def final_eval(self) -> None:
        """Evaluate the best epoch's network with the training's own validator, losses included."""
        self.best_epoch = self.checkpoints.finish()
        network, _ = read_checkpoint(self.checkpoints.best)
        network.args = self.args
        self.loss_items = dict.fromkeys(LOSSES, torch.zeros((), device=self.device))
        with replaced(self.ema, "ema", network.to(self.device)):
            self.final_metrics = self.validator(self)

    def _close_loaders(self) -> None:
        for loader in (getattr(self, "train_loader", None), getattr(self, "test_loader", None)):
            if loader is not None:
                loader.close()
