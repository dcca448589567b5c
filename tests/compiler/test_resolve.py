import pytest

from recipe.compiler.answers.detection import TIERS, tier_of
from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.load_plan import load_plan
from recipe.compiler.plan import plan_member
from recipe.compiler.report import Report
from recipe.compiler.resolve import resolve
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.facts import Dataset, Facts, Hardware, ParameterTensor, Places, Weights
from tests.conftest import MINIMAL, ROOT

COMPETITION = ROOT / "recipes" / "yolo_competition.yaml"
DATASET = Dataset(source="d.yaml", splits={}, images={"train": 400, "val": 100}, classes=("a",), fingerprint="f")
PARAMETERS = (
    ParameterTensor(name="w", numel=10, role="weight"),
    ParameterTensor(name="n", numel=2, role="bn"),
    ParameterTensor(name="b", numel=3, role="bias"),
)


def machine(memory_gib=None, cores=16, amp_safe=True, free=64.0):
    device, name = ("cpu", "2 CPU cores") if memory_gib is None else ("cuda:0", "a GPU")
    return Hardware(
        device=device, name=name, memory_gib=memory_gib, cores=cores, free_memory_gib=free, amp_safe=amp_safe
    )


def facts(memory_gib=None, dataset=DATASET, weights=None, **hardware):
    return Facts(
        hardware=machine(memory_gib, **hardware),
        dataset=dataset,
        parameters=PARAMETERS,
        weights=weights or Weights(path="/w/yolov8m.pt", reason="at hand", sha256="0"),
        places=Places(tracking_uri="sqlite:///m.db", tracking_reason="beside the runs"),
    )


def plan(known, file=COMPETITION, sets=(), environment=None):
    report = Report()
    checked = check_recipe(Request(str(file), (), tuple(sets), environment or {}), report)
    return plan_member(checked.base, known, report), report


@pytest.mark.parametrize(
    ("gib", "tier"),
    [(None, "cpu"), (4, "low"), (5.99, "low"), (6, "medium"), (12, "medium"), (12.01, "high"), (23.6, "high"), (24, "high"),
     (24.01, "workstation"), (139, "workstation")],
)  # fmt: skip
def test_tiers_go_by_gibibytes_and_boundaries_fall_as_documented(gib, tier):
    assert tier_of(gib) == tier


@pytest.mark.parametrize(
    ("gib", "size", "batch", "image"),
    [(4, "s", 8, 480), (8, "m", 16, 640), (16, "l", 32, 640), (48, "x", 64, 800), (None, "n", 4, 320)],
)
def test_the_tier_table_answers_auto(gib, size, batch, image):
    recipe = plan(facts(gib))[0].recipe
    assert (recipe.model.size, recipe.train.batch_size, recipe.train.image_size) == (size, batch, image)


def test_on_a_fitting_gpu_the_competition_recipe_is_the_documents_preset():
    recipe = plan(facts(8))[0].recipe
    assert (recipe.model.size, recipe.train.image_size, recipe.train.epochs, recipe.train.batch_size) == (
        "m",
        640,
        50,
        16,
    )
    assert recipe.train.early_stopping.patience == 10
    assert (recipe.optimizer.word(), recipe.optimizer.lr, recipe.optimizer.betas[0]) == ("AdamW", 0.001, 0.937)
    assert (recipe.optimizer.weight_decay, recipe.scheduler.final_factor) == (0.0005, 0.01)
    assert (recipe.train.amp, recipe.data.cache, recipe.train.close_mosaic, recipe.hardware.workers) == (
        True,
        "ram",
        10,
        8,
    )
    augment = {name: value for name, value in recipe.augment.model_dump().items() if value}
    assert augment == {
        "hsv_h": 0.015, "hsv_s": 0.7, "hsv_v": 0.4, "degrees": 10.0, "translate": 0.1, "scale": 0.5, "fliplr": 0.5,
        "mosaic": 1.0, "mixup": 0.1,
    }  # fmt: skip


def test_every_answer_has_its_reason():
    made = plan(facts(8))[0]
    reasons = {answer.path: answer.reason for answer in made.answers}
    assert reasons["hardware.tier"] == "a GPU has 8.0 GiB: 6 to 12 GiB"
    assert reasons["model.size"] == "tier medium"
    assert set(reasons) >= {
        "hardware.device",
        "train.amp",
        "train.batch_size",
        "trackers.1.tracking_uri",
        "model.weights",
    }


def test_a_cpu_gets_no_amp_no_cache_no_workers():
    recipe = plan(facts())[0].recipe
    assert (recipe.train.amp, recipe.data.cache, recipe.hardware.workers) == (False, "none", 0)


def test_workers_follow_cores_and_batches():
    assert plan(facts(8, cores=3))[0].recipe.hardware.workers == 3
    few = DATASET.model_copy(update={"images": {"train": 16, "val": 4}})
    assert plan(facts(8, dataset=few))[0].recipe.hardware.workers == 0


def test_images_are_cached_only_where_they_fit():
    answers = {answer.path: answer for answer in plan(facts(8, free=0.5))[0].answers}
    assert answers["data.cache"].value == "none"
    assert "0.5 are free" in answers["data.cache"].reason


def test_a_tier_that_is_said_wins_over_the_memory():
    recipe = plan(facts(48), sets=["hardware.tier=low"])[0].recipe
    assert (recipe.model.size, recipe.train.batch_size) == ("s", 8)


@pytest.mark.parametrize(
    ("sets", "known", "code"),
    [
        (["hardware.workers=9"], facts(8, cores=4), "R612"),
        (["hardware.device=cuda"], facts(), "R611"),
        (["train.amp=true"], facts(), "R611"),
        (["hardware.workers=9"], facts(cores=4), "R612"),
        (["data.cache=ram"], facts(free=0.01), "R614"),
    ],
)
def test_what_the_engine_would_change_by_itself_is_an_error(sets, known, code):
    with pytest.raises(RecipeError) as caught:
        plan(known, sets=sets)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert found.labels


def test_without_facts_each_open_auto_names_the_fact_it_needs():
    with pytest.raises(RecipeError) as caught:
        plan(Facts())
    messages = [diagnostic.message for diagnostic in caught.value.diagnostics]
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"R608"}
    assert "`hardware.device: auto` cannot be answered: hardware is not known" in messages


def test_no_pretrained_weights_is_a_visible_warning():
    made, report = plan(facts(8, weights=Weights(path=None, reason="no network")))
    assert made.recipe.model.weights == "none"
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["R607"]


def test_what_is_said_is_left_alone(recipe_file):
    checked = check_recipe(Request(str(recipe_file(MINIMAL)), (), (), {}), Report())
    assert resolve(checked.recipe, Facts()).recipe.model == checked.recipe.model


def test_a_plan_reads_back_as_itself():
    made = plan(facts(8))[0]
    assert load_plan(made.to_json(), "plan.json", {}) == made
    assert load_plan(made.to_json(), "plan.json", {}).to_json() == made.to_json()


def test_groups_and_details():
    made = plan(facts(8))[0]
    assert [(group.name, group.parameters, group.lr) for group in made.groups] == [
        ("weight", 10, 0.001), ("bn", 2, 0.001), ("bias", 3, 0.001),
    ]  # fmt: skip
    assert made.details["steps_per_epoch"] == 25


def test_secrets_are_not_written_and_are_taken_from_the_environment_again(recipe_file):
    file = recipe_file(MINIMAL + "trackers: [{type: MLflow, tracking_uri: 'http://u:${env:TOKEN}@h'}]\n")
    made = plan(facts(), file, environment={"TOKEN": "s3cret"})[0]
    assert "s3cret" not in made.to_json()
    again = load_plan(made.to_json(), "plan.json", {"TOKEN": "s3cret"})
    assert again.recipe.trackers[0].tracking_uri == "http://u:s3cret@h"
    with pytest.raises(RecipeError) as caught:
        load_plan(made.to_json(), "plan.json", {})
    assert caught.value.diagnostics[0].code == "R307"


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"secrets": {}, "recipe": {}}', '{"secrets": {"a.b": "x"}, "recipe": 3}']
)
def test_what_is_no_plan(text):
    with pytest.raises(RecipeError) as caught:
        load_plan(text, "plan.json", {})
    assert caught.value.diagnostics[0].code == "R613"


def test_the_table_covers_every_tier():
    assert list(TIERS) == ["cpu", "low", "medium", "high", "workstation"]
