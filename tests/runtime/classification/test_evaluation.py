"""What a network is judged by: counts, scores, and the picture of a confusion matrix."""

import multiprocessing
import os
from typing import get_args

import matplotlib
import pytest
import torch
from PIL import Image, ImageChops

from recipe.runtime import fonts
from recipe.runtime.classification.confusion_matrix import confusion_matrix, draw_confusion_matrix
from recipe.runtime.classification.evaluator import ClassificationEvaluator
from recipe.runtime.classification.scores import Counts, macro_scores, scores_by_torchmetrics
from recipe.runtime.training.world import World, joined
from recipe.schemas.colormaps import Colormap
from recipe.schemas.tasks.classification import ConfusionMatrix

CPU = torch.device("cpu")


def some_images(classes, count, seed=0):
    """Labels and guesses; of the last class there is no image, and none is taken for the last two."""
    draw = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, classes - 1, (count,), generator=draw)
    guesses = torch.where(torch.rand(count, generator=draw) < 0.6, labels, torch.randint(0, classes - 2, (count,)))
    return labels, guesses.clamp(max=classes - 3)


@pytest.mark.parametrize(("classes", "count"), [(3, 5), (10, 200), (37, 90)])
def test_scores_are_those_of_torchmetrics(classes, count):
    from torchmetrics.functional import classification as library

    labels, guesses = some_images(classes, count)
    counts = Counts.of(labels, guesses, classes)
    found, functions = scores_by_torchmetrics(counts), ("precision", "recall", "f1_score")
    assert macro_scores(counts) == found.macro
    for name, function in zip(("precision", "recall", "f1"), functions, strict=True):
        of_library = getattr(library, f"multiclass_{function}")
        assert found.macro[name] == pytest.approx(
            float(of_library(guesses, labels, classes, average="macro")), rel=1e-5
        )
        each = of_library(guesses, labels, classes, average="none")
        assert found.per_class[name] == pytest.approx(each.tolist(), rel=1e-5)
    matrix = confusion_matrix(labels, guesses, classes)
    assert torch.equal(matrix, library.multiclass_confusion_matrix(guesses, labels, classes))


def test_a_class_without_images_counts_only_where_images_are_taken_for_it():
    labels = torch.tensor([0, 0, 1, 1])
    right, wrong = Counts.of(labels, labels, 3), Counts.of(labels, torch.tensor([0, 0, 1, 2]), 3)
    assert macro_scores(right) == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert macro_scores(wrong)["recall"] == pytest.approx((1 + 0.5 + 0) / 3)


class Guesses(torch.nn.Module):
    """Takes pictures of one pixel for what their level says."""

    def forward(self, images):
        return torch.nn.functional.one_hot(images[:, 0, 0, 0].long(), 7).float()


def judged(shares, world):
    evaluator = ClassificationEvaluator(torch.nn.CrossEntropyLoss(), lambda images: images, 7, world)
    for labels, guesses in shares:
        evaluator.step(Guesses(), (guesses[:, None, None, None].expand(-1, 3, 1, 1), labels))
    return evaluator.results()


def _in_a_process(rank, share, place, results):
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    torch.set_num_threads(1)
    with joined(CPU, rank, 3, place) as world:
        results.put(judged([share] if len(share[0]) else [], world))


def test_unequal_and_empty_shares_come_to_what_one_process_finds(tmp_path):
    labels, guesses = some_images(7, 40)
    shares = [(labels[:29], guesses[:29]), (labels[29:], guesses[29:]), (labels[:0], guesses[:0])]
    context = multiprocessing.get_context("fork")
    results, place = context.Queue(), str(tmp_path / "meeting")
    processes = [context.Process(target=_in_a_process, args=(r, s, place, results)) for r, s in enumerate(shares)]
    for process in processes:
        process.start()
    found = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    alone = judged([(labels, guesses)], World(CPU))
    assert len(alone) == 6
    for each in found:
        assert {name: each[name] for name in ("precision", "recall", "f1")} == {
            name: alone[name] for name in ("precision", "recall", "f1")
        }
        assert each == pytest.approx(alone, rel=1e-6)


def drawn(file, classes, **said):
    labels, guesses = some_images(max(len(classes), 3), 60)
    matrix = confusion_matrix(labels % len(classes), guesses % len(classes), len(classes))
    warning = draw_confusion_matrix(file, matrix, classes, ConfusionMatrix(**said))
    return Image.open(file), warning


def differ(one, other):
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is not None


def test_japanese_is_drawn_as_text(tmp_path):
    """As boxes, two titles of as many characters would be one picture."""
    one, warning = drawn(tmp_path / "1.png", ["猫", "犬", "兎"], title="混同行列")
    other, _ = drawn(tmp_path / "2.png", ["猫", "犬", "兎"], title="同混列行")
    again, _ = drawn(tmp_path / "3.png", ["猫", "犬", "兎"], title="混同行列")
    assert warning is None
    assert differ(one, other)
    assert not differ(one, again)
    assert one.size == (800, 600)


def test_without_a_font_the_warning_names_the_text_and_the_package(tmp_path, monkeypatch):
    only = fonts.font_file("abc")
    monkeypatch.setattr(fonts, "_files", lambda: iter([only]))
    fonts._file_with.cache_clear()
    try:
        _, warning = drawn(tmp_path / "1.png", ["cat", "犬", "bird"], title="Cats")
    finally:
        fonts._file_with.cache_clear()
    assert (warning.code, warning.severity) == ("R623", "warning")
    assert "`犬`" in warning.message
    assert "cat" not in warning.message
    assert any("matplotlib-fontja" in line for line in warning.help)


def test_the_package_has_a_font_for_japanese():
    (file,) = fonts._of_package()
    assert fonts._has_all(file, frozenset("混同行列予測ラベル"))
    assert not fonts._has_all(file, frozenset("한"))


def test_a_font_that_has_a_box_for_everything_is_none():
    """Neither matplotlib's own nor any other has hieroglyphs beside kanji."""
    assert fonts.font_file("混𓀀") is None


@pytest.mark.parametrize(
    "classes",
    [["$a^", "$b$", r"\frac{"], ["a\nb", "c\x00d", "e\udcff"], [f"name of class {i}" for i in range(30)], ["one"]],
    ids=["formulas", "odd", "many", "one"],
)
def test_names_are_text_whatever_they_hold(tmp_path, classes):
    picture, _ = drawn(tmp_path / "1.png", classes)
    assert picture.size == (800, 600)


def test_colour_maps_are_those_of_matplotlib():
    assert set(get_args(Colormap)) <= set(matplotlib.colormaps)
    assert {name for name in matplotlib.colormaps if name.islower()} <= set(get_args(Colormap))
