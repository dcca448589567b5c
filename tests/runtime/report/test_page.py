"""`report.html`: what it says, that it says it of every run, and that nothing in a run does anything to it."""

import errno
import json
import math
import os
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from recipe.runtime.classification.family import ClassificationFamily
from recipe.runtime.data.digits import read_digits
from recipe.runtime.detection.family import DetectionFamily
from recipe.runtime.report import page as page_module
from recipe.runtime.report.page import LivePage, write_page
from recipe.schemas.base import FrozenDict
from recipe.schemas.facts import Input
from tests.runtime.report.harness import AMENDMENT, ANSWER, leave_evaluation, make_plan, make_run, result_of

HOSTILE = '<script>alert("1")</script>&amp;\'"><img src=x onerror=alert(2)>'
ROWS = [
    {"train/loss": 3 / epoch, "val/loss": 4 / epoch, "val/accuracy": 0.1 * epoch, "lr/weight": 0.1, "lr/bias": 0.1}
    for epoch in range(1, 4)
]


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, file):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(file.read_text(encoding="utf-8"))
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def attributes(self, tag, name):
        return [attributes[name] for each, attributes in self.tags if each == tag and name in attributes]


def written(run, plan, family=None, result=None):
    write_page(plan, run, family or ClassificationFamily(), run.report, result)
    return Page(run.report)


def test_a_page_says_everything_about_a_run(tmp_path):
    known = {
        "answers": (ANSWER,), "amendments": (AMENDMENT,), "commit": "abc123", "versions": FrozenDict(torch="9.9"),
        "inputs": (Input(name="dataset", path="/data/photos", fingerprint="f1f2f3"),),
    }  # fmt: skip
    plan = make_plan(known, gates=[{"metric": "val/accuracy", "min": 0.25}, {"metric": "val/loss", "max": 1.0}])
    run = make_run(tmp_path, plan, ROWS, "finished", warnings=("R811: it went on with less",))
    page = written(run, plan, result=result_of(plan, {"val/accuracy": 0.3, "val/loss": 4 / 3}))
    for text in (
        "small", "finished", "3 of 9", "no GPU here", "train.accumulate", "R811: it went on with less", "abc123", "9.9",
        "/data/photos", "f1f2f3", "at least 0.25", "passed", "at most 1", "missed", "cudnn_benchmark: false", "metrics.csv",
    ):  # fmt: skip
        assert text in page.text, text
    assert page.attributes("svg", "aria-label") == ["loss", "accuracy", "learning rates"]


def test_a_page_needs_nothing_else(tmp_path):
    plan = make_plan()
    run = make_run(tmp_path, plan, ROWS)
    leave_evaluation(run, ["cat", "dog"], [["cat", 1, 3], ["dog", 0, 4]], [])
    page = written(run, plan)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed"}
    assert all(source.startswith("data:") for source in page.attributes("img", "src"))
    assert "url(" not in run.report.read_text()
    assert "@import" not in run.report.read_text()


def test_text_of_others_does_nothing(tmp_path):
    known = {"answers": (ANSWER.model_copy(update={"reason": HOSTILE, "value": HOSTILE}),)}
    plan = make_plan(known, description=HOSTILE, loss={"type": "CrossEntropyLoss"})
    rows = [{**row, f"val/{HOSTILE}": 1.0, f"lr/{HOSTILE}": 0.1} for row in ROWS]
    run = make_run(tmp_path, plan, rows, "failed", error=HOSTILE, warnings=(HOSTILE,))
    quoted = HOSTILE.replace('"', '""')
    leave_evaluation(
        run, ["cat", "dog"], [["cat", 1, 3], ["dog", 0, 4]], [[f'"{quoted}"', f'"{quoted}"', "dog", 0.9, 0.1]]
    )
    run.gradients.write_text(f'epoch,"{quoted}"\n1,0.5\n')
    (run.artifacts / "<b>.png").write_bytes(b"")
    page = written(run, plan)
    assert not {"script", "b"} & {tag for tag, _ in page.tags}
    assert not page.attributes("img", "onerror")
    assert page.text.count(HOSTILE) >= 8
    assert "artifacts/%3Cb%3E.png" in page.attributes("a", "href")


def test_names_that_are_no_text_can_be_shown(tmp_path):
    plan = make_plan(data={"cache": "none", "train": "a", "val": "b"})
    run = make_run(tmp_path, plan, ROWS)
    name = os.fsdecode(b"caf\xe9.png")
    leave_evaluation(run, ["cat", "dog"], [["cat", 1, 3], ["dog", 0, 4]], [[name, "cat", "dog", 0.9, 0.1]])
    assert "caf?.png" in written(run, plan).text


def test_secrets_are_not_shown(tmp_path):
    sections = {"trackers": [{"type": "MLflow", "experiment": "hidden-word", "tracking_uri": "file:m"}]}
    plan = make_plan({"secrets": FrozenDict({"trackers.0.experiment": "${env:WORD}"})}, **sections)
    run = make_run(tmp_path, plan, ROWS, "failed", error="no experiment hidden-word")
    page = written(run, plan)
    assert "hidden-word" not in run.report.read_text()
    assert "no experiment ${env:WORD}" in page.text
    assert "experiment: ${env:WORD}" in page.text


@pytest.mark.parametrize(("is_locked", "state"), [(True, "running"), (False, "interrupted")])
def test_only_a_page_of_a_run_that_goes_on_is_looked_at_again(tmp_path, is_locked, state):
    plan = make_plan()
    run = make_run(tmp_path, plan, ROWS)
    if is_locked:
        run.lock()
    page = written(run, plan)
    run.unlock()
    assert page.attributes("span", "class")[0] == f"state {state}"
    assert ("refresh" in page.attributes("meta", "http-equiv")) is is_locked


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"train/loss": math.nan}],
        [{"train/loss": 0.0}],
        [{"train/loss": value, "lr": 0.0, "lr/weight": 0.0} for value in (1.0, math.nan, math.inf, -1e308, 1e308)],
        [{"train/loss": value, "lr/weight": value} for value in (5e-324, 1e-310, 1e-90, 1e-90)],
        [{"train/loss": 1.0}, {"train/skipped": 3.0}],
        [{f"lr/layer{i}/weight": 1e-3 * 0.5**i for i in range(40)}] * 3,
    ],
)
@pytest.mark.parametrize("log_scale", [True, False])
def test_whatever_numbers_a_run_has_it_has_a_page(tmp_path, rows, log_scale):
    plan = make_plan(report={"log_scale": log_scale})
    page = written(make_run(tmp_path, plan, rows), plan)
    drawn = [
        each for name in ("d", "cx", "cy", "x", "y", "x1", "y1") for _, tag in page.tags if (each := tag.get(name))
    ]
    assert not any("nan" in each or "inf" in each for each in drawn)
    if any(not math.isfinite(value) for row in rows for value in row.values()):
        assert "not finite in epoch" in page.text


def test_a_page_of_a_long_run_stays_small_and_keeps_its_peaks(tmp_path):
    rows = [
        {f"{split}/{name}": 1.0 + epoch % 7 for split in ("train", "val") for name in "abcdefgh"}
        for epoch in range(2000)
    ]
    rows[777]["train/a"] = 100.0
    plan = make_plan()
    run = make_run(tmp_path, plan, [])
    lines = (json.dumps({"epoch": epoch, **row}) for epoch, row in enumerate(rows, 1))
    run.metrics_jsonl.write_text("\n".join(lines))
    page = written(run, plan)
    assert 150_000 < run.report.stat().st_size < 400_000
    assert "100" in page.text.split("Curves")[1].split("train")[0], "the axis has no room for the peak"


def test_the_worst_mistakes_are_shown_small(tmp_path):
    plan = make_plan(data={"cache": "none", "train": "a", "val": "b"})
    run = make_run(tmp_path, plan, ROWS)
    noise = np.random.default_rng(0).integers(0, 255, (600, 900, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    mistakes = [[tmp_path / "noise.png", "cat", "dog", 0.9, 0.01 * index] for index in range(1, 41)]
    mistakes += [[tmp_path / "right.png", "cat", "cat", 0.9, 0.9], [tmp_path / "gone.png", "dog", "cat", 1.0, 0.0]]
    leave_evaluation(run, ["cat", "dog"], [["cat", 1, 40], ["dog", 1, 4]], mistakes)
    page = written(run, plan)
    assert len(page.attributes("img", "src")) == 23
    assert run.report.stat().st_size < 300_000
    assert "Of 41 mistakes" in page.text
    assert page.text.index("gone.png") < page.text.index("is cat (1.0%)") < page.text.index("is cat (2.0%)")
    assert "right.png" not in page.text


def test_images_that_come_with_the_program_are_shown_too(tmp_path):
    plan = make_plan()
    run = make_run(tmp_path, plan, ROWS)
    name = read_digits()["val"].name(5)
    leave_evaluation(run, ["0", "1"], [["0", 1, 3], ["1", 0, 4]], [[name, "0", "1", 0.9, 0.1]])
    assert len(written(run, plan).attributes("img", "src")) == 1


def test_of_many_classes_those_that_are_confused_most_are_listed(tmp_path):
    plan, classes = make_plan(), [f"class{index}" for index in range(60)]
    run = make_run(tmp_path, plan, ROWS)
    counts = [[name, *(9 if (i, j) == (3, 5) else 0 for j in range(60))] for i, name in enumerate(classes)]
    leave_evaluation(run, classes, counts, [])
    page = written(run, plan)
    assert "class3class59" in page.text.replace("\n", "")
    assert len(page.tags) < 2000


def test_a_family_without_chapters_has_a_page(tmp_path):
    plan = make_plan()
    assert "Curves" in written(make_run(tmp_path, plan, ROWS), plan, DetectionFamily()).text


def test_a_live_page_takes_a_hundredth_of_the_time(tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(page_module.time, "monotonic", lambda: now[0])

    def slow(*_):
        now[0] += costs.pop()

    monkeypatch.setattr(page_module, "write_page", slow)
    live = LivePage(make_run(tmp_path, make_plan(), ROWS), ClassificationFamily())
    costs = [2.0, 0.001]
    for wait in (5.0, 200.0):
        assert live.is_due()
        live.write(make_plan())
        now[0] += wait - 0.1
        assert not live.is_due()
        now[0] += 0.2


def test_a_page_that_cannot_be_written_is_not_left_half(tmp_path, monkeypatch):
    plan = make_plan()
    run = make_run(tmp_path, plan, ROWS)
    written(run, plan)
    before = run.report.read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_page(plan, run, ClassificationFamily(), run.report, None)
    assert run.report.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir() if "report" in file.name) == ["report.html"]
