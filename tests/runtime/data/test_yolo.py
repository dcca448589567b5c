"""A dataset is read as Ultralytics reads it, and every mistake in it is reported before training."""

import ast
import importlib.util
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from recipe.runtime.data.yolo import fingerprint_yolo_dataset, read_yolo_dataset
from recipe.runtime.data.yolo_layout import IMAGE_ENDINGS
from recipe.schemas.diagnostics import RecipeError

COCO8 = Path(__file__).parents[4] / "shared/data/coco8/coco8.yaml"
BOX = "0 0.5 0.5 0.2 0.2\n"
POLYGON = "1 0.1 0.1 0.5 0.1 0.3 0.4\n"


def write_image(file, **options):
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 24), "teal").save(file, **options)


def write_text(file, text, encoding="utf-8"):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding=encoding)


@pytest.fixture
def dataset(tmp_path):
    """Two training images and one for validation, three classes; returns the yaml."""
    for name in ("train/a", "train/b", "val/c"):
        write_image(tmp_path / f"images/{name}.jpg")
        write_text(tmp_path / f"labels/{name}.txt", BOX)
    return describe(tmp_path)


def describe(folder, text="train: images/train\nval: images/val\nnames: [cat, dog, bird]\n"):
    write_text(folder / "data.yaml", text)
    return folder / "data.yaml"


def problems_of(data_yaml):
    with pytest.raises(RecipeError) as error:
        read_yolo_dataset(data_yaml)
    assert {problem.path for problem in error.value.diagnostics} == {("data", "source")}
    return error.value.diagnostics


def problem_of(data_yaml):
    (problem,) = problems_of(data_yaml)
    return problem


# What is read


def test_a_sound_dataset(dataset):
    read = read_yolo_dataset(dataset)
    root = dataset.parent
    assert read.source == str(dataset)
    assert read.classes == ("cat", "dog", "bird")
    assert read.images == {"train": 2, "val": 1}
    assert read.splits == {"train": (str(root / "images/train"),), "val": (str(root / "images/val"),)}


def test_the_source_may_be_relative_to_the_working_directory(dataset, monkeypatch):
    monkeypatch.chdir(dataset.parent)
    assert read_yolo_dataset(Path("data.yaml")) == read_yolo_dataset(dataset)


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        ("names: {0: cat, 1: dog, 2: bird}", ("cat", "dog", "bird")),
        ("names: {2: bird, 0: cat, 1: dog}", ("cat", "dog", "bird")),
        ("names: {'0': cat, '1': dog}", ("cat", "dog")),
        ("names: [yes, no]", ("yes", "no")),
        ("names: [1, 2]", ("1", "2")),
        ("names: [cat, dog]\nnc: 2", ("cat", "dog")),
        ("names: [cat, dog]\nnc: 2.0", ("cat", "dog")),
        ("nc: 2", ("class_0", "class_1")),
        ("names: [Käse, 猫]", ("Käse", "猫")),
    ],
)
def test_forms_of_names(dataset, names, classes):
    describe(dataset.parent, f"train: images/train\nval: images/val\n{names}\n")
    assert read_yolo_dataset(dataset).classes == classes


@pytest.mark.parametrize("path", ["path:", "path: .", "path: ''", "path: ../{name}", "path: {folder}"])
def test_path_starts_from_the_folder_of_the_yaml(dataset, path):
    root = dataset.parent
    path = path.format(name=root.name, folder=root)
    describe(root, f"{path}\ntrain: images/train\nval: images/val\nnames: [a]\n")
    assert read_yolo_dataset(dataset).images == {"train": 2, "val": 1}


def test_a_split_may_be_a_list_of_folders(dataset):
    describe(dataset.parent, "train: [images/train, images/val]\nval: images/val\nnames: [a]\n")
    read = read_yolo_dataset(dataset)
    assert read.images == {"train": 3, "val": 1}
    assert len(read.splits["train"]) == 2


def test_validation_is_another_word_for_val(dataset):
    describe(dataset.parent, "train: images/train\nvalidation: images/val\nnames: [a]\n")
    assert read_yolo_dataset(dataset).images["val"] == 1


def test_exported_datasets_may_go_one_folder_up_too_far(dataset):
    describe(dataset.parent, "train: ../images/train\nval: ../images/val\nnames: [a]\n")
    assert read_yolo_dataset(dataset).images == {"train": 2, "val": 1}


def test_a_list_file_names_images_from_its_own_folder_or_by_full_path(dataset):
    root = dataset.parent
    write_text(root / "train.txt", f"\ufeff./images/train/a.jpg\n\n{root}/images/train/b.jpg\nnotes.md\n")
    describe(root, "train: train.txt\nval: [images/val]\nnames: [a]\n")
    read = read_yolo_dataset(dataset)
    assert read.images == {"train": 2, "val": 1}
    assert read.splits["train"] == (str(root / "train.txt"),)


def test_folders_are_searched_through_and_other_files_left_alone(dataset):
    write_image(dataset.parent / "images/train/deep/er/d.PNG")
    write_text(dataset.parent / "images/train/notes.md", "no image")
    write_text(dataset.parent / "images/train/.hidden.jpg", "no image")
    assert read_yolo_dataset(dataset).images["train"] == 3


def test_an_image_without_a_label_file_is_background(dataset):
    (dataset.parent / "labels/train/b.txt").unlink()
    write_text(dataset.parent / "labels/val/c.txt", "")
    assert read_yolo_dataset(dataset).images == {"train": 2, "val": 1}


@pytest.mark.parametrize(
    "rows",
    [BOX + "2 1 1 0 0\n", "\n" + BOX + "\n\n", "1.0 5e-1 .5 0.2 0.2", POLYGON, POLYGON + "0 0 0 1 0 1 1 0 1\n",
     "0 1.005 0.5 0.2 0.2", "0 -0.005 0.5 0.2 0.2"],
)  # fmt: skip
def test_legal_rows(dataset, rows):
    write_text(dataset.parent / "labels/train/a.txt", rows)
    assert read_yolo_dataset(dataset)


def test_a_byte_order_mark_is_no_part_of_a_row_or_key(dataset):
    write_text(dataset.parent / "labels/train/a.txt", BOX, encoding="utf-8-sig")
    write_text(dataset, dataset.read_text(), encoding="utf-8-sig")
    assert read_yolo_dataset(dataset)


def test_download_is_neither_run_nor_fetched(dataset):
    stain = dataset.parent / "stain"
    text = dataset.read_text() + f"download: |\n  open({str(stain)!r}, 'w')\n"
    describe(dataset.parent, text)
    assert read_yolo_dataset(dataset)
    (problem,) = problems_of(describe(dataset.parent, text.replace("images/val", "images/test")))
    assert "`download` is not followed" in problem.message
    assert not stain.exists()


def test_nothing_is_written(dataset):
    def listing():
        return {file: file.stat().st_mtime_ns for file in dataset.parent.rglob("*")}

    write_text(dataset.parent / "labels/train/a.txt", "7 7 7\n")
    (dataset.parent / "images/val/c.jpg").write_bytes((dataset.parent / "images/val/c.jpg").read_bytes()[:-2])
    before = listing()
    assert len(problems_of(dataset)) == 2
    assert listing() == before


def test_two_thousand_images_take_seconds(tmp_path):
    write_image(tmp_path / "one.jpg")
    for number in range(2000):
        write_text(tmp_path / f"labels/train/{number}.txt", BOX * 5)
        (tmp_path / "images/train").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"images/train/{number}.jpg").hardlink_to(tmp_path / "one.jpg")
    data_yaml = describe(tmp_path, "train: images/train\nval: images/train\nnames: [a]\n")
    start = time.perf_counter()
    assert read_yolo_dataset(data_yaml).images == {"train": 2000, "val": 2000}
    assert time.perf_counter() - start < 15


def test_endings_are_those_of_ultralytics():
    found = importlib.util.find_spec("ultralytics")
    if found is None or found.submodule_search_locations is None:
        pytest.skip("ultralytics is not installed")
    source = (Path(found.submodule_search_locations[0]) / "data/utils.py").read_text()
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    formats = next(node.value for node in assigned if ast.unparse(node.targets[0]) == "IMG_FORMATS")
    assert ast.literal_eval(formats) == IMAGE_ENDINGS


@pytest.mark.skipif(not COCO8.is_file(), reason="coco8 is not here")
def test_coco8():
    read = read_yolo_dataset(COCO8)
    assert read.images == {"train": 4, "val": 4}
    assert len(read.classes) == 80
    assert read.classes[0] == "person"


# What is wrong: the description


def test_r601_the_yaml_does_not_exist(tmp_path):
    problem = problem_of(tmp_path / "data.yaml")
    assert problem.code == "R601"
    assert problem.message == f"the dataset `{tmp_path}/data.yaml` does not exist"
    assert problem.file == f"{tmp_path}/data.yaml"


def test_r601_a_folder_is_no_yaml(dataset):
    problem = problem_of(dataset.parent)
    assert problem.code == "R601"
    assert "is a folder: name the `data.yaml` in it" in problem.message


def test_r601_a_split_does_not_exist(dataset):
    describe(dataset.parent, "train: images/train\nval: images/test\nnames: [a]\n")
    problem = problem_of(dataset)
    missing = dataset.parent / "images/test"
    assert problem.code == "R601"
    assert problem.message == f"`val` names `images/test`, but `{missing}` does not exist: correct the path"
    assert problem.file == f"{dataset}:2"


def test_r601_a_split_has_no_images(dataset):
    (dataset.parent / "empty").mkdir()
    describe(dataset.parent, "train: images/train\nval: empty\nnames: [a]\n")
    problem = problem_of(dataset)
    assert problem.code == "R601"
    assert problem.message.startswith("the val split has no images: `empty` has no file that ends in avif, bmp,")


def test_r601_a_list_names_an_image_that_does_not_exist(dataset):
    write_text(dataset.parent / "train.txt", "./images/train/a.jpg\nimages/train/z.jpg\n")
    describe(dataset.parent, "train: train.txt\nval: images/val\nnames: [a]\n")
    problem = problem_of(dataset)
    assert problem.code == "R601"
    assert problem.message == (
        "`train.txt:2` names `images/train/z.jpg`, which does not exist: "
        "begin it with `./` to start from the list's folder"
    )
    assert problem.file == f"{dataset.parent}/train.txt:2"


REST = "train: images/train\nval: images/val\n"
A_SPLIT = "is a folder of images, a .txt list of images, or a list of these, but it"
NAMES = "`names` is a list of the classes or a map from id to name, but it says"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("train: [images\nval: b\n", 2, "`data.yaml` is not YAML: expected ',' or ']', but got ':'"),
        ("train: a\ntrain: b\n", 2, "`data.yaml` is not YAML: found duplicate key"),
        ("x: 1\ny: !!python/name:os.system\n", 2, "`data.yaml` is not YAML: could not determine a constructor"),
        ("when: 2020-99-99\n", 1, "`data.yaml` is not YAML: month must be in 1..12"),
        ("[" * 500, 1, "`data.yaml` is not YAML: maximum recursion depth exceeded"),
        ("- a\n", 1, "`data.yaml` has to be a map with `train`, `val` and `names`, but it says a list"),
        ("", 1, "`data.yaml` has to be a map with `train`, `val` and `names`, but it says nothing"),
        ("names: [a]\nval: images/val\n", 1, f"`train` {A_SPLIT} is missing"),
        ("names: [a]\ntrain: images/train\nval:\n", 3, f"`val` {A_SPLIT} says nothing"),
        ("names: [a]\ntrain: [images/train, 3]\nval: images/val\n", 2, f"`train` {A_SPLIT} says `3`"),
        (REST, 1, f"{NAMES} nothing"),
        (REST + "names: cat\n", 3, f"{NAMES} `cat`"),
        (REST + "names: []\n", 3, f"{NAMES} nothing"),
        (REST + "names: {0: cat, 2: dog}\n", 3, "`names` has 2 classes, so ids go from 0 to 1, but one is `2`"),
        (REST + "names: {cat: 0}\n", 3, "`names` has 1 class, so the only id is 0, but one is `cat`"),
        (REST + "names: [cat, true]\n", 3, "a class's name is text, but in `names` that of 1 is `True`: quote it"),
        (REST + "names: [a, [b]]\n", 3, "a class's name is text, but in `names` that of 1 is a list: quote it"),
        (REST + "nc: 3\nnames: [a, b]\n", 3, "`names` has 2 classes, but `nc` is `3`: leave `nc` out"),
        (REST + "names: [a, b]\nnc:\n", 4, "`names` has 2 classes, but `nc` is nothing: leave `nc` out"),
        (REST + "names: [a]\npath: 3\n", 4, "`path` is the folder that `train` and `val` start from, but it is `3`"),
        (REST + "names: [a]\nkpt_shape: [17, 3]\n", 4, "`kpt_shape` says that labels are poses, but a detection"),
        (REST + "names: [a]\nchannels: 1\n", 4, "images have 3 channels, but `channels` is `1`: leave it out"),
    ],
)
def test_r602_the_description_is_not_understandable(dataset, text, line, message):
    problem = problem_of(describe(dataset.parent, text))
    assert problem.code == "R602"
    assert problem.message.startswith(message)
    assert problem.file == f"{dataset}:{line}"


def test_r602_not_utf_8(dataset):
    dataset.write_bytes(dataset.read_bytes() + b"# caf\xe9\n")
    problem = problem_of(dataset)
    assert problem.code == "R602"
    assert problem.message.endswith("save it as UTF-8")


def test_r602_another_ending(dataset):
    problem = problem_of(dataset.rename(dataset.with_suffix(".txt")))
    assert problem.code == "R602"
    assert problem.message == "the description of a dataset ends in `.yaml` or `.yml`, but this is `data.txt`"


# What is wrong: labels and images


@pytest.mark.parametrize("empty", [False, True])
def test_r603_no_labels_at_all(dataset, empty):
    for name in ("a", "b"):
        (dataset.parent / f"labels/train/{name}.txt").unlink()
        if empty:
            write_text(dataset.parent / f"labels/train/{name}.txt", "\n")
    problem = problem_of(dataset)
    assert problem.code == "R603"
    assert problem.message == (
        "the train split has no labels: those of its 2 images, such as `images/train/a.jpg`, "
        "were looked for in files like `labels/train/a.txt`, and none of these says anything"
    )


def test_r603_only_the_last_images_folder_becomes_labels(tmp_path):
    write_image(tmp_path / "images/set/images/x/a.jpg")
    data_yaml = describe(tmp_path, "train: images/set\nval: images/set\nnames: [a]\n")
    assert "files like `images/set/labels/x/a.txt`" in problem_of(data_yaml).message


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("7 0.5 0.5 0.2 0.2", "`names` has 3 classes, so ids go from 0 to 2, but {place} says 7"),
        ("-1 0.5 0.5 0.2 0.2", "`names` has 3 classes, so ids go from 0 to 2, but {place} says -1"),
        ("0.5 0.5 0.5 0.2 0.2", "a class id is a whole number, but {place} says 0.5"),
        ("nan 0.5 0.5 0.2 0.2", "a class id is a whole number, but {place} says nan"),
        ("cat 0.5 0.5 0.2 0.2", "a label is made of numbers, but {place} says 'cat'"),
        ("0 0.5 0.5 0.2", "a label is `class x y w h`, or a class and at least 3 points, but {place} has 4 columns"),
        ("0 0.5 0.5 0.2 0.2 0.9", "a label is `class x y w h`, or a class and at least 3 points, but {place} has 6"),
        ("0 160 0.5 0.2 0.2", "coordinates are fractions of the image from 0 to 1, but {place} says 160"),
        ("0 0.5 -0.3 0.2 0.2", "coordinates are fractions of the image from 0 to 1, but {place} says -0.3"),
        ("0 0.5 0.5 nan 0.2", "coordinates are fractions of the image from 0 to 1, but {place} says nan"),
        ("0 0.5 0.5 -0.005 0.2", "width and height cannot be negative, but {place} says -0.005"),
    ],
)
def test_r604_rows_of_boxes(dataset, row, message):
    write_text(dataset.parent / "labels/train/a.txt", f"{BOX}\n{row}\n")
    problem = problem_of(dataset)
    assert problem.code == "R604"
    assert problem.message.startswith(message.format(place="`labels/train/a.txt:3`"))
    assert problem.file == f"{dataset.parent}/labels/train/a.txt:3"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (BOX, "a label file has boxes or polygons, but {place} is a box among polygons"),
        ("0 0.1 0.1 0.5 0.1 0.3 0.4 0.9", "a label is `class x y w h`, or a class and at least 3 points, but {place}"),
        ("0 0.1 0.1 0.5 0.1 0.3 4", "coordinates are fractions of the image from 0 to 1, but {place} says 4"),
        ("3 0.1 0.1 0.5 0.1 0.3 0.4", "`names` has 3 classes, so ids go from 0 to 2, but {place} says 3"),
    ],
)
def test_r604_rows_of_polygons(dataset, row, message):
    write_text(dataset.parent / "labels/val/c.txt", f"{POLYGON}{row}")
    problem = problem_of(dataset)
    assert problem.code == "R604"
    assert problem.message.startswith(message.format(place="`labels/val/c.txt:2`"))


def test_r604_a_label_file_that_is_no_text(dataset):
    (dataset.parent / "labels/train/a.txt").write_bytes(b"\xff\xfe\x00")
    problem = problem_of(dataset)
    assert problem.code == "R604"
    assert problem.message.startswith("`labels/train/a.txt` is not UTF-8 text")


def test_r605_not_an_image(dataset):
    write_text(dataset.parent / "images/train/a.jpg", "hello")
    problem = problem_of(dataset)
    assert problem.code == "R605"
    assert problem.message.startswith("the image `images/train/a.jpg` cannot be read (cannot identify image file")
    assert problem.file == f"{dataset.parent}/images/train/a.jpg"


def test_r605_a_jpeg_that_was_cut_off(dataset):
    image = dataset.parent / "images/val/c.jpg"
    image.write_bytes(image.read_bytes()[:-2])
    problem = problem_of(dataset)
    assert problem.code == "R605"
    assert "is a JPEG that was cut off" in problem.message


def test_bytes_behind_the_end_of_a_jpeg_are_no_problem(dataset):
    image = dataset.parent / "images/val/c.jpg"
    image.write_bytes(image.read_bytes() + b"\0 appended by a camera")
    assert read_yolo_dataset(dataset).images["val"]


def test_r605_a_png_with_a_flipped_bit(dataset):
    image = dataset.parent / "images/val/d.png"
    write_image(image)
    data = bytearray(image.read_bytes())
    data[-20] ^= 1
    image.write_bytes(data)
    assert problem_of(dataset).code == "R605"


def test_r605_too_small_or_of_another_format(dataset):
    Image.new("RGB", (40, 9)).save(dataset.parent / "images/train/a.jpg")
    Image.new("RGB", (40, 40)).save(dataset.parent / "images/train/b.jpg", format="GIF")
    small, gif = problems_of(dataset)
    assert "`images/train/a.jpg` is 40×9 pixels, and 10×10 is the smallest" in small.message
    assert "`images/train/b.jpg` has the format gif, which Ultralytics does not read" in gif.message


# Several at once


def test_independent_problems_are_reported_together(dataset):
    root = dataset.parent
    describe(root, "train: images/train\nval: [images/val, images/test]\nnames: {0: a, 5: b}\n")
    write_text(root / "images/train/b.jpg", "hello")
    write_text(root / "labels/train/a.txt", "0 2 0.5 0.1 0.1\n5 0.5 0.5 0.1 0.1\n-2 0.5 0.5 0.1 0.1\n")
    found = [(problem.code, Path(problem.file).name) for problem in problems_of(dataset)]
    assert found == [
        ("R602", "data.yaml:3"),
        ("R601", "data.yaml:2"),
        ("R605", "b.jpg"),
        ("R604", "a.txt:1"),
        ("R604", "a.txt:3"),  # how many classes there are is not known, so 5 may be one
    ]


def test_an_image_in_both_splits_is_reported_once(dataset):
    describe(dataset.parent, "train: images/train\nval: images/train\nnames: [a]\n")
    write_text(dataset.parent / "labels/train/a.txt", "1 0.5 0.5 0.1 0.1\n")
    assert problem_of(dataset).code == "R604"


def test_twenty_are_listed_and_the_others_counted(dataset):
    write_text(dataset.parent / "labels/train/a.txt", "9 0.5 0.5 0.1 0.1\n" * 57)
    listed = problems_of(dataset)
    assert len(listed) == 20
    assert [problem.help for problem in listed[:-1]] == [()] * 19
    assert listed[-1].help == ("problems of this dataset that are not listed: 37",)


# The fingerprint


def test_the_fingerprint_alone_is_that_of_the_dataset(dataset):
    assert fingerprint_yolo_dataset(dataset) == read_yolo_dataset(dataset).fingerprint


def test_the_fingerprint_does_not_depend_on_the_place(dataset, tmp_path_factory):
    before = fingerprint_yolo_dataset(dataset)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    dataset.parent.rename(elsewhere)
    assert fingerprint_yolo_dataset(elsewhere / "data.yaml") == before
    elsewhere.rename(dataset.parent)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: write_image(root / "images/val/new.jpg"),
        lambda root: write_text(root / "labels/val/new.txt", BOX) or write_image(root / "images/val/new.jpg"),
        lambda root: (root / "images/train/b.jpg").unlink(),
        lambda root: (root / "labels/train/b.txt").unlink(),
        lambda root: write_text(root / "labels/train/a.txt", BOX + BOX),
        lambda root: os.utime(root / "images/train/a.jpg", (1, 1)),
        lambda root: describe(root, (root / "data.yaml").read_text() + "# a comment\n"),
    ],
)
def test_the_fingerprint_sees_every_change(dataset, change):
    before = fingerprint_yolo_dataset(dataset)
    change(dataset.parent)
    assert fingerprint_yolo_dataset(dataset) != before


def test_the_fingerprint_sees_a_change_of_a_list(dataset):
    write_text(dataset.parent / "train.txt", "./images/train/a.jpg\n./images/train/b.jpg\n")
    describe(dataset.parent, "train: train.txt\nval: images/val\nnames: [a]\n")
    before = fingerprint_yolo_dataset(dataset)
    write_text(dataset.parent / "train.txt", "./images/train/b.jpg\n./images/train/a.jpg\n# again\n")
    assert fingerprint_yolo_dataset(dataset) != before


def test_the_fingerprint_opens_no_image_but_wants_the_splits(dataset):
    write_text(dataset.parent / "images/train/a.jpg", "no image")
    assert fingerprint_yolo_dataset(dataset)
    describe(dataset.parent, "train: images/none\nval: images/val\nnames: [a]\n")
    with pytest.raises(RecipeError, match="R601"):
        fingerprint_yolo_dataset(dataset)
