"""The images of a recipe: each decoded once before training, those that cannot be read, what is remembered."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from recipe.runtime.classification.images import fingerprint_images, look_at_images, open_images
from recipe.runtime.data import image_checks
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.tasks.classification import ClassificationData


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RECIPE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def decoded(monkeypatch):
    """The files that are decoded from here on."""
    files = []
    real = image_checks.decode_file
    monkeypatch.setattr(image_checks, "decode_file", lambda file: files.append(file) or real(file))
    return files


@pytest.fixture
def folder(tmp_path):
    """Two classes with three pictures each, for training and for validation."""
    random = np.random.default_rng(0)
    for split in ("train", "val"):
        for name in ("cat", "dog"):
            (tmp_path / split / name).mkdir(parents=True)
            for index in range(3):
                pixels = random.integers(0, 256, (12, 16, 3)).astype(np.uint8)
                Image.fromarray(pixels).save(tmp_path / split / name / f"{index}.png")
    return tmp_path


def data(folder, **settings):
    return ClassificationData(train=str(folder / "train"), val=str(folder / "val"), **settings)


def spoil(folder):
    """Files that are no images, each in its own way."""
    cut = (folder / "train/cat/0.png").read_bytes()[:-200]
    bomb = io.BytesIO()
    Image.new("1", (10_000, 9_000)).save(bomb, "png")
    contents = {
        "train/cat/9.png": cut,
        "train/dog/8.jpg": b"",
        "train/dog/9.jpg": b"404",
        "val/cat/9.png": bomb.getvalue(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in contents]


def refused(asked):
    with pytest.raises(RecipeError) as caught:
        look_at_images(asked)
    (problem,) = caught.value.diagnostics
    return problem


def test_the_images_are_those_of_image_folder(folder):
    from torchvision.datasets import ImageFolder

    train = open_images(data(folder))["train"]
    theirs = ImageFolder(str(folder / "train"))
    assert train.classes == tuple(theirs.classes)
    assert [(train.name(index), train.labels[index]) for index in range(len(train))] == theirs.samples
    for index, (picture, _) in enumerate(theirs):
        assert (train.decode(index) == np.asarray(picture)).all()
        assert train.size(index) == (16, 12)


def test_what_a_look_finds(folder):
    Image.new("RGB", (5, 7)).save(folder / "train/dog/3.png")
    os.utime(folder / "val/cat/1.png", (9e9, 9e9))
    found = look_at_images(data(folder))
    assert dict(found.images) == {"train": 7, "val": 6}
    assert dict(found.per_class) == {"train": (3, 4), "val": (3, 3)}
    train, val = found.sizes["train"], found.sizes["val"]
    assert (train.first, train.first_size) == (str(folder / "train/cat/0.png"), (16, 12))
    assert (train.other, train.other_size) == (str(folder / "train/dog/3.png"), (5, 7))
    assert (train.decoded_bytes, val.decoded_bytes) == (3 * (6 * 16 * 12 + 5 * 7), 3 * 6 * 16 * 12)
    assert val.other is None
    assert found.newest == str(folder / "val/cat/1.png")
    assert (found.mean, found.std, found.skipped) == (None, None, ())


def test_all_images_that_cannot_be_read_are_listed_at_once(folder):
    files = spoil(folder)
    problem = refused(data(folder))
    assert (problem.code, problem.path) == ("R605", ("data", "train"))
    assert problem.message == "4 of 16 images cannot be used"
    *listed, way_out = problem.help
    assert sorted(line.split("`")[1] for line in listed) == sorted(files)
    assert "`on_corrupt: skip`" in way_out
    said = "\n".join(listed)
    for reason in ("is empty", "is not an image", "truncated", "is larger than 89,478,485 pixels"):
        assert reason in said


def test_of_very_many_the_first_fifty_are_named(folder):
    for index in range(60):
        (folder / f"train/cat/x{index:02}.png").touch()
    *_, last, more, _ = refused(data(folder)).help
    assert "x49.png" in last
    assert more == "10 more are not listed"


def test_what_cannot_be_read_is_left_out_where_that_is_asked_for(folder):
    files = spoil(folder)
    asked = data(folder, on_corrupt="skip")
    found, images = look_at_images(asked), open_images(asked)
    assert sorted(found.skipped) == sorted(files)
    assert dict(found.images) == {"train": 6, "val": 6}
    assert [len(images[split]) for split in ("train", "val")] == [6, 6]
    assert images["train"].labels == (0, 0, 0, 1, 1, 1)


def test_a_class_that_is_left_empty_is_an_error(folder):
    for file in (folder / "val/dog").iterdir():
        file.write_bytes(b"")
    problem = refused(data(folder, on_corrupt="skip"))
    assert (problem.code, problem.path) == ("R601", ("data", "val"))
    assert "the class `dog` has no image that can be read" in problem.message


def test_a_second_look_decodes_nothing(folder, decoded):
    spoil(folder)
    asked = data(folder, on_corrupt="skip")
    first = look_at_images(asked)
    assert len(decoded) == 16
    assert look_at_images(asked) == first
    assert len(open_images(asked)["train"]) == 6
    assert len(decoded) == 16


def test_a_changed_file_is_looked_at_again(folder, decoded):
    look_at_images(data(folder))
    Image.new("RGB", (16, 12), "red").save(folder / "val/cat/0.png")
    del decoded[:]
    look_at_images(data(folder))
    assert len(decoded) == 6, "the split of the changed file, and no other"


def test_a_memory_that_is_damaged_counts_for_nothing(folder, cache, decoded):
    first = look_at_images(data(folder))
    for file in (cache / "image-checks").iterdir():
        file.write_text(file.read_text()[:-20])
    del decoded[:]
    assert look_at_images(data(folder)) == first
    assert len(decoded) == 12


def test_a_limit_decodes_no_more_than_it_allows(folder, decoded):
    found = look_at_images(data(folder, limit_per_class=1))
    assert dict(found.per_class) == {"train": (1, 1), "val": (1, 1)}
    assert len(decoded) == 4


def test_statistics_of_the_training_images_are_measured_where_they_are_asked_for(folder, decoded):
    plain = look_at_images(data(folder))
    found = look_at_images(data(folder, normalize="from_data"))
    pixels = np.stack([np.asarray(Image.open(file)) for file in sorted((folder / "train").rglob("*.png"))])
    flat = pixels.reshape(-1, 3) / 255
    np.testing.assert_allclose(found.mean, flat.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.std, flat.std(axis=0), rtol=1e-12)
    assert found.model_copy(update={"mean": None, "std": None}) == plain
    del decoded[:]
    assert look_at_images(data(folder, normalize="from_data")) == found
    assert not decoded


def test_a_channel_that_is_the_same_everywhere_cannot_be_divided_by(folder):
    for file in (folder / "train").rglob("*.png"):
        Image.new("RGB", (16, 12), (9, 9, 9)).save(file)
    problem = refused(data(folder, normalize="from_data"))
    assert (problem.code, problem.path) == ("R405", ("data", "normalize"))


def test_the_fingerprint_needs_no_image_to_be_opened(folder, decoded):
    assert fingerprint_images(data(folder)) == look_at_images(data(folder)).fingerprint
    del decoded[:]
    fingerprint_images(data(folder))
    assert not decoded


def test_digits_are_looked_at_like_folders():
    asked = ClassificationData(normalize="from_data", limit_per_class=20)
    found = look_at_images(asked)
    assert dict(found.per_class) == {"train": (20,) * 10, "val": (20,) * 10}
    assert found.sizes["train"].decoded_bytes == 200 * 32 * 32 * 3
    assert found.fingerprint == fingerprint_images(asked)
    assert found.mean[0] == found.mean[1]
    assert 0.2 < found.mean[0] < 0.4
    assert refused(ClassificationData(num_classes=9)).path == ("data", "num_classes")
