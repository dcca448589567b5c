"""A run in a process of its own that writes down every file it opens for writing and every connection it makes."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recipe.runtime.data.shapes import make_shapes
from recipe.schemas.tasks.detection import Shapes

WATCHED_RUN = """
import json, os, socket, sys
seen = {"written": [], "reached": []}

def hook(event, args):
    if event == "open" and isinstance(args[0], str | bytes) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        seen["written"].append(os.path.abspath(os.fsdecode(args[0])))
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.utime") and isinstance(args[0], str | os.PathLike):
        seen["written"].append(os.path.abspath(os.fspath(args[0])))
    elif event in ("socket.getaddrinfo", "urllib.Request", "subprocess.Popen"):
        seen["reached"].append(str(args[0]))
    elif event in ("socket.connect", "socket.sendto") and args[0].family != socket.AF_UNIX:
        seen["reached"].append(str(args[1]))  # by AF_UNIX come the batches of the loader's workers

sys.addaudithook(hook)
from pathlib import Path
from tests.runtime.detection.harness import train
from recipe.runtime.detection import isolation

source, folder, report = sys.argv[1:]
trained = train(Path(folder), **{"data.source": source, "train.epochs": 1, "hardware.workers": 1})
from ultralytics.utils import SETTINGS
seen["settings"] = {name: SETTINGS[name] for name in isolation.SWITCHES}
seen["api_key"] = os.environ.get("ULTRALYTICS_API_KEY")
seen["imported"] = [name for name in ("mlflow", "ray", "wandb", "matplotlib", "polars") if name in sys.modules]
seen["epochs"] = trained.outcome.epochs_completed
Path(report).write_text(json.dumps(seen))
"""


def digest_of(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a user who has settings for Ultralytics, with everything on."""
    home = tmp_path_factory.mktemp("home")
    settings = home / ".config" / "Ultralytics" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"sync": True, "mlflow": True, "runs_dir": "/mine"}))
    return home


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's dataset, with two things that Ultralytics would not leave as they are.

    An array lies beside an image, on which it would train instead. A JPEG has bytes behind its end, as some cameras
    write them; it would rewrite that.
    """
    folder = tmp_path_factory.mktemp("user's data")
    yaml = make_shapes(Shapes(train_images=16, val_images=8, image_size=64), folder)
    first, second, *_ = sorted((yaml.parent / "images" / "train").iterdir())
    first.with_suffix(".npy").write_bytes(b"mine, and no array")
    second.write_bytes(second.read_bytes() + b"a camera's own data")
    return yaml


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, home: Path, dataset: Path, own_cache: Path) -> dict[str, object]:
    before = digest_of(dataset.parent), digest_of(home)
    folder = tmp_path_factory.mktemp("watched")
    work = folder / "work"
    work.mkdir()
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("YOLO_", "ULTRALYTICS_", "XDG_"))}
    environment = keep | {
        **{"HOME": str(home), "RECIPE_CACHE": str(own_cache / "watched"), "PYTHONPATH": str(Path(__file__).parents[3])},
        **{"ULTRALYTICS_API_KEY": "ul_" + "0" * 40, "PYTHONDONTWRITEBYTECODE": "1"},
    }
    command = [sys.executable, "-c", WATCHED_RUN, str(dataset), str(folder / "run"), str(folder / "report.json")]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "report.json").read_text())
    allowed = (folder / "run", folder / "report.json", own_cache / "watched")
    outside = [name for name in report["written"] if not any(Path(name).is_relative_to(place) for place in allowed)]
    after = digest_of(dataset.parent), digest_of(home)
    return {**report, "outside": outside, "output": done.stdout + done.stderr, "before": before, "after": after}


def test_the_run_ended_well(watched: dict[str, object]):
    assert watched["epochs"] == 1


def test_writes_only_into_the_run_and_the_cache(watched: dict[str, object]):
    assert set(watched["outside"]) <= {"/dev/null"}


def test_leaves_data_and_home_byte_for_byte(watched: dict[str, object]):
    assert watched["after"] == watched["before"]


def test_opens_no_connection_and_starts_no_program(watched: dict[str, object]):
    assert set(watched["reached"]) <= {"/sbin/ldconfig"}, "Python's own way to find a shared library"


def test_says_nothing_on_the_console(watched: dict[str, object]):
    assert watched["output"] == ""


def test_everything_is_switched_off(watched: dict[str, object]):
    assert not any(watched["settings"].values())
    assert watched["api_key"] is None
    assert watched["imported"] == []


def test_family_imports_neither_torch_nor_ultralytics():
    code = (
        "import sys; import recipe.runtime.detection.family; "
        "sys.exit(bool({'torch', 'ultralytics', 'cv2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
