"""Ultralytics' dataset, reading the user's folders and writing nothing there."""

import hashlib
import os
from pathlib import Path
from typing import Any

from ultralytics.data import build as ultralytics_build
from ultralytics.data.dataset import YOLODataset

from recipe.runtime.detection.isolation import replaced
from recipe.runtime.places import cache_dir
from recipe.schemas.diagnostics import Diagnostic, RecipeError

_NO_FILE = Path(os.devnull) / "none.npy"


class LabelledImages(YOLODataset):  # type: ignore[misc]
    """Boxes and images; what was read from the labels is kept in our cache."""

    @property
    def npy_files(self) -> list[Path]:
        """None: Ultralytics would read, refresh and delete `.npy` files that lie beside the images."""
        return self._no_files

    @npy_files.setter
    def npy_files(self, files: list[Path]) -> None:
        self._no_files = [_NO_FILE] * len(files)

    def cache_labels(self, path: Path) -> dict[str, Any]:
        """Under another name first: runs side by side share the file."""
        partial = path.with_name(f".{path.stem}.{os.getpid()}.cache")
        scan: dict[str, Any] = super().cache_labels(partial)
        if partial.exists():
            partial.replace(path)
        return scan

    def _load_or_scan_cache(self, cache_path: Path, cache_hash: str) -> tuple[dict[str, Any], bool]:
        own_path = cache_dir() / "labels" / f"{hashlib.sha256(os.fsencode(cache_path)).hexdigest()[:24]}.cache"
        own_path.parent.mkdir(parents=True, exist_ok=True)
        scan, was_cached = super()._load_or_scan_cache(own_path, cache_hash)
        self._refuse_dropped_images(scan)
        return scan, was_cached

    def _refuse_dropped_images(self, scan: dict[str, Any]) -> None:
        """Ultralytics trains without the images whose label it cannot read, and says so only in its log."""
        *_, dropped, total = scan["results"]
        if dropped:
            reasons = tuple(message for message in scan["msgs"] if "ignoring corrupt" in message)[:5]
            message = f"Ultralytics can use only {total - dropped} of {total} images"
            raise RecipeError(Diagnostic("R605", message, help=reasons, path=("data", "source")))


def build_dataset(args: Any, folders: list[str], batch: int, data: dict[str, Any], mode: str, stride: int) -> Any:
    """What Ultralytics' own trainer builds, but of our class."""
    with replaced(ultralytics_build, "YOLODataset", LabelledImages):
        return ultralytics_build.build_yolo_dataset(
            args, folders, batch, data, mode=mode, rect=mode == "val", stride=stride
        )
