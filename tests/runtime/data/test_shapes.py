"""The built-in dataset is the same everywhere, is whole or absent, and its labels are true."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from recipe.runtime.data.shapes import make_shapes
from recipe.runtime.data.shapes_scene import CLASSES, SPLITS, Scene, compose_scene, level_of, paint, visible_boxes
from recipe.runtime.data.yolo import fingerprint_yolo_dataset, read_yolo_dataset
from recipe.schemas.diagnostics import RecipeError
from recipe.schemas.tasks.detection import Shapes

FEW = Shapes(train_images=6, val_images=3, image_size=96)
DIFFICULTIES = (0.0, 0.25, 0.5, 0.75, 1.0)


def contents(data_yaml):
    files = sorted(file for file in data_yaml.parent.rglob("*") if file.is_file())
    return {str(file.relative_to(data_yaml.parent)): file.read_bytes() for file in files}


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def scenes(difficulty, count=60, **settings):
    return [compose_scene(Shapes(difficulty=difficulty, **settings), "train", index) for index in range(count)]


def seen_pixels(scene: Scene, number: int) -> np.ndarray:
    """Where the image would be another one without this shape."""
    without = scene._replace(shapes=scene.shapes[:number] + scene.shapes[number + 1 :])
    return (paint(scene) != paint(without)).any(axis=2)


def test_it_is_laid_out_as_ultralytics_wants_it(tmp_path):
    data_yaml = make_shapes(FEW, tmp_path)

    files = contents(data_yaml)
    assert data_yaml.parent.parent == tmp_path / "shapes"
    assert files["data.yaml"] == b"train: images/train\nval: images/val\nnames: [rectangle, circle, triangle]\n"
    assert len([name for name in files if name.startswith("images/train/")]) == 6
    assert {name.replace("images", "labels").replace(".jpg", ".txt") for name in files if name.endswith(".jpg")} == {
        name for name in files if name.endswith(".txt")
    }
    with Image.open(data_yaml.parent / "images/train/000000.jpg") as image:
        assert image.size == (96, 96)


def test_the_reader_finds_nothing_wrong_with_it(tmp_path):
    dataset = read_yolo_dataset(make_shapes(FEW, tmp_path))
    assert dataset.classes == CLASSES
    assert dataset.images == {"train": 6, "val": 3}


def test_the_same_settings_give_the_same_bytes_and_fingerprint(tmp_path):
    first, second = make_shapes(FEW, tmp_path / "a"), make_shapes(FEW, tmp_path / "b")
    assert contents(first) == contents(second)
    assert fingerprint_yolo_dataset(first) == fingerprint_yolo_dataset(second)


def test_another_process_gives_the_same_bytes(tmp_path):
    code = (
        "import sys; from pathlib import Path; from recipe.runtime.data.shapes import make_shapes;"
        "from recipe.schemas.tasks.detection import Shapes;"
        "make_shapes(Shapes.model_validate_json(sys.argv[1]), Path(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", code, FEW.model_dump_json(), str(tmp_path / "other")], check=True)
    here = make_shapes(FEW, tmp_path / "here")
    assert contents(here) == contents(tmp_path / "other" / here.relative_to(tmp_path / "here"))


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"difficulty": 0.4}, {"image_size": 128}, {"train_images": 7}],
    ids=lambda change: next(iter(change)),
)
def test_other_settings_have_a_place_of_their_own(tmp_path, change):
    assert make_shapes(FEW, tmp_path) != make_shapes(FEW.model_copy(update=change), tmp_path)


def test_more_images_leave_the_first_ones_as_they_are(tmp_path):
    few = contents(make_shapes(FEW, tmp_path))
    many = contents(make_shapes(FEW.model_copy(update={"train_images": 9, "val_images": 5}), tmp_path))
    assert few.items() <= many.items()


def test_splits_and_seeds_have_nothing_in_common():
    others = [(Shapes(), "val"), (Shapes(seed=1), "train"), (Shapes(seed=1), "val")]
    images = [paint(compose_scene(settings, split, 0)) for settings, split in [(Shapes(), "train"), *others]]
    assert len({image.tobytes() for image in images}) == 4


def test_every_class_is_about_as_frequent():
    kinds = [shape.kind for scene in scenes(0.3, 150) for shape in scene.shapes]
    shares = np.bincount(kinds, minlength=3) / len(kinds)
    assert shares.min() > 0.27


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("difficulty", [0.0, 0.3, 1.0])
def test_boxes_are_tight_around_what_is_seen(split, difficulty):
    """A box never goes beyond what is seen of its shape; a sharp corner fades out over two pixels."""
    for index in range(15):
        scene = compose_scene(Shapes(difficulty=difficulty), split, index)
        for number, box in enumerate(visible_boxes(scene)):
            rows, columns = np.nonzero(seen_pixels(scene, number))
            assert 0 <= box.left - columns.min() <= 2
            assert 0 <= box.top - rows.min() <= 2
            assert 0 <= columns.max() + 1 - box.right <= 2
            assert 0 <= rows.max() + 1 - box.bottom <= 2


def test_the_files_say_what_the_scenes_say(tmp_path):
    root = make_shapes(FEW, tmp_path).parent
    for index in range(FEW.train_images):
        scene = compose_scene(FEW, "train", index)
        with Image.open(root / f"images/train/{index:06}.jpg") as image:
            assert np.abs(np.asarray(image, int) - paint(scene)).mean() < 4
        rows = [line.split() for line in (root / f"labels/train/{index:06}.txt").read_text().splitlines()]
        assert len(rows) == len(scene.shapes)
        for (kind, *numbers), box in zip(rows, visible_boxes(scene), strict=True):
            x, y, width, height = (float(number) * FEW.image_size for number in numbers)
            assert int(kind) == box.kind
            corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
            assert corners == pytest.approx(box[1:], abs=1e-3)


@pytest.mark.parametrize("size", [32, 160])
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_boxes_lie_in_the_image_and_are_no_specks(difficulty, size):
    for scene in scenes(difficulty, 30, image_size=size):
        assert scene.shapes
        for box in visible_boxes(scene):
            assert 0 <= box.left < box.right <= size
            assert 0 <= box.top < box.bottom <= size
            assert min(box.right - box.left, box.bottom - box.top) >= 3


@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
def test_no_shape_is_hidden_more_than_its_level_allows(difficulty):
    for scene in scenes(difficulty, 20):
        for number, shape in enumerate(scene.shapes):
            alone = seen_pixels(scene._replace(shapes=(shape,)), 0).sum()
            assert seen_pixels(scene, number).sum() >= (level_of(difficulty).visible - 0.12) * alone


def test_difficulty_means_more_smaller_fainter_shapes_on_stronger_textures():
    worlds = [scenes(difficulty) for difficulty in DIFFICULTIES]
    counts = [np.mean([len(scene.shapes) for scene in world]) for world in worlds]
    radii = [np.mean([shape.radius for scene in world for shape in scene.shapes]) for world in worlds]
    contrasts = [np.mean([contrast(scene) for scene in world]) for world in worlds]
    textures = [np.mean([scene.background.std(axis=(0, 1)).mean() for scene in world]) for world in worlds]
    grains = [np.mean([scene.grain.std() for scene in world]) for world in worlds]

    for rising in (counts, textures, grains):
        assert rising == sorted(rising)
        assert rising[-1] > 2 * rising[0]
    for falling in (radii, contrasts):
        assert falling == sorted(falling, reverse=True)
        assert falling[-1] < 0.6 * falling[0]


def contrast(scene):
    mean = scene.background.mean(axis=(0, 1))
    return np.mean([np.abs(np.array(shape.colour) - mean).max() for shape in scene.shapes])


def test_each_level_lies_between_its_neighbours():
    levels = [level_of(difficulty / 20) for difficulty in range(21)]
    for values in zip(*levels, strict=True):
        assert list(values) in (sorted(values), sorted(values, reverse=True))


def test_what_is_there_is_used_again(tmp_path):
    data_yaml = make_shapes(FEW, tmp_path)
    (data_yaml.parent / "images/train/000000.jpg").write_bytes(b"touched")
    assert make_shapes(FEW, tmp_path) == data_yaml
    assert (data_yaml.parent / "images/train/000000.jpg").read_bytes() == b"touched"


def test_a_killed_process_leaves_nothing_half_made(tmp_path):
    many = Shapes(train_images=2000)
    code = (
        "import sys; from pathlib import Path; from recipe.runtime.data.shapes import make_shapes;"
        "from recipe.schemas.tasks.detection import Shapes; make_shapes(Shapes(train_images=2000), Path(sys.argv[1]))"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    wait_for(lambda: any(tmp_path.glob("shapes/.*/made/images/train/000005.jpg")))
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert not [path for path in (tmp_path / "shapes").iterdir() if not path.name.startswith(".")]
    data_yaml = make_shapes(many.model_copy(update={"train_images": 3, "val_images": 1}), tmp_path)
    assert read_yolo_dataset(data_yaml).images == {"train": 3, "val": 1}


def test_what_a_killed_process_left_is_removed_a_day_later(tmp_path):
    name = make_shapes(FEW, tmp_path / "other").parent.name
    for age in ("old", "new"):
        (tmp_path / f"shapes/.{name}.{age}/made").mkdir(parents=True)
    os.utime(tmp_path / f"shapes/.{name}.old", (1, 1))
    make_shapes(FEW, tmp_path)
    assert {folder.name for folder in (tmp_path / "shapes").iterdir()} == {name, f".{name}.new"}


def test_an_exception_cleans_up(tmp_path, monkeypatch):
    monkeypatch.setattr(Image.Image, "save", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        make_shapes(FEW, tmp_path)
    assert not list((tmp_path / "shapes").iterdir())


def test_two_at_once_do_no_harm(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: make_shapes(FEW, tmp_path), range(4)))
    assert len(made) == 1
    assert contents(made.pop()) == contents(make_shapes(FEW, tmp_path / "alone"))
    assert len(list((tmp_path / "shapes").iterdir())) == 1


def test_others_may_read_it_as_the_umask_says(tmp_path):
    (tmp_path / "usual").mkdir()
    assert make_shapes(FEW, tmp_path).parent.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_cache_that_cannot_be_written_is_a_diagnostic(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecipeError) as error:
        make_shapes(FEW, tmp_path / "file")
    (problem,) = error.value.diagnostics
    assert problem.code == "R005"
    assert problem.path == ("data", "source")
    assert "RECIPE_CACHE" in problem.help[0]
