"""What `auto` becomes in a classification recipe, and what its data and the machine forbid."""

import pytest

from recipe.compiler.compile import Request, check_recipe
from recipe.compiler.kept import kept_from_plan
from recipe.compiler.load_plan import load_plan
from recipe.compiler.plan import plan_member
from recipe.compiler.report import Report
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.facts import Dataset, Facts, Hardware, ImageSizes, ParameterTensor, Places, Weights
from recipe.schemas.tasks.classification import Normalization

GIB = 2**30
RECIPE = "recipe: 1\nname: minimal\ntask: classification\ndata: {train: train, val: val}\nmodel: ResNet18\n"
NORM = ParameterTensor(name="bn1.weight", numel=1, role="bn")
PLAIN = ParameterTensor(name="fc.weight", numel=1, role="weight")


def split(gib=1.0, other=None):
    sizes = ImageSizes(decoded_bytes=int(gib * GIB), first="a.png", first_size=(40, 30))
    return sizes.model_copy(update={"other": "b.png", "other_size": other}) if other else sizes


def dataset(images=100, train=None, val=None, **known):
    return Dataset(
        source="train", splits={}, classes=("a", "b"), fingerprint="f", images={"train": images, "val": 10},
        sizes={"train": train or split(), "val": val or split()}, **known,
    )  # fmt: skip


def machine(device="cpu", free=64.0, cores=16, **known):
    name = "a GPU" if device.startswith("cuda") else f"{cores} CPU cores"
    usual = {"memory_gib": 16.0, "free_memory_gib": free, "cores": cores, "amp_safe": True}
    return Hardware(device=device, name=name, **{**usual, **known})


@pytest.fixture
def plan(recipe_file):
    """Plan a recipe with some `--set` for a machine and a dataset."""

    def make(*sets, hardware=None, data=None, parameters=(NORM, PLAIN)):
        report = Report()
        checked = check_recipe(Request(str(recipe_file(RECIPE)), sets=sets), report)
        known = Facts(
            hardware=hardware or machine(), dataset=data or dataset(), parameters=parameters,
            weights=Weights(path=None, reason="none"), places=Places(tracking_uri="m", tracking_reason="r"),
        )  # fmt: skip
        return plan_member(checked.base, known, report)

    return make


def answer(made, path):
    return next((each.value, each.reason) for each in made.answers if each.path == path)


@pytest.mark.parametrize(
    ("hardware", "precision", "pin_memory"),
    [(machine(), "fp32", False), (machine("mps"), "fp32", False), (machine("cuda:0"), "fp32", True),
     (machine("cuda:0", computes_bf16=True), "bf16", True), (machine("cuda:0", cores=1), "fp32", False)],
)  # fmt: skip
def test_precision_and_memory_follow_the_device(plan, hardware, precision, pin_memory):
    made = plan(hardware=hardware)
    assert (made.recipe.hardware.precision, made.recipe.hardware.pin_memory) == (precision, pin_memory)


@pytest.mark.parametrize(("cores", "devices", "workers"), [(16, 1, 8), (3, 1, 1), (1, 1, 0), (16, 3, 2), (2, 2, 0)])
def test_half_of_the_cores_load_images(plan, cores, devices, workers):
    made = plan(f"hardware.devices={devices}", hardware=machine(cores=cores), data=dataset(96))
    value, reason = answer(made, "hardware.workers")
    assert value == workers
    assert reason.startswith(f"half of the {cores} cores")


@pytest.mark.parametrize(
    ("gib", "free", "limit", "devices", "cache"),
    [(1.9, 8.0, 8, 1, "ram"), (2.1, 8.0, 8, 1, "none"), (1.9, 8.0, 3.8, 1, "ram"), (1.9, 8.0, 3.7, 1, "none"),
     (1.9, 8.0, 8, 2, "none"), (0.9, 8.0, 8, 2, "ram"), (0.1, None, 8, 1, "none")],
)  # fmt: skip
def test_images_are_kept_in_memory_where_they_fit(plan, gib, free, limit, devices, cache):
    """Decoded images of both splits, in half of what is free, in every process."""
    made = plan(
        f"data.cache_limit={limit}", f"hardware.devices={devices}",
        hardware=machine(free=free), data=dataset(train=split(gib), val=split(gib)),
    )  # fmt: skip
    value, reason = answer(made, "data.cache")
    assert value == cache
    if free:
        assert f"decoded, the images take {2 * gib:.3g} GiB" in reason


def test_measured_statistics_replace_the_word_in_the_plan(plan):
    measured = dataset(mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6))
    made = plan("data.normalize=from_data", data=measured)
    assert made.recipe.data.normalize == Normalization(mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6))
    (found,) = (each for each in made.answers if each.path == "data.normalize")
    assert (found.asked, found.reason) == ("from_data", "of all pixels of 100 training images")
    assert load_plan(made.to_json(), "plan.json", {}) == made


def test_a_plan_with_the_word_in_it_is_refused(plan):
    made = plan("data.normalize=from_data", data=dataset(mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6)))
    data = made.model_copy(update={"recipe": plan().recipe}).to_json().replace('"imagenet"', '"from_data"')
    with pytest.raises(RecipeError, match="R613"):
        load_plan(data, "plan.json", {})


def test_a_run_that_has_begun_with_measured_statistics_asks_for_them_still(plan, recipe_file):
    made = plan("data.normalize=from_data", data=dataset(mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6)))
    asked = check_recipe(Request(str(recipe_file(RECIPE)), sets=("data.normalize=from_data",)), Report())
    assert not [each for each in kept_from_plan(asked, made) if each.path == ("data", "normalize")]
    other = check_recipe(Request(str(recipe_file(RECIPE)), sets=("data.normalize=gray_rgb",)), Report())
    assert [each for each in kept_from_plan(other, made) if each.path == ("data", "normalize")]


ONE_SIZE = "augment.{}=[{{type: Resize, size: [30, 40]}}]"
TURNED = "augment.train=[{type: RandomRotation, degrees: 10, expand: true}]"
TWO_SIZES = dataset(train=split(other=(41, 30)))


@pytest.mark.parametrize(
    ("sets", "known", "code"),
    [
        # R619
        ([], {"data": TWO_SIZES}, "R619"),
        ([ONE_SIZE.format("train")], {"data": TWO_SIZES}, None),
        ([ONE_SIZE.format("val")], {"data": TWO_SIZES}, "R619"),
        ([ONE_SIZE.format("train")], {"data": dataset(val=split(other=(1, 1)))}, "R619"),
        (["augment.train=[RandomHorizontalFlip]"], {"data": TWO_SIZES}, "R619"),
        ([TURNED], {}, "R619"),
        # R620: an image alone, as a batch, as a part of one, as what is left
        (["train.batch_size=1"], {}, "R620"),
        (["train.batch_size=1"], {"parameters": (PLAIN,)}, None),
        (["train.batch_size=8", "train.accumulate=8"], {}, "R620"),
        (["train.batch_size=8", "train.accumulate=4"], {}, None),
        (["train.batch_size=33"], {}, "R620"),
        (["train.batch_size=33", "train.drop_last=true"], {}, None),
        (["train.batch_size=32"], {}, None),
        # R614
        (["data.cache=ram"], {"hardware": machine(free=1.9)}, "R614"),
        (["data.cache=ram"], {"hardware": machine(free=2.1)}, None),
        (["data.cache=ram", "hardware.devices=2"], {"hardware": machine(free=3.9)}, "R614"),
        (["data.cache=disk"], {"hardware": machine(free=1.9)}, None),
        (["data.cache=disk", "data.cache_limit=1.9"], {}, "R614"),
        # R611, R612, R405
        (["hardware.devices=2"], {"hardware": machine("cuda:0", count=1)}, "R611"),
        (["hardware.devices=2"], {"hardware": machine("cuda:0", count=2)}, None),
        (["hardware.devices=17"], {}, "R612"),
        (["hardware.devices=4", "train.batch_size=3"], {}, "R405"),
        (["train.accumulate=40"], {}, "R405"),
        (["train.batch_size=101", "train.drop_last=true"], {}, "R405"),
        (["train.batch_size=100", "train.drop_last=true"], {}, None),
        (["hardware.pin_memory=true"], {}, "R611"),
        (["hardware.pin_memory=true"], {"hardware": machine("cuda:0")}, None),
    ],
)  # fmt: skip
def test_what_data_and_machine_forbid(plan, sets, known, code):
    if code is None:
        plan(*sets, **known)
        return
    with pytest.raises(RecipeError) as caught:
        plan(*sets, **known)
    assert code in [each.code for each in caught.value.diagnostics]
    assert all(each.help for each in caught.value.diagnostics)


def test_two_images_of_differing_sizes_are_named_with_the_way_out(plan):
    with pytest.raises(RecipeError) as caught:
        plan(data=TWO_SIZES)
    (problem,) = caught.value.diagnostics
    assert problem.message == "images of a batch must have one size, but `a.png` is 40 × 30 and `b.png` is 41 × 30"
    assert "augment: {train: [{type: Resize, size: [30, 40]}]}" in problem.help[0]
    assert problem.path == ("data", "train")
    assert problem.labels


def test_an_image_that_would_be_alone_is_told_exactly(plan):
    with pytest.raises(RecipeError) as caught:
        plan("train.batch_size=33")
    (problem,) = caught.value.diagnostics
    said = "batch normalization cannot train on a single sample, and the last of 100 images make a batch of 1"
    assert problem.message == said
    assert "`drop_last: true`" in problem.help[0]


def test_steps_of_an_epoch_count_a_last_batch_only_where_it_is_used(plan):
    assert plan().details["steps_per_epoch"] == 4
    assert plan("train.drop_last=true").details["steps_per_epoch"] == 3


LAYERS = tuple(ParameterTensor(name=f"{layer}.weight", numel=1, role="weight") for layer in ("conv1", "layer1.0", "fc"))


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ([], (False, "rates are alike")),
        (["scheduler={type: ExponentialLR, gamma: 0.5}"], (False, "rates are alike")),
        (["layer_lr={rates: {conv1: 1e-4}}"], (True, "the rates of layers are 10 times apart")),
        (["layer_lr={rates: {conv1: 2e-4}}"], (False, "the rates of layers are 5 times apart")),
        (["layer_lr={decay: 0.1}"], (True, "the rates of layers are 100 times apart")),
    ],
)
def test_rates_that_are_far_apart_are_drawn_on_a_logarithmic_axis(plan, sets, expected):
    assert answer(plan(*sets, parameters=LAYERS), "report.log_scale") == expected
