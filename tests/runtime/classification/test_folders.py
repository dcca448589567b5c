"""Folders of classes: what is found in them, and what is wrong with them."""

import os
from pathlib import Path

import pytest

from recipe.runtime.classification.folders import other_count, read_folders
from recipe.runtime.classification.images import fingerprint_images
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.tasks.classification import ClassificationData


@pytest.fixture
def images(tmp_path):
    """Make files, `train/cat/1.png` and so on, and the data section that names their folders."""

    def make(*files, **settings):
        for file in files:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_bytes(b"x")
        val = str(tmp_path / "val") if any(file.startswith("val") for file in files) else None
        return ClassificationData(**{"train": str(tmp_path / "train"), "val": val, **settings})

    return make


def counts(split):
    return {name: len(files) for name, files in split.images.items()}


def problems(data):
    with pytest.raises(RecipeError) as caught:
        read_folders(data)
    assert {problem.code for problem in caught.value.diagnostics} == {"R601"}
    return [(".".join(problem.path), problem.message) for problem in caught.value.diagnostics]


def test_classes_are_folders_by_name_and_images_lie_at_any_depth(images):
    train, val = read_folders(
        images("train/dog/1.png", "train/cat/deep/er/2.JPG", "train/cat/3.webp", "val/cat/1.png", "val/dog/1.png")
    )
    assert counts(train) == {"cat": 2, "dog": 1}
    assert counts(val) == {"cat": 1, "dog": 1}


def test_what_is_hidden_or_no_image_does_not_count(images):
    files = ("train/cat/1.png", "train/cat/._1.png", "train/cat/notes.txt", "train/.cache/x.png", "train/x.txt")
    (train,) = read_folders(images(*files, "train/cat/.old/1.png"))
    assert counts(train) == {"cat": 1}


def test_the_order_is_that_of_image_folder(images, tmp_path):
    from torchvision.datasets import ImageFolder

    names = ("b.png", "a/2.png", "a/10.png", "a-b/1.png", "a/c/1.png", "A.png", "z.PNG")
    (train,) = read_folders(images(*(f"train/{name}/{file}" for name in ("dog", "Cat", "cat 2") for file in names)))
    found = [(file.path, label) for label, files in enumerate(train.images.values()) for file in files]
    assert found == ImageFolder(str(tmp_path / "train")).samples


def test_a_limit_takes_the_first_of_each_class(images):
    files = [
        f"{split}/{name}/{index}.png" for split in ("train", "val") for name in ("cat", "dog") for index in range(4)
    ]
    splits = read_folders(images(*files, limit_per_class=2))
    assert [Path(file.path).name for split in splits for files in split.images.values() for file in files] == [
        "0.png",
        "1.png",
    ] * 4


def test_the_fingerprint_follows_the_files(images, tmp_path):
    data = images("train/cat/1.png", "train/cat/notes.txt")
    first = fingerprint_images(data)
    images("train/cat/notes.txt")
    assert fingerprint_images(data) == first
    os.utime(tmp_path / "train/cat/1.png", (1, 1))
    assert len({first, fingerprint_images(data), fingerprint_images(images("train/cat/2.png"))}) == 3


def test_folders_that_are_not_there(images, tmp_path):
    data = images("other.png", train=str(tmp_path / "other.png"), val=str(tmp_path / "gone"))
    (train, says), (val, gone) = problems(data)
    assert (train, val) == ("data.train", "data.val")
    assert "is a file" in says
    assert "does not exist" in gone


def test_folders_without_classes(images, tmp_path):
    (tmp_path / "train").mkdir()
    assert "is empty" in problems(images())[0][1]
    assert "put those of each class into a folder of its own" in problems(images("train/1.png"))[0][1]


def test_every_empty_class_is_named(images):
    found = problems(images("train/cat/1.png", "train/dog/notes.txt", "val/cat/notes.txt"))
    assert [message.split(" has")[0] for _, message in found] == ["the class `dog`", "the class `cat`"]
    assert [path for path, _ in found] == ["data.train", "data.val"]


def test_classes_that_differ(images):
    (_, unlearned), (_, unseen) = problems(
        images("train/cat/1.png", "train/dog/1.png", "val/cat/1.png", "val/dogs/1.png")
    )
    assert "`dogs` has validation images, but none to learn from" in unlearned
    assert "`dog` has no validation images" in unseen


def test_a_number_of_classes_that_is_not_there(images):
    assert counts(read_folders(images("train/cat/1.png", num_classes=1))[0]) == {"cat": 1}
    ((path, message),) = problems(images("train/dog/1.png", num_classes=3))
    assert path == "data.num_classes"
    assert "is 3" in message


@pytest.mark.parametrize(
    ("there", "end"), [(2, "`class00`, `class01`"), (20, "`class18`, `class19`"), (21, "`class19`, and 1 more")]
)
def test_the_classes_are_listed_where_their_number_is_another(images, there, end):
    classes = tuple(f"class{index:02}" for index in range(there))
    (problem,) = other_count(classes, images(num_classes=3), "there are")
    assert problem.help[0].startswith("its classes are `class00`, ")
    assert problem.help[0].endswith(end)
