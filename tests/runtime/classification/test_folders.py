"""Folders of classes: what is found in them, and what is wrong with them."""

import os

import pytest

from recipe.runtime.classification.folders import read_folders
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


def problems(data):
    with pytest.raises(RecipeError) as caught:
        read_folders(data)
    assert {problem.code for problem in caught.value.diagnostics} == {"R601"}
    return [(".".join(problem.path), problem.message) for problem in caught.value.diagnostics]


def test_classes_are_folders_by_name_and_images_lie_at_any_depth(images):
    found = read_folders(
        images("train/dog/1.png", "train/cat/deep/er/2.JPG", "train/cat/3.webp", "val/cat/1.png", "val/dog/1.png")
    )
    assert found.classes == ("cat", "dog")
    assert dict(found.images) == {"train": 3, "val": 2}


def test_what_is_hidden_or_no_image_does_not_count(images):
    found = read_folders(
        images("train/cat/1.png", "train/cat/._1.png", "train/cat/notes.txt", "train/.cache/x.png", "train/x.txt")
    )
    assert (found.classes, dict(found.images)) == (("cat",), {"train": 1})


def test_the_fingerprint_follows_the_files(images, tmp_path):
    data = images("train/cat/1.png", "train/cat/notes.txt")
    first = read_folders(data).fingerprint
    images("train/cat/notes.txt")
    assert read_folders(data).fingerprint == first
    os.utime(tmp_path / "train/cat/1.png", (1, 1))
    assert len({first, read_folders(data).fingerprint, read_folders(images("train/cat/2.png")).fingerprint}) == 3


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
    assert read_folders(images("train/cat/1.png", num_classes=1)).classes == ("cat",)
    ((path, message),) = problems(images("train/dog/1.png", num_classes=3))
    assert path == "data.num_classes"
    assert "is 3" in message
