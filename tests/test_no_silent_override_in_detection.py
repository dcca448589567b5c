"""The same of detection: each leaf makes a difference in Ultralytics' trainer, or in the files of a real training."""

import pytest
import torch

from recipe.runtime.data.shapes import make_shapes
from recipe.runtime.execute import execute
from recipe.runtime.rundir import RunDirectory
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.recipe import Recipe
from recipe.schemas.tasks.detection import Detection, Shapes
from tests.override import detector
from tests.override.leaves import leaves_of_task
from tests.runtime.detection.harness import make_plan, train


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """The same as that of all tests of detection: Ultralytics fixes the place of its settings when it is imported."""
    cache, threads = tmp_path_factory.getbasetemp() / "detection-cache", torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECIPE_CACHE", str(cache))
        patch.setenv("RECIPE_OFFLINE", "1")
        from recipe.runtime.detection.isolation import prepare

        prepare()
        torch.set_num_threads(1)
        yield cache
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two real trainings: one epoch; and two, of which each leaves a checkpoint."""
    one = train(tmp_path_factory.mktemp("one"), **{"train.epochs": 1})
    other = train(tmp_path_factory.mktemp("other"), **{"train.checkpoint_every": 1, "train.epochs": 2})
    return one, other


@pytest.fixture(scope="module")
def workshop(tmp_path_factory, trained):
    """Builds trainers: those that several tests compare with only once."""
    kept = {}
    places = {
        "$OTHER": str(make_shapes(Shapes(train_images=6, val_images=3, image_size=64), tmp_path_factory.mktemp("d"))),
        "$WEIGHTS": str(trained[0].outcome.best),
    }

    def build(changes, copy=0):
        key = f"{sorted(changes.items())} {copy}"
        if key not in kept:
            kept[key] = detector.ready(make_plan(**changes), tmp_path_factory.mktemp("trainer"))
        return kept[key]

    def build_other(path, value, shared):
        said = places.get(value, value) if isinstance(value, str) else value
        place = path.replace("YOLOv8.", "")
        return detector.ready(make_plan(**shared, **{place: said}), tmp_path_factory.mktemp("trainer"))

    return build, build_other


def test_every_leaf_of_detection_has_a_case():
    leaves = {path for path in leaves_of_task("detection") if path.partition(".")[0] not in detector.OF_EVERY_FAMILY}
    cases = {*detector.CASES, *detector.TRAINED, *detector.ANSWERED, *detector.SHAPES} - {"model.YOLOv8.weights"}
    differing = cases ^ (leaves - {"model"})
    assert not differing, f"say in tests/override/detector.py where each of these shows, or take it out: {differing}"
    assert set(detector.OF_EVERY_FAMILY) == set(Recipe.model_fields) - {"seed", "hardware"}


def test_what_the_compiler_settles_is_nothing_else():
    assert set(Detection.settled_by_compiler) - set(Recipe.settled_by_compiler) == {"hardware.tier", "data.shapes"}


def test_there_is_one_model_for_detection(tmp_path):
    """`model` is a leaf without a second value: words of classification are refused."""
    from recipe.compiler.compile import Request, check_recipe
    from recipe.compiler.report import Report

    file = tmp_path / "recipe.yaml"
    file.write_text("recipe: 1\nname: a\ntask: detection\ndata: {source: 'builtin:shapes'}\nmodel: ResNet18\n")
    with pytest.raises(RecipeError) as caught:
        check_recipe(Request(str(file)), Report())
    assert {each.path for each in caught.value.diagnostics} == {("model",)}


@pytest.mark.parametrize("path", detector.CASES)
def test_a_leaf_of_detection_makes_a_difference(path, workshop):
    (build, build_other), case = workshop, detector.CASES[path]
    one, again = (case.look(build(dict(case.shared), copy)) for copy in (0, 1))
    assert one == again, "what is looked at is not the same twice, so it shows nothing"
    assert one != case.look(build_other(path, case.other, case.shared))


def test_epochs_are_trained_and_leave_their_checkpoints(trained):
    one, other = trained
    assert [sorted(each.reporter.epochs) for each in trained] == [[1], [1, 2]]
    kept = [sorted(file.name for file in each.run.checkpoints.iterdir()) for each in (one, other)]
    assert kept == [["best.pt", "last.pt"], ["best.pt", "epoch1.pt", "epoch2.pt", "last.pt"]]


@pytest.mark.parametrize("path", detector.SHAPES)
def test_a_setting_of_shapes_makes_other_files(path, tmp_path):
    value = {path.rpartition(".")[2]: detector.SHAPES[path]}
    one, again, other = (
        detector.generated(changes, tmp_path / place)
        for place, changes in (("one", {}), ("again", {}), ("other", value))
    )
    assert one == again
    assert one != other


def test_the_device_is_handed_over():
    one, other = detector.ANSWERED["hardware.device"]
    assert detector.device(one) != detector.device(other)


def test_the_tier_answers(tmp_path):
    one, other = detector.ANSWERED["hardware.tier"]
    assert detector.tier(one, tmp_path / "one") != detector.tier(other, tmp_path / "other")


class Nobody:
    """A view that shows nothing."""

    def __getattr__(self, name):
        return lambda *_: None


@pytest.mark.parametrize("name", detector.SABOTAGE)
def test_a_value_that_is_changed_in_the_trainer_ends_the_run(name, trained, tmp_path, monkeypatch):
    from recipe.runtime.detection.engine.trainer import Trainer

    setup, path = Trainer._setup_train, name.partition(" ")[0]

    def sabotaged(trainer):
        is_first = trainer.optimizer is None
        setup(trainer)
        if is_first:
            detector.SABOTAGE[name](trainer)

    monkeypatch.setattr(Trainer, "_setup_train", sabotaged)
    changes = {"model.weights": str(trained[0].outcome.best)} if path == "model.weights" else {}
    changes |= {"train.warmup_epochs": 0.0} if "without warm-up" in name else {}
    run = RunDirectory(tmp_path)
    run.lock()
    try:
        with pytest.raises(RecipeError) as caught:
            execute(make_plan(**changes), run, Nobody())
    finally:
        run.unlock()
    assert {each.code for each in caught.value.diagnostics} == {"R802"}
    assert any(each.message.startswith(f"`{path}` is ") for each in caught.value.diagnostics), caught.value
