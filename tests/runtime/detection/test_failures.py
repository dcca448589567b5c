"""What goes wrong inside the engine ends as a diagnostic, and the engine repairs nothing by itself."""

from pathlib import Path

import pytest

from recipe.runtime.failures import translated
from recipe.schemas.diagnostics import Diagnostic, Interrupted, RecipeError
from tests.runtime.detection.harness import Recorder, make_recipe, train


class OutOfMemoryError(RuntimeError):
    """Named as torch names its own."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OutOfMemoryError("CUDA: tried to allocate 2 GiB"), "R804"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"), "R804"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), "R804"),
        (MemoryError(), "R804"),
        (RuntimeError("shape mismatch"), "R801"),
        (ValueError("the words out of memory in a message of another kind"), "R801"),
        (AssertionError("x"), "R801"),
    ],
)
def test_translation(tmp_path: Path, error: Exception, code: str):
    log = tmp_path / "log.txt"
    with pytest.raises(RecipeError) as raised, translated(log):
        raise error
    (problem,) = raised.value.diagnostics
    assert problem.code == code
    assert f"{type(error).__name__}: {error}" in problem.message
    assert any(str(log) in line for line in problem.help)
    assert raised.value.__cause__ is error
    assert "Traceback" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("passing", [RecipeError(Diagnostic("R802", "")), Interrupted(Diagnostic("R806", ""))])
def test_ours_pass_untouched(tmp_path: Path, passing: RecipeError):
    with pytest.raises(RecipeError) as raised, translated(tmp_path / "log.txt"):
        raise passing
    assert raised.value is passing


def test_out_of_memory_is_not_answered_by_a_smaller_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from ultralytics.nn.tasks import DetectionModel

    from recipe.runtime.detection.engine.trainer import Trainer

    tried = []

    def fail(self, batch, *args):
        tried.append(len(batch["img"]))
        raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")

    monkeypatch.setattr(DetectionModel, "loss", fail)
    monkeypatch.setattr(Trainer, "_clear_memory", lambda *_: pytest.fail("Ultralytics retries"))
    reporter = Recorder()
    with pytest.raises(RecipeError) as raised:
        train(tmp_path, reporter)
    assert raised.value.diagnostics[0].code == "R804"
    assert "batch_size" in raised.value.diagnostics[0].help[0]
    assert tried == [8]
    assert reporter.events == [("started", 1)]


def test_a_loss_that_is_no_number_stops_at_the_step(tmp_path: Path):
    """A learning rate that nothing survives."""
    changes = {"optimizer": {"type": "SGD", "lr": 1e30}, "train.warmup_epochs": 0.0, "train.accumulate_to": 8}
    reporter = Recorder()
    with pytest.raises(RecipeError) as raised:
        train(tmp_path, reporter, **changes, **{"train.clip_grad_norm": 1e30})
    (problem,) = raised.value.diagnostics
    assert problem.code == "R810"
    assert "in epoch 1, step 2" in problem.message
    assert "images/train/0000" in problem.help[1]
    assert reporter.events == [("started", 1), ("step", 1, 1, 2)]


def test_an_image_that_ultralytics_would_leave_out_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Our own check finds them first; this is for what only Ultralytics minds."""
    from ultralytics.data import utils

    from recipe.runtime.detection.data import data_yaml
    from recipe.runtime.detection.engine import session

    yaml = data_yaml(make_recipe(**{"data.shapes.seed": 7}))
    label = yaml.parent / "labels" / "train" / "000003.txt"
    monkeypatch.setattr(session, "read_yolo_dataset", _read_first(session.read_yolo_dataset, yaml))
    label.write_text("0 0.5 0.5 2.0 0.5\n")
    assert utils.verify_image_label
    with pytest.raises(RecipeError) as raised:
        train(tmp_path, **{"data.shapes.seed": 7})
    (problem,) = raised.value.diagnostics
    assert problem.code == "R605"
    assert "15 of 16 images" in problem.message
    assert "000003.jpg" in problem.help[0]


def _read_first(read, yaml: Path):
    dataset = read(yaml)
    return lambda _yaml: dataset


def test_a_changed_label_is_read_again(tmp_path: Path):
    """Ultralytics' record of the labels is kept in our cache; a label of the same length is still another label."""
    from recipe.runtime.detection.data import data_yaml
    from recipe.runtime.detection.engine.dataset import build_dataset
    from recipe.runtime.detection.isolation import output_to

    yaml = data_yaml(make_recipe(**{"data.shapes.seed": 8}))
    folder = yaml.parent / "images" / "train"
    label = yaml.parent / "labels" / "train" / "000000.txt"

    def first_class() -> float:
        from ultralytics.cfg import get_cfg

        with output_to(tmp_path / "log.txt"):
            data = {"names": {0: "a", 1: "b", 2: "c"}, "channels": 3}
            return float(build_dataset(get_cfg(), [str(folder)], 8, data, "train", 32).labels[0]["cls"][0, 0])

    label.write_text("0 0.5 0.5 0.2 0.2\n")
    assert first_class() == 0
    label.write_text("2 0.5 0.5 0.2 0.2\n")
    assert first_class() == 2
