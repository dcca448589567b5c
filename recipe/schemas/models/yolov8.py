"""YOLOv8."""

from typing import Literal

from recipe.schemas.base import AUTO, Auto, setting
from recipe.schemas.models import Model


class YOLOv8(Model):
    """Ultralytics YOLOv8 detection model, in five sizes from 3.2 to 68.2 million parameters."""

    target = "ultralytics.nn.tasks:DetectionModel"
    runtime = ("nc", "ch", "verbose")
    example = {"size": "n", "weights": "none"}
    blocks = r"model\.(?P<depth>\d+)"

    size: Auto[Literal["n", "s", "m", "l", "x"]] = setting(AUTO, "nano, small, medium, large or extra large.")
    weights: Auto[str] = setting(
        AUTO,
        "`auto`: COCO weights where they are at hand or can be downloaded, else from scratch with a warning; "
        "`none`: from scratch; otherwise the path of a `.pt` file.",
        path=True,
    )

    def kwargs(self) -> dict[str, object]:
        """The architecture file that Ultralytics ships for this size."""
        return {"cfg": f"yolov8{self.size}.yaml"}

    def manifests(self) -> tuple[str, ...]:
        """`yolov8n` and so on; all of them while the size is `auto`."""
        return tuple(f"yolov8{size}" for size in ("nsmlx" if self.size == AUTO else self.size))
