"""What other tools call a setting, for people who come from there.

A name is only ever suggested where its target exists in the recipe at hand.
"""

from typing import NamedTuple


class ForeignKey(NamedTuple):
    """A key of other tools, and the setting that stands for it here."""

    name: str
    tools: str
    target: str
    """A dotted path."""
    note: str = ""
    """How its value differs; without a note the same value means the same."""


class ForeignWord(NamedTuple):
    """A value of other tools, and the word that stands for it here, if one does."""

    kind: str
    name: str
    tools: str
    word: str
    note: str = ""


_HF = "Hugging Face"
_LIGHTNING = "Lightning"
_COUNTS_IMAGES = "it counts images, not batches"
_ENDS = "there the rate ends at 0, here at `final_factor` of the first"
_SETTINGS_BESIDE = "settings stand beside `type`"
_IMPLIED = "it is implied, leave it out: images are tensors of 8 bits already"
_MIXES_BATCHES = "it mixes the images of a batch, and stands in `augment.mix`"
_SEVERAL_IMAGES = "it makes several images of one, and an image has one label"
_NOT_TRANSFORMS = {
    **dict.fromkeys(("ToTensor", "PILToTensor", "ToImage", "ToPureTensor", "ToDtype", "ConvertImageDtype"), _IMPLIED),
    "ToPILImage": "leave it out: transforms work on tensors",
    "Normalize": "it is implied, leave it out: `data.normalize` says what is done after the last transform",
    "Compose": "it is implied: the list is what it composes, so write its transforms there",
    "Lambda": "a recipe holds no code; a package can bring a transform of its own",
    **dict.fromkeys(("FiveCrop", "TenCrop"), _SEVERAL_IMAGES),
    **dict.fromkeys(("MixUp", "CutMix"), _MIXES_BATCHES),
}

KEYS: tuple[ForeignKey, ...] = (
    ForeignKey("lr0", "Ultralytics", "optimizer.lr"),
    ForeignKey("lrf", "Ultralytics", "scheduler.final_factor"),
    ForeignKey("momentum", "Ultralytics", "optimizer.betas", "for Adam and AdamW it is the first of the two"),
    ForeignKey("imgsz", "Ultralytics", "train.image_size"),
    ForeignKey("batch", "Ultralytics", "train.batch_size", "where Ultralytics has -1, write `auto`"),
    ForeignKey("nbs", "Ultralytics", "train.accumulate_to"),
    ForeignKey("cos_lr", "Ultralytics", "scheduler", "`cos_lr: true` is `scheduler: CosineDecay`"),
    ForeignKey("save_period", "Ultralytics", "train.checkpoint_every", "where Ultralytics has -1, leave it out"),
    ForeignKey("pretrained", "Ultralytics", "model.weights", "`pretrained: false` is `weights: none`"),
    ForeignKey("max_epochs", f"{_LIGHTNING} and anomalib", "train.epochs"),
    ForeignKey("gradient_clip_val", _LIGHTNING, "train.clip_grad_norm"),
    ForeignKey("accumulate_grad_batches", _LIGHTNING, "train.accumulate_to", _COUNTS_IMAGES),
    ForeignKey("precision", _LIGHTNING, "train.amp", "`16-mixed` is `true`, `32` is `false`"),
    ForeignKey("devices", _LIGHTNING, "hardware.device", "a run has one: `cpu`, `cuda`, `cuda:1`"),
    ForeignKey("accelerator", _LIGHTNING, "hardware.device", "`gpu` is `cuda`"),
    ForeignKey("benchmark", _LIGHTNING, "hardware.cudnn_benchmark"),
    ForeignKey("seed_everything", _LIGHTNING, "seed"),
    ForeignKey("logger", _LIGHTNING, "trackers", "a list: `[TensorBoard]`"),
    ForeignKey("train_batch_size", "anomalib", "train.batch_size"),
    ForeignKey("defaults", "Hydra", "extends", "a list of paths of recipes"),
    ForeignKey("trainer", f"{_LIGHTNING} and Ludwig", "train", "some of its settings have other names"),
    ForeignKey("learning_rate", f"Ludwig, {_HF} and pochitrain", "optimizer.lr"),
    ForeignKey("early_stop", "Ludwig", "train.early_stopping.patience", "where Ludwig has -1, leave it out"),
    ForeignKey("gradient_clipping", "Ludwig", "train.clip_grad_norm", "a number"),
    ForeignKey("regularization_lambda", "Ludwig", "optimizer.weight_decay", "AdamW applies it to the weights directly"),
    ForeignKey("learning_rate_scheduler", "Ludwig", "scheduler", _SETTINGS_BESIDE),
    ForeignKey("random_seed", "Ludwig", "seed"),
    ForeignKey("hyperopt", "Ludwig", "search", "its parts have other names"),
    ForeignKey("num_train_epochs", _HF, "train.epochs"),
    ForeignKey("num_epochs", "axolotl", "train.epochs"),
    ForeignKey("per_device_train_batch_size", _HF, "train.batch_size"),
    ForeignKey("micro_batch_size", "axolotl", "train.batch_size"),
    ForeignKey("gradient_accumulation_steps", f"{_HF} and axolotl", "train.accumulate_to", _COUNTS_IMAGES),
    ForeignKey("max_grad_norm", f"{_HF} and axolotl", "train.clip_grad_norm"),
    ForeignKey("lr_scheduler_type", _HF, "scheduler", "its words are classes: `recipe list scheduler`"),
    ForeignKey("lr_scheduler", "axolotl", "scheduler", "its words are classes: `recipe list scheduler`"),
    ForeignKey("optim", _HF, "optimizer", "its words are classes: `recipe list optimizer`"),
    ForeignKey("warmup_steps", f"{_HF} and axolotl", "train.warmup_epochs", "it counts epochs, not steps"),
    ForeignKey("warmup_ratio", _HF, "train.warmup_epochs", "it counts epochs"),
    ForeignKey("adam_beta1", _HF, "optimizer.betas", "a list of both"),
    ForeignKey("adam_beta2", _HF, "optimizer.betas", "a list of both"),
    ForeignKey("adam_epsilon", _HF, "optimizer.eps"),
    ForeignKey("fp16", _HF, "train.amp"),
    ForeignKey("dataloader_num_workers", _HF, "hardware.workers"),
    ForeignKey("report_to", _HF, "trackers", "a list of classes: `recipe list tracker`"),
    ForeignKey("metric_for_best_model", _HF, "train.early_stopping.monitor", "metrics are called `val/accuracy`"),
    ForeignKey("early_stopping_patience", _HF, "train.early_stopping.patience"),
    ForeignKey("label_smoothing_factor", _HF, "loss.label_smoothing"),
    ForeignKey("num_workers", f"{_LIGHTNING} and pochitrain", "hardware.workers"),
    ForeignKey("train_data_root", "pochitrain", "data.train"),
    ForeignKey("val_data_root", "pochitrain", "data.val"),
    ForeignKey("model_name", "pochitrain", "model", "`resnet18` is `model: {type: ResNet18}`"),
    ForeignKey("scheduler_params", "pochitrain", "scheduler", _SETTINGS_BESIDE),
    ForeignKey("enable_layer_wise_lr", "pochitrain", "layer_lr", "to switch it off, leave `layer_lr` out"),
    ForeignKey("layer_wise_lr_config", "pochitrain", "layer_lr", "its `layer_rates` are `rates`"),
    ForeignKey("layer_rates", "pochitrain", "layer_lr.rates", "a pattern is for whole module names"),
    ForeignKey("n_trials", "Optuna and pochitrain", "search.trials"),
    ForeignKey("optuna_epochs", "pochitrain", "search.epochs"),
    ForeignKey("search_space", "pochitrain", "search.space", "its keys are dotted paths: `optimizer.lr`"),
    ForeignKey("optuna", "pochitrain", "search", "its parts have other names"),
)

TAGS = ("_target_", "class_path", "name", "class", "kind")
"""Keys under which other tools name a class, where a recipe says `type`."""

WORDS: tuple[ForeignWord, ...] = (
    ForeignWord("optimizer", "auto", "Ultralytics", "", "there it chooses SGD or AdamW by the length of the run"),
    ForeignWord("optimizer", "adamw_torch", _HF, "AdamW", "with `weight_decay: 0.0` where that is not said"),
    ForeignWord("scheduler", "cosine", _HF, "CosineDecay", _ENDS),
    ForeignWord("scheduler", "cosine", _HF, "CosineAnnealingLR", "`T_max` is the number of epochs"),
    ForeignWord("scheduler", "linear", _HF, "LinearDecay", _ENDS),
    ForeignWord("task", "detect", "Ultralytics", "detection"),
    ForeignWord("task", "object_detection", "torchvision", "detection"),
    ForeignWord("task", "object-detection", _HF, "detection"),
    ForeignWord("task", "classify", "Ultralytics", "classification"),
    ForeignWord("task", "image-classification", _HF, "classification"),
    *(ForeignWord("model", f"yolov8{size}", "Ultralytics", "YOLOv8", f"with `size: {size}`") for size in "nsmlx"),
    *(ForeignWord("model", f"yolov8{size}.pt", "Ultralytics", "YOLOv8", f"with `size: {size}`") for size in "nsmlx"),
    ForeignWord("pruner", "None", "pochitrain", "NopPruner"),
    *(ForeignWord("transform", name, "torchvision", "", note) for name, note in _NOT_TRANSFORMS.items()),
)


def foreign_keys(name: str) -> list[ForeignKey]:
    """What a key of other tools is called here."""
    return [key for key in KEYS if key.name == name.casefold()]


def foreign_words(kind: str, name: str) -> list[ForeignWord]:
    """What a value of other tools is called here."""
    return [word for word in WORDS if (word.kind, word.name.casefold()) == (kind, name.casefold())]
