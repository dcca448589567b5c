"""Write `recipe/schemas/manifests/`: the parameters of every shipped model, from the libraries that build them.

`make manifest` runs it; a test fails where the files are not what it would write.
"""

import json
from collections.abc import Iterator

from recipe.runtime.classification.model import build_on_meta
from recipe.runtime.detection import isolation
from recipe.runtime.parameters import trained_parameters
from recipe.schemas.manifest import file_of
from recipe.schemas.models import Model

SHIPPED = (
    *({"type": word} for word in ("ResNet18", "ResNet34", "ResNet50")),
    *({"type": "YOLOv8", "size": size, "weights": "none"} for size in "nsmlx"),
)


def main() -> None:
    """Write every file."""
    for name, model in shipped():
        file_of(name).parent.mkdir(exist_ok=True)
        file_of(name).write_text(content(model), encoding="utf-8")


def shipped() -> Iterator[tuple[str, Model]]:
    """Every model that has a list, under the list's name."""
    for description in SHIPPED:
        model = Model.parse(description)
        assert isinstance(model, Model)
        (name,) = model.manifests()
        yield name, model


def content(model: Model) -> str:
    """The parameters of the model for one class, one to a line."""
    rows = [[p.name, p.parameter.numel(), p.role] for p in trained_parameters(_network(model))]
    return "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n"


def _network(model: Model) -> object:
    if not model.target.startswith("ultralytics."):
        return build_on_meta(model, 1)
    isolation.prepare()
    from recipe.runtime.detection.engine.model import build_model

    return build_model(model, ["class"])


if __name__ == "__main__":
    main()
