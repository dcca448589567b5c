"""Which curves a run has, and the files that they are drawn into."""

import math

import numpy as np
import pytest
from PIL import Image

from recipe.runtime.report.curves import Series, curves_of, thinned
from recipe.runtime.report.plots import draw_plots
from recipe.runtime.report.scales import figure, marks, scale_of
from tests.runtime.detection.harness import make_recipe
from tests.runtime.report.harness import make_plan, make_run

ROW = {"train/loss": 1.0, "train/accuracy": 0.5, "val/loss": 2.0, "val/accuracy": 0.25, "val/top5_accuracy": 0.75}
RATES = {"lr": 0.1, "lr/conv1/weight": 1e-4, "lr/conv1/bn": 1e-4, "lr/fc/weight": 1e-2, "lr/fc/bias": 2e-2}


def named(charts):
    return {chart.title: [series.name for series in chart.series] for chart in charts}


def test_splits_stand_beside_each_other_and_rates_apart():
    rows = [{"epoch": epoch, **ROW, **RATES, "train/skipped": 0.0} for epoch in (1, 2)]
    curves = curves_of(make_plan().recipe, rows)
    assert named(curves.losses) == {"loss": ["train", "val"]}
    assert named(curves.fractions) == {"accuracy": ["train", "val"], "top5_accuracy": ["top5_accuracy"]}
    assert named(curves.others) == {"skipped": ["train"]}
    assert named(curves.rates) == {"learning rates": ["conv1", "fc/weight", "fc/bias"]}


def test_detection_has_its_own():
    names = [metric.name for metric in make_recipe().metrics]
    curves = curves_of(make_recipe(), [{"epoch": 1, **dict.fromkeys(names, 0.5), "lr": 0.1}])
    assert list(named(curves.losses)) == ["box_loss", "cls_loss", "dfl_loss"]
    assert named(curves.fractions) == {"val": ["precision", "recall", "mAP50", "mAP50-95"]}
    assert named(curves.rates) == {"learning rates": ["lr"]}


def test_a_thinned_curve_keeps_its_ends_and_its_gaps():
    values = [math.sin(place) for place in range(5000)]
    values[1234], values[4321], values[2000:2100] = 50.0, -50.0, [math.nan] * 100
    kept = thinned(Series("a", range(5000), values), 200)
    assert len(kept.values) <= 200
    assert {(1234, 50.0), (4321, -50.0)} < set(zip(kept.epochs, kept.values, strict=True))
    assert list(kept.epochs) == sorted(kept.epochs)
    assert any(math.isnan(value) for value in kept.values)


@pytest.mark.parametrize(
    ("values", "is_log", "said"),
    [
        ([0.0, 3.0], False, ["0", "1", "2", "3"]),
        ([1e-5, 1e-2], True, ["1e-05", "0.0001", "0.001", "0.01"]),
        ([0.41, 0.59], False, ["0.4", "0.45", "0.5", "0.55", "0.6"]),
        ([0.0, 0.0, 1e-3], True, ["0.0005", "0.001", "0.0015", "0.002"]),
    ],
)
def test_marks_are_round_and_within(values, is_log, said):
    scale = scale_of(values, is_log)
    assert [figure(mark) for mark in marks(scale)] == said
    assert all(0 <= scale.share(mark) <= 1 for mark in marks(scale))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The pictures of a run with gradients, of one with other rates, and of one with a logarithmic axis for them."""

    def draw(log_scale=False, gradients="", **changes):
        plan, rows = make_plan(report={"log_scale": log_scale}), [{**ROW, **RATES, **changes}] * 3
        run = make_run(tmp_path_factory.mktemp("run"), plan, rows)
        if gradients:
            run.gradients.write_text(gradients)
        draw_plots(plan, run, [{"epoch": epoch, **row} for epoch, row in enumerate(rows, 1)])
        return {file.stem: file for file in run.artifacts.iterdir()}

    gradients = "epoch,layer1,$layer2\n1,0.5,\n2,0.1,1e-9\n3,0,3\n"
    return draw(gradients=gradients), draw(**{"lr/fc/weight": 0.5}), draw(log_scale=True)


def test_curves_become_files(drawn):
    names = {"accuracy", "gradients_curves", "gradients_heatmap", "learning_rates", "loss"}
    assert set(drawn[0]) == names
    assert set(drawn[1]) == {"accuracy", "learning_rates", "loss"}
    for file in drawn[0].values():
        with Image.open(file) as image:
            assert image.format == "PNG"
            assert np.asarray(image.convert("L")).std() > 5, file


@pytest.mark.parametrize("other", [1, 2])
def test_rates_and_their_axis_are_in_one_picture_only(drawn, other):
    one, other = ({name: file.read_bytes() for name, file in drawn[index].items()} for index in (0, other))
    assert {name for name in other if one[name] != other[name]} == {"learning_rates"}


def test_a_run_without_an_epoch_has_no_pictures(tmp_path):
    plan = make_plan()
    run = make_run(tmp_path, plan, [])
    draw_plots(plan, run, [])
    assert not run.artifacts.exists()
