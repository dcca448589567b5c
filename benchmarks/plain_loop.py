"""The other side of `loop_overhead.py`: ResNet18 on folders of images, as one writes it with torch and nothing else.

Only the order of the samples comes from outside, so that both sides train on the same batches.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Sampler
from torch.utils.tensorboard.writer import SummaryWriter
from torchvision.datasets import ImageFolder
from torchvision.models import resnet18
from torchvision.transforms import v2

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Told(Sampler[int]):
    """The samples of each epoch in turn, in an order that was decided beforehand."""

    def __init__(self, orders: list[list[int]]) -> None:
        self.orders = iter(orders)
        self.count = len(orders[0])

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        return iter(next(self.orders))


def main() -> None:
    """Train, evaluate, log and save, epoch by epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--orders", type=Path, required=True)
    for name in ("crop", "batch", "workers", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    orders = json.loads(options.orders.read_text())
    torch.manual_seed(options.seed)
    pipeline = v2.Compose(
        [v2.ToImage(), v2.CenterCrop(options.crop), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]
    )
    loading = {"batch_size": options.batch, "num_workers": options.workers, "persistent_workers": options.workers > 0}
    images = ImageFolder(options.data / "train", pipeline)
    train = DataLoader(images, sampler=Told(orders), generator=torch.Generator(), **loading)
    val = DataLoader(ImageFolder(options.data / "val", pipeline), generator=torch.Generator(), **loading)
    model = resnet18(num_classes=len(images.classes))
    decaying = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in model.parameters() if parameter.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decaying}, {"params": others, "weight_decay": 0.0}], lr=0.001)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=len(orders))
    writer = SummaryWriter(str(options.out))
    for epoch in range(1, len(orders) + 1):
        values = {"lr": schedule.get_last_lr()[0]}
        values["train/loss"], values["train/accuracy"] = train_epoch(model, optimizer, train)
        schedule.step()
        values["val/loss"], values["val/accuracy"] = evaluate(model, val)
        state = {"epoch": epoch, "model": model, "optimizer": optimizer, "schedule": schedule}
        saved = {name: part if name == "epoch" else part.state_dict() for name, part in state.items()}
        torch.save({**saved, "random": torch.get_rng_state()}, options.out / "last.pt")
        for name, value in values.items():
            writer.add_scalar(name, value, epoch)
        writer.flush()
    writer.close()


def train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, batches: DataLoader) -> tuple[float, float]:
    """Loss and accuracy over the images of an epoch."""
    model.train()
    loss_sum, hits, count = 0.0, 0, 0
    for images, labels in batches:
        optimizer.zero_grad()
        logits = model(images)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(labels)
        hits += int((logits.argmax(1) == labels).sum())
        count += len(labels)
    return loss_sum / count, hits / count


@torch.no_grad()
def evaluate(model: nn.Module, batches: DataLoader) -> tuple[float, float]:
    """Loss and accuracy of a split."""
    model.eval()
    loss_sum, hits, count = 0.0, 0, 0
    for images, labels in batches:
        logits = model(images)
        loss_sum += nn.functional.cross_entropy(logits, labels).item() * len(labels)
        hits += int((logits.argmax(1) == labels).sum())
        count += len(labels)
    return loss_sum / count, hits / count


if __name__ == "__main__":
    main()
